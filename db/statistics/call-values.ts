import { sql, type SQL } from "drizzle-orm";

import type { COUNT_DIMENSIONS } from "@/lib/statistics/cells";

type Dimension = (typeof COUNT_DIMENSIONS)[number];

/** How the cells of some tables spell that a call has no value in a dimension. A filter means both by one value, so readers take null for `unknown`. */
type NoValue = "unknown" | null;

/**
 * The values of a call in some dimensions, as rows of `dimension` and `value` to join. In the dimension `all`, every call has the same one.
 *
 * @param noValue `slice_days` has null, the tables made after it have `unknown`
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
