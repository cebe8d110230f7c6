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
  let running: ReturnType<Sql["unsafe"]> | null = null;
  let ended: Promise<unknown> | null = null;
  let form: "objects" | "values" | "raw" = "objects";
  let isCancelled = false;
  const run = async (client: Client) => {
    running = client.unsafe(...query);
    const result = form === "values" ? running.values() : form === "raw" ? running.raw() : running;
    if (isCancelled) {
      running.cancel();
    }
    return result;
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
    cancel() {
      isCancelled = true;
      running?.cancel();
    },
    // oxlint-disable-next-line unicorn/no-thenable -- the driver's pending query is one: it is sent when it is awaited
    then: (...handlers: Parameters<Promise<unknown>["then"]>) => start().then(...handlers),
    catch: (handler: (error: unknown) => unknown) => start().catch(handler),
    finally: (handler: () => void) => start().finally(handler),
  };
  return pending;
}
