import postgres, { type Sql, type TransactionSql } from "postgres";

import { deferredQuery } from "./deferred-query";
import type { SessionSettings } from "./limits";

/**
 * Wraps a client whose sessions start with settings that they can do without. A transaction pooler that the URL does not name may know the limits
 * and refuse every session that asks for anything else (`ignore_startup_parameters` of PgBouncer). Then sessions start without these settings
 * from now on, and the query that was to open the refused one, and so was never sent, is sent on another.
 *
 * drizzle sends every query through `unsafe` of the client; in a transaction, of the client that `begin` passes.
 *
 * @param onRefused called before the query is sent again. `isFirst`: not again for sessions that had been started before.
 */
export function withOptionalSettings(
  client: Sql,
  settings: SessionSettings,
  onRefused: (isFirst: boolean) => void,
): Sql {
  const names = Object.keys(settings);
  const send = async <T>(run: (client: Sql) => Promise<T>): Promise<T> => {
    try {
      return await run(client);
    } catch (error) {
      if (!isRefusal(error, names)) {
        throw error;
      }
      // The driver reads them for each new connection.
      const asked = client.options.connection;
      const isFirst = names.some((name) => name in asked);
      for (const name of names) {
        delete asked[name];
      }
      onRefused(isFirst);
      return run(client);
    }
  };
  return new Proxy(client, {
    get(target, property) {
      if (property === "begin") {
        return (work: (inner: TransactionSql) => Promise<unknown>) => send((sender) => sender.begin(work));
      }
      if (property === "unsafe") {
        return (...query: Parameters<Sql["unsafe"]>) => deferredQuery(send, query);
      }
      return Reflect.get(target, property) as unknown;
    },
  });
}

/** PgBouncer says `unsupported startup parameter: jit`, with a code that it uses for much else. No query of ours names a setting. */
function isRefusal(error: unknown, names: readonly string[]): boolean {
  return (
    error instanceof postgres.PostgresError && names.some((name) => new RegExp(`\\b${name}\\b`).test(error.message))
  );
}
