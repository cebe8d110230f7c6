import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";

/**
 * Where the cells are that count nothing any more: the `ctid` of each row, as an array in text, from the statement that wrote the rows. Null if there are none.
 * Valid until the transaction of that statement ends.
 *
 * They are not deleted by their keys, because keys may contain null. A comparison that also matches null, `is not distinct from`, uses no index, so each
 * fold that empties a cell would read the whole table.
 */
export type EmptiedPlaces = string | null;

/** The places of the rows that count nothing. The CTE returns the columns of the condition, and `ctid as place`. */
export function emptiedPlaces(cte: "cells" | "criteria" | "slices" | "outcomes", countsNothing: SQL): SQL {
  return sql`(select array_agg(place)::text from ${sql.identifier(cte)} where ${countsNothing})`;
}

/** Deletes the cells at these places, so that no text in them outlives the calls that had it. */
export async function deleteEmptied(on: Transaction, table: string, places: EmptiedPlaces): Promise<void> {
  if (places !== null) {
    await on.execute(sql`delete from ${sql.identifier(table)} where ctid = any(${places}::text::tid[])`);
  }
}
