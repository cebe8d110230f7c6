import { customType, timestamp } from "drizzle-orm/pg-core";

/** Column types that drizzle has no name for, and the one form that every time has. */

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
export const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
/** `timestamptz(3)`: a JavaScript Date holds milliseconds, and a keyset cursor made from a finer value would skip rows. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
