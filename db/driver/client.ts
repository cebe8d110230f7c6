import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";

import { Breaker, guarded, type SocketOwner } from "./breaker";

/**
 * Four connection pools, so that one kind of work cannot starve another: `db/driver/deadline-pool.ts` for deliveries, `jobs`
 * for background jobs, `db` for pages and actions, `replica` for reads that tolerate replication lag (`DATABASE_REPLICA_URL`).
 */

type Pool = {
  url: string;
  name: string;
  max: number;
  statementTimeoutSeconds: number;
  owner?: SocketOwner;
  /** Whether the pool uses array columns. If so, each connection begins with a query for the array types. */
  hasArrays?: boolean;
};

/** Whether the URL leads to a transaction pooler, which accepts neither start-up parameters nor prepared statements. */
function isPooled(url: string): boolean {
  const { hostname, port, searchParams } = new URL(url);
  return searchParams.has("pgbouncer") || port === "6543" || /-pooler\.|pooler\./.test(hostname);
}

function withoutPoolerMark(url: string): string {
  const copy = new URL(url);
  copy.searchParams.delete("pgbouncer");
  return copy.href;
}

/** The breaker of a server, shared by all pools that connect to it. */
export function breakerOf(url: string): Breaker {
  return perProcess(`breaker ${new URL(url).host}`, () => new Breaker());
}

export function open({ url, name, max, statementTimeoutSeconds, owner, hasArrays = true }: Pool) {
  const pooled = isPooled(url);
  const client = postgres(withoutPoolerMark(url), {
    max,
    idle_timeout: 30,
    connect_timeout: 5,
    prepare: !pooled,
    fetch_types: hasArrays,
    onnotice: () => {},
    connection: pooled
      ? { application_name: `callboard-${name}` }
      : { application_name: `callboard-${name}`, statement_timeout: statementTimeoutSeconds * 1000 },
    ...guarded(breakerOf(url), owner),
  });
  return drizzle(client);
}

export const { db, replica, jobs } = perProcess("database", () => {
  const db = open({ url: env.DATABASE_URL, name: "pages", max: 8, statementTimeoutSeconds: 20 });
  return {
    db,
    replica:
      env.DATABASE_REPLICA_URL === undefined
        ? db
        : open({ url: env.DATABASE_REPLICA_URL, name: "replica", max: 8, statementTimeoutSeconds: 20 }),
    jobs: open({ url: env.DATABASE_URL, name: "jobs", max: 4, statementTimeoutSeconds: 10 }),
  };
});

export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];
