import { sql, type SQL } from "drizzle-orm";

import type { COUNT_DIMENSIONS } from "@/lib/statistics/cells";

type Dimension = (typeof COUNT_DIMENSIONS)[number];

/** What a table stores for calls without a value in a dimension. Readers treat null as `unknown`, because the filter value `unknown` selects both. */
type NoValue = "unknown" | null;

/**
 * The values of a call in some dimensions, as an item of a `from` list: one row for each dimension, with the columns `dimension` and `value`. In the
 * dimension `all`, every call has the same value.
 *
 * @param noValue null for `slice_days`, `unknown` for the other tables
 */
export function valuesOf(dimensions: readonly Dimension[], noValue: NoValue): SQL {
  const rows = dimensions.map((dimension) => `('${dimension}', ${valueOf(dimension, noValue)})`);
  return sql.raw(`(values ${rows.join(", ")}) as dimensions (dimension, value)`);
}

function valueOf(dimension: Dimension, noValue: NoValue): string {
  const orNoValue = (column: string) => (noValue === null ? column : `coalesce(${column}, '${noValue}')`);
  switch (dimension) {
    case "all":
      return noValue === null ? "null" : "''";
    case "dial":
      return "dial_result";
    case "scenario":
      return orNoValue("scenario_id");
    case "attempt":
      return orNoValue("attempt::text");
    default:
      return orNoValue(dimension);
  }
}
