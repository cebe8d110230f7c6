import type { Sql, TransactionSql } from "postgres";

import { deferredQuery } from "./deferred-query";

/** How long the server lets a session work and wait, in milliseconds. The names are those of PostgreSQL. */
export type Limits = {
  statement_timeout: number;
  lock_timeout: number;
  idle_in_transaction_session_timeout: number;
};

/** Other settings of a session, by PostgreSQL's names. */
export type SessionSettings = Partial<Record<"work_mem" | "jit", string>>;

/**
 * For lists and figures. With less memory, the bitmap of some hundred thousand calls that an index finds becomes lossy, and Postgres checks every call of
 * each page of the table. Without `jit=off` it would compile such statements, because it estimates them as expensive, and that takes longer than they do.
 */
export const FOR_READING: SessionSettings = { work_mem: "16MB", jit: "off" };

/** A transaction that is idle this long belongs to a process that hangs: its locks would stop others. */
const IDLE_MS = 60_000;

/** The limits of a pool. A statement may wait for locks half of its time. */
export function limitsOf(statementTimeoutSeconds: number): Limits {
  return {
    statement_timeout: statementTimeoutSeconds * 1000,
    lock_timeout: statementTimeoutSeconds * 500,
    idle_in_transaction_session_timeout: IDLE_MS,
  };
}

/**
 * Wraps a client of a transaction pooler, which refuses limits when a session starts, and gives a session's settings to others. So every
 * statement runs in a transaction that first sets the limits for itself. They hold on the server, even if this process dies.
 *
 * drizzle sends every query through `unsafe` of the client; in a transaction, of the client that `begin` passes.
 */
export function withLocalLimits(client: Sql, settings: Limits & SessionSettings): Sql {
  const setting = Object.entries(settings)
    .map(([name, value]) => `set local ${name} = '${value}'`)
    .join("; ");
  const begin = (work: Work) =>
    client.begin(async (inner) => {
      // Sent together with the first query of the work. If the setting fails, so does the transaction.
      const set = inner.unsafe(setting).execute();
      const [, result] = await Promise.all([set, work(inner)]);
      return result;
    });
  return new Proxy(client, {
    get(target, property) {
      if (property === "begin") {
        return begin;
      }
      if (property === "unsafe") {
        // One query in a transaction of its own.
        return (...query: Parameters<Sql["unsafe"]>) => deferredQuery((run) => begin(run), query);
      }
      return Reflect.get(target, property) as unknown;
    },
  });
}

type Work = (inner: TransactionSql) => Promise<unknown>;
