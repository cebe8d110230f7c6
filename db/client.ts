import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { env } from "@/lib/env";

/**
 * Three ways to the database, so that one cannot starve another:
 * `ingest` for deliveries and jobs, `db` for what people do, `replica` for what people only read.
 */

type Pool = { url: string; name: string; max: number; statementTimeoutSeconds: number };

/** A transaction pooler accepts neither start-up parameters nor prepared statements that outlive a transaction. */
function isPooled(url: string): boolean {
  const { hostname, port, searchParams } = new URL(url);
  return searchParams.has("pgbouncer") || port === "6543" || /-pooler\.|pooler\./.test(hostname);
}

function withoutPoolerMark(url: string): string {
  const copy = new URL(url);
  copy.searchParams.delete("pgbouncer");
  return copy.href;
}

function open({ url, name, max, statementTimeoutSeconds }: Pool) {
  const pooled = isPooled(url);
  const client = postgres(withoutPoolerMark(url), {
    max,
    idle_timeout: 60,
    connect_timeout: 5,
    prepare: !pooled,
    onnotice: () => {},
    connection: pooled
      ? { application_name: `callboard-${name}` }
      : { application_name: `callboard-${name}`, statement_timeout: statementTimeoutSeconds * 1000 },
  });
  return drizzle(client);
}

function openAll() {
  const db = open({ url: env.DATABASE_URL, name: "pages", max: 8, statementTimeoutSeconds: 20 });
  return {
    ingest: open({ url: env.DATABASE_URL, name: "ingest", max: 6, statementTimeoutSeconds: 10 }),
    db,
    replica:
      env.DATABASE_REPLICA_URL === undefined
        ? db
        : open({ url: env.DATABASE_REPLICA_URL, name: "replica", max: 8, statementTimeoutSeconds: 20 }),
  };
}

// `next dev` loads this module anew on every change; the connections stay.
const kept = globalThis as { callboardDatabase?: ReturnType<typeof openAll> };
kept.callboardDatabase ??= openAll();

export const { ingest, db, replica } = kept.callboardDatabase;
export type Database = typeof db;
