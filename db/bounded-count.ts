import { count, sql, type SQL } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";

import { replica } from "./driver/client";

/** Counting stops here, because an exact count of millions of rows is slow and rarely needed. */
export const COUNT_BOUND = 10_000;

/** `isBounded`: there are more than `count` rows. */
export type BoundedCount = { count: number; isBounded: boolean };

/** Counts the rows of a table that meet a condition, exactly up to `COUNT_BOUND`. */
export async function countRows(table: PgTable, where: SQL | undefined): Promise<BoundedCount> {
  const some = replica
    .select({ one: sql`1`.as("one") })
    .from(table)
    .where(where)
    .limit(COUNT_BOUND + 1)
    .as("some");
  const [row] = await replica.select({ count: count() }).from(some);
  return boundedCount(row?.count ?? 0);
}

/** Counts the rows of a query, exactly up to `COUNT_BOUND`. */
export async function countRowsOf(query: SQL): Promise<BoundedCount> {
  const [row] = await replica.execute<{ count: number }>(
    sql`select count(*)::integer as count from (${query} limit ${COUNT_BOUND + 1}) as bounded`,
  );
  return boundedCount(row?.count ?? 0);
}

/** A number of rows as a bounded count. */
export function boundedCount(found: number): BoundedCount {
  return { count: Math.min(found, COUNT_BOUND), isBounded: found > COUNT_BOUND };
}
