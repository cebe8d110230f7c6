import type { Sql, TransactionSql } from "postgres";

type Client = Sql | TransactionSql;

/**
 * A query that is sent when it is awaited: what drizzle and this folder use of the driver's pending query. `send` chooses the client and passes it
 * to `run`, which may be called again with another client.
 */
export function deferredQuery(
  send: (run: (client: Client) => Promise<unknown>) => Promise<unknown>,
  query: Parameters<Sql["unsafe"]>,
) {
  let ended: Promise<unknown> | null = null;
  let form: "objects" | "values" | "raw" = "objects";
  const run = async (client: Client) => {
    const sent = client.unsafe(...query);
    return form === "values" ? sent.values() : form === "raw" ? sent.raw() : sent;
  };
  const start = () => (ended ??= send(run));
  const pending = {
    values() {
      form = "values";
      return pending;
    },
    raw() {
      form = "raw";
      return pending;
    },
    // oxlint-disable-next-line unicorn/no-thenable -- the driver's pending query is one: it is sent when it is awaited
    then: (...handlers: Parameters<Promise<unknown>["then"]>) => start().then(...handlers),
    catch: (handler: (error: unknown) => unknown) => start().catch(handler),
    finally: (handler: () => void) => start().finally(handler),
  };
  return pending;
}
