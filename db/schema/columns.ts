import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, customType, timestamp } from "drizzle-orm/pg-core";

import { parseLsn } from "@/db/driver/lsn";

/** Column types that drizzle lacks, the timestamp type, and the CHECK of a column whose values we control. */

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
/** A position in the log of the primary. */
export const logPosition = customType<{ data: bigint; driverData: string }>({
  dataType: () => "pg_lsn",
  fromDriver: parseLsn,
});
export const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
/** `timestamptz(3)`: a JavaScript Date holds milliseconds, and a keyset cursor made from a finer value would skip rows. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

/** `column in ('a','b')`, for a column whose values come from a tuple in `lib`. The migrations contain this exact text. */
export function isOneOf(column: AnyPgColumn, values: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(","))})`;
}
