import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";

import type { Database } from "./client";

const dialect = new PgDialect();

/**
 * Runs a query and returns each row as the bytes of its columns, as Postgres sent them: text in UTF-8. For large texts that are only passed on.
 *
 * Without parallel workers: for one batch of many, starting them takes longer than they save.
 */
export async function executeRaw(on: Database, query: SQL): Promise<(Buffer | null)[][]> {
  const { sql: text, params } = dialect.sqlToQuery(query);
  const rows = await on.$client.begin(async (inner) => {
    const set = inner.unsafe("set local max_parallel_workers_per_gather = 0").execute();
    // drizzle's type for parameters is `unknown[]`. It has encoded them for this driver.
    const [, found] = await Promise.all([set, inner.unsafe(text, params as never[]).raw()]);
    return found;
  });
  return rows;
}
