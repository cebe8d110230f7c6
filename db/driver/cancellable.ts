import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql, TransactionSql } from "postgres";

import type { Database } from "./client";
import { deferredQuery } from "./deferred-query";

type Client = Database["$client"];

/**
 * Wraps a database so that when the signal aborts, Postgres cancels the running query, which fails with 57014. A query after that fails with the signal's
 * reason. For work whose client may disconnect. Supports one query at a time.
 *
 * Every query has a transaction, and with it the connection for itself until the request to cancel has arrived: Postgres cancels whatever the connection is
 * doing by then, which could be the query of somebody else.
 */
export function cancellable(database: Database, signal: AbortSignal): Database {
  const begin = (work: (inner: TransactionSql) => Promise<unknown>) => beginCancellable(database.$client, signal, work);
  return drizzle(
    new Proxy(database.$client, {
      get(target, property) {
        // drizzle sends every query through `unsafe`; in a transaction, through that of the client which `begin` passes.
        if (property === "unsafe") {
          return (...query: Parameters<Sql["unsafe"]>) => deferredQuery((run) => begin(run), query);
        }
        return property === "begin" ? begin : (Reflect.get(target, property) as unknown);
      },
    }),
  );
}

async function beginCancellable(
  client: Client,
  signal: AbortSignal,
  work: (inner: TransactionSql) => Promise<unknown>,
): Promise<unknown> {
  signal.throwIfAborted();
  return client.begin(async (inner) => {
    let running: Running | null = null;
    let cancelled: Promise<unknown> | null = null;
    // A turn later: the driver loses the connection of a query that is cancelled after it was made and before it was sent. If the request does not arrive,
    // the query ends by itself.
    const cancel = () =>
      setImmediate(() => {
        cancelled = running === null ? null : requestCancel(running);
      });
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await work(
        watch(inner, (send) => {
          signal.throwIfAborted();
          running = send();
          return running;
        }),
      );
    } finally {
      running = null;
      signal.removeEventListener("abort", cancel);
      await cancelled;
    }
  });
}

/** A pending query of the driver. */
type Running = ReturnType<Sql["unsafe"]>;

/** Resolves when Postgres has taken the request, or could not be reached: `cancel` of the driver returns before, but what it calls does not. */
async function requestCancel(query: Running): Promise<void> {
  const { canceller } = query as Running & { canceller: ((query: Running) => Promise<void>) | null };
  await canceller?.(query).catch(() => {});
}

function watch(inner: TransactionSql, onQuery: (send: () => Running) => Running): TransactionSql {
  return new Proxy(inner, {
    get: (target, property) =>
      property === "unsafe"
        ? (...query: Parameters<Sql["unsafe"]>) => onQuery(() => target.unsafe(...query))
        : (Reflect.get(target, property) as unknown),
  });
}
