import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql, TransactionSql } from "postgres";

import type { Database } from "./client";

type Running = { cancel(): unknown };

/**
 * Wraps a database so that when the signal aborts, Postgres cancels the running query, which fails with 57014. A query after that fails with the signal's
 * reason. For work whose client may disconnect. Supports one query at a time.
 */
export function cancellable(database: Database, signal: AbortSignal): Database {
  let running: Running | null = null;
  // A turn later: the driver loses the connection of a query that is cancelled after it was made and before it was sent.
  signal.addEventListener("abort", () => setImmediate(() => running?.cancel()), { once: true });
  return drizzle(
    watch(database.$client, signal, (query) => {
      running = query;
    }),
  );
}

/** drizzle sends every query through `unsafe` of the client; in a transaction, of the client that `begin` passes. */
function watch<Client extends Sql | TransactionSql>(
  client: Client,
  signal: AbortSignal,
  onQuery: (query: Running) => void,
): Client {
  return new Proxy(client, {
    get(target, property) {
      if (property === "unsafe") {
        return (...query: Parameters<Sql["unsafe"]>) => {
          signal.throwIfAborted();
          const pending = target.unsafe(...query);
          onQuery(pending);
          return pending;
        };
      }
      if (property === "begin" && "begin" in target) {
        return (work: (inner: TransactionSql) => Promise<unknown>) =>
          target.begin((inner) => work(watch(inner, signal, onQuery)));
      }
      return Reflect.get(target, property) as unknown;
    },
  });
}
