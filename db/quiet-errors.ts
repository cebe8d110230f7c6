import { DrizzleQueryError } from "drizzle-orm/errors";
import { PgPreparedQuery } from "drizzle-orm/pg-core";
import postgres from "postgres";

/**
 * An error of a query holds what was asked with: Drizzle puts the parameters into its message (a session's token, a phone number, a
 * transcript), Postgres puts values into `detail` and into some of its messages. Next prints whatever a page throws. So the values are
 * taken out where the error is made; the codes stay, and with them all that the code here decides by.
 */
function withoutValues(error: unknown): unknown {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 6; inner = inner.cause, depth += 1) {
    if (inner instanceof DrizzleQueryError) {
      redact(inner, "A query failed", ["params"]);
    }
    if (inner instanceof postgres.PostgresError) {
      redact(inner, `Postgres answered ${inner.code}`, [
        "detail",
        "hint",
        "where",
        "internal_query",
        "parameters",
        "args",
      ]);
    }
  }
  return error;
}

function redact(error: Error, message: string, properties: string[]): void {
  // The stack begins with the message that it was made with.
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  error.message = message;
  error.stack = [`${error.name}: ${message}`, ...frames].join("\n");
  for (const property of properties) {
    Reflect.deleteProperty(error, property);
  }
}

type WithCache = (this: unknown, query: string, params: unknown[], run: () => Promise<unknown>) => Promise<unknown>;

// Every query that Drizzle runs passes here, in transactions too. It is protected there, hence the detour around its type.
const prototype = PgPreparedQuery.prototype as unknown as { queryWithCache: WithCache & { quiet?: true } };
const original = prototype.queryWithCache;

if (!original.quiet) {
  const quiet: WithCache & { quiet?: true } = async function (query, params, run) {
    try {
      return await original.call(this, query, params, run);
    } catch (error) {
      throw withoutValues(error);
    }
  };
  quiet.quiet = true;
  prototype.queryWithCache = quiet;
}
