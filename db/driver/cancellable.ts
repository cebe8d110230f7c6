import { drizzle } from "drizzle-orm/postgres-js";
import type { Sql, TransactionSql } from "postgres";

import type { Database } from "./client";

type Running = { cancel(): unknown };

/**
 * Wraps a database so that when the signal aborts, Postgres cancels the running query, which fails with 57014. For work
 * whose client may disconnect. Supports one query at a time.
 */
export function cancellable(database: Database, signal: AbortSignal): Database {
  let running: Running | null = null;
  signal.addEventListener("abort", () => running?.cancel(), { once: true });
  return drizzle(
    watch(database.$client, (query) => {
      running = query;
      if (signal.aborted) {
        query.cancel();
      }
    }),
  );
}

/** drizzle sends every query through `unsafe` of the client; in a transaction, of the client that `begin` passes. */
function watch<Client extends Sql | TransactionSql>(client: Client, onQuery: (query: Running) => void): Client {
  return new Proxy(client, {
    get(target, property) {
      if (property === "unsafe") {
        return (...query: Parameters<Sql["unsafe"]>) => {
          const pending = target.unsafe(...query);
          onQuery(pending);
          return pending;
        };
      }
      if (property === "begin" && "begin" in target) {
        return (work: (inner: TransactionSql) => Promise<unknown>) =>
          target.begin((inner) => work(watch(inner, onQuery)));
      }
      return Reflect.get(target, property) as unknown;
    },
  });
}
