import { fillPlaceholders, type SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";

import type { Database } from "./client";

const dialect = new PgDialect();

/**
 * Runs a query as a prepared statement, which Postgres parses and plans once per connection, and which needs one round trip instead of two.
 * drizzle's `execute` prepares nothing. The query's text must always be the same: only parameters may differ. Behind a transaction
 * pooler, which knows no prepared statements, it runs unprepared.
 */
export async function executePrepared<Row extends object>(on: Database, query: SQL): Promise<Row[]> {
  const { sql: text, params } = dialect.sqlToQuery(query);
  // drizzle's type for parameters is `unknown[]`. It has encoded them for this driver.
  return on.$client.unsafe<Row[]>(text, params as never[], { prepare: true });
}

/**
 * Like `executePrepared`, for a query with a long text: the text is made once, because making it takes as long as running a short statement. `values` are those of the query's
 * placeholders.
 */
export function preparedQuery<Row extends object>(query: SQL) {
  let made: { sql: string; params: unknown[] } | undefined;
  return async (on: Database, values: Record<string, unknown>): Promise<Row[]> => {
    made ??= dialect.sqlToQuery(query);
    return on.$client.unsafe<Row[]>(made.sql, fillPlaceholders(made.params, values) as never[], { prepare: true });
  };
}
