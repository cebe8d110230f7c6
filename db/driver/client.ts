import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { databaseUrlWarning } from "@/lib/url/database-url";

import { Breaker, guarded, type SocketOwner } from "./breaker";
import { endpoint } from "./endpoint";
import { FOR_READING, limitsOf, type SessionSettings, withLocalLimits } from "./limits";
import { withOptionalSettings } from "./optional-settings";
import { currentReading, type Reading, readingClient } from "./replica-reads";
import { ReplicaState } from "./replica-state";

/**
 * Four connection pools, so that one kind of work cannot starve another: `db/driver/deadline-pool.ts` for deliveries, `jobs`
 * for background jobs, `db` for pages and actions, `replica` for reads that tolerate replication lag. Without `DATABASE_REPLICA_URL`, `replica` is
 * `db`; with it, each read goes to the replica or to the primary, as `db/driver/replica-reads.ts` decides.
 */

type Pool = {
  url: string;
  name: string;
  max: number;
  statementTimeoutSeconds: number;
  /** Not set if a pooler refuses them. */
  settings?: SessionSettings;
  owner?: SocketOwner;
  /** Whether the pool uses array columns. If so, each connection begins with a query for the array types. */
  hasArrays?: boolean;
};

/** The breaker of a server, shared by all pools that connect to it. */
export function breakerOf(url: string): Breaker {
  return perProcess(`breaker ${new URL(url).host}`, () => new Breaker());
}

export function open({ url, name, max, statementTimeoutSeconds, settings = {}, owner, hasArrays = true }: Pool) {
  const { href, isPooled, ssl } = endpoint(url, env.DATABASE_CA);
  const limits = { ...limitsOf(statementTimeoutSeconds), ...settings };
  const client = postgres(href, {
    max,
    idle_timeout: 30,
    connect_timeout: 5,
    // A transaction pooler accepts neither prepared statements nor, when a session starts, limits.
    prepare: !isPooled,
    fetch_types: hasArrays,
    onnotice: () => {},
    ssl,
    connection: { application_name: `callboard-${name}`, ...(isPooled ? {} : limits) },
    ...guarded(breakerOf(url), owner),
  });
  if (isPooled) {
    return drizzle(withLocalLimits(client, limits));
  }
  const onRefused = (isFirst: boolean) => {
    breakerOf(url).allowNext();
    if (isFirst) {
      log("warn", "session_settings_refused", { reason: name });
    }
  };
  return drizzle(Object.keys(settings).length === 0 ? client : withOptionalSettings(client, settings, onRefused));
}

export const { db, replica, replicaState, settledReplica, jobs } = perProcess("database", () => {
  for (const name of ["DATABASE_URL", "DATABASE_REPLICA_URL"] as const) {
    if (databaseUrlWarning(env[name] ?? "") !== null) {
      log("warn", "database_not_protected", { reason: name });
    }
  }
  const db = open({ url: env.DATABASE_URL, name: "pages", max: 8, statementTimeoutSeconds: 20, settings: FOR_READING });
  const jobs = open({ url: env.DATABASE_URL, name: "jobs", max: 4, statementTimeoutSeconds: 10 });
  if (env.DATABASE_REPLICA_URL === undefined) {
    return { db, replica: db, replicaState: null, settledReplica: async () => db, jobs };
  }
  return { db, ...openReplica(db, env.DATABASE_REPLICA_URL), jobs };
});

function openReplica(primary: ReturnType<typeof open>, url: string) {
  const probe = (of: string) =>
    open({ url: of, name: "replication", max: 1, statementTimeoutSeconds: 5, hasArrays: false }).$client;
  const replicaState = new ReplicaState(probe(env.DATABASE_URL), probe(url));
  const { $client } = open({ url, name: "replica", max: 8, statementTimeoutSeconds: 20, settings: FOR_READING });
  const reader = (decide: () => Promise<Reading>) =>
    drizzle(readingClient(primary.$client, $client, replicaState, decide));
  return {
    replica: reader(() => currentReading(replicaState)),
    replicaState,
    /** `replica` for reads that go on after the answer has begun, outside their request: where they read is decided now. */
    settledReplica: async () => {
      const reading = await currentReading(replicaState);
      return reader(async () => reading);
    },
  };
}

export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];
