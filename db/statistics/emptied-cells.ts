import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";

/**
 * The rows of cells that count nothing any more, as the statement that wrote them returned their `ctid`: an array as text. Null if there are none. Only
 * valid in the transaction that wrote them: until it ends, nothing moves them. A search by key would not do: an index finds no null that is compared
 * with `is not distinct from`, and without one each fold that empties a cell would read the whole table.
 */
export type EmptiedPlaces = string | null;

/** Selects the places of the rows of a CTE, which returns `ctid as place`, that count nothing. */
export function emptiedPlaces(cte: "cells" | "criteria" | "slices" | "outcomes", countsNothing: SQL): SQL {
  return sql`(select array_agg(place)::text from ${sql.identifier(cte)} where ${countsNothing})`;
}

/** Deletes them, with the texts in them. */
export async function deleteEmptied(on: Transaction, table: string, places: EmptiedPlaces): Promise<void> {
  if (places !== null) {
    await on.execute(sql`delete from ${sql.identifier(table)} where ctid = any(${places}::text::tid[])`);
  }
}
