import type { SQL } from "drizzle-orm";
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
