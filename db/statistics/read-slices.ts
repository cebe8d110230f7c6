import { sql, type SQL } from "drizzle-orm";

import { textArray } from "@/db/driver/text-array";
import type { Slice } from "@/lib/statistics/cell-filter";
import { monthOf, nextMonthOf } from "@/lib/time/whole-days";

import { type AskedRange, unseen } from "./read-cells";

/** How a statement reads the tables that have a row, or a few, for each day and month of a slice: `figure_slices` and `criterion_slices`. */

/**
 * Whether a row of a table in which no value is null is of this slice. One value is compared by itself, because Postgres then knows how few rows it
 * has, and reads them in the order of the index.
 */
export function hasValueOf({ dimension, values }: Slice): SQL {
  const [value = "", ...others] = values ?? [];
  return sql`dimension = ${sql.raw(`'${dimension}'`)} and ${
    others.length === 0 ? sql`value = ${unseen(sql`${value}::text`)}` : sql`value = any(${textArray(values ?? [])})`
  }`;
}

type SliceTable = "figure_slices" | "criterion_slices";

/** The CTE with the months of a range that are read as a whole, from `months_from` to `months_to`: those that have rows. */
export function monthsCte(table: SliceTable, { whole: { days }, edges }: AskedRange): SQL {
  const month = monthOf(days.from);
  const first = month === days.from ? month : nextMonthOf(days.from);
  return sql`${edges} as materialized (
    select case when ${first}::date < until then ${first}::date else ${days.to}::date end as months_from,
      case when ${first}::date < until then until else ${days.to}::date end as months_to
    from (
      select least(${monthOf(days.to)}::date, coalesce((
        select (max(start) + interval '1 month')::date from ${sql.raw(table)} where dimension = 'all' and value = '' and span = 'month'
      ), '-infinity')) as until
    ) as complete
  )`;
}
