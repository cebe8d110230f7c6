import { sql, type SQL } from "drizzle-orm";

import { isCounted, localWeekday } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { executePrepared } from "@/db/driver/prepared";
import { textArray } from "@/db/driver/text-array";
import { calls } from "@/db/schema/calls";
import { CELL_DIMENSIONS, type CellDimension, type CellFilter, type Slice } from "@/lib/statistics/cell-filter";
import type { TimeRange } from "@/lib/time/time";
import { monthOf, nextMonthOf, type WholeDays, wholeDaysOf } from "@/lib/time/whole-days";

import { type DayEdge, doDaysBegin } from "./day-edges";

/**
 * How a statement reads a figure from cells: `db/schema/statistics.ts`. It adds up three things that one snapshot shows, so the figure is exact at
 * any moment: the cells of the range's whole days, the changes in these days that are not folded yet, and the calls of the parts of a day
 * before and after them.
 *
 * The text of such a statement depends only on what is asked for by the filter, not on its values, so that it can be prepared: planning it takes as
 * long as running it.
 */

/**
 * A value that is hidden from the planner. It would compare the cost of a plan for these values with that of a plan for any, which it believes to be
 * higher, and plan the statement again each time.
 */
export function unseen(value: SQL): SQL {
  return sql`(select ${value})`;
}

/** An instant that the planner does not see. */
export function unseenInstant(at: Date): SQL {
  return unseen(sql`${at.toISOString()}::timestamptz`);
}

/**
 * Whether a row is of a kind that the filter asks for, except for `counted`. `from` has the columns of a kind of call. Null and `unknown` are one value
 * for a filter.
 *
 * @param dimensions leaves out the others
 */
export function isAsked({ lists }: CellFilter, from: SQL, dimensions: readonly CellDimension[] = CELL_DIMENSIONS): SQL {
  const column = (dimension: CellDimension) =>
    ({
      outcome: sql`${from}.outcome`,
      goal: sql`${from}.goal`,
      direction: sql`${from}.direction`,
      language: sql`${from}.language`,
      scenario: sql`${from}.scenario_id`,
      attempt: sql`${from}.attempt::text`,
      dial: sql`${from}.dial_result`,
    })[dimension];
  const conditions = dimensions.flatMap((dimension) => {
    const values = lists[dimension];
    return values === undefined ? [] : [sql`coalesce(${column(dimension)}, 'unknown') = any(${textArray(values)})`];
  });
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

/** Whether a call or a change of one is asked for, except for `counted`: it has the columns of a kind of call and `occurred_at`. */
export function isAskedCall(filter: CellFilter, from: SQL): SQL {
  const { weekdays, zone } = filter;
  return weekdays.length === 0
    ? isAsked(filter, from)
    : sql`${isAsked(filter, from)} and ${localWeekday(sql`${from}.occurred_at`, zone)}::text = any(${textArray(weekdays.map(String))})`;
}

/** Whether a row of cells, which has the column `is_counted`, is of the calls that the filter asks for. */
export function isAskedCount({ counted }: CellFilter, from: SQL): SQL {
  return counted === null ? sql`true` : counted ? sql`${from}.is_counted` : sql`not ${from}.is_counted`;
}

/** The CTE `wanted`: the kinds of calls that the filter asks for, whether statistics count them or not. */
export function wantedCte(filter: CellFilter): SQL {
  return sql`wanted as materialized (
    select id, outcome, goal, scenario_id, attempt, dial_result, is_counted from call_kinds as kind where ${isAsked(filter, sql`kind`)}
  )`;
}

/** A range in a statement, and the name of the CTE that says which of its cells are read. */
export type AskedRange = { range: TimeRange; whole: WholeDays; weekdays: readonly number[]; edges: SQL };

export function askedRange(range: TimeRange, { zone, weekdays }: CellFilter, name: string): AskedRange {
  return { range, whole: wholeDaysOf(range, zone), weekdays, edges: sql.raw(`${name}_edges`) };
}

/** Whether a day is one of these weekdays. */
export function isOnWeekday(day: SQL, weekdays: readonly number[]): SQL {
  return weekdays.length === 0
    ? sql`true`
    : sql`extract(isodow from ${day})::text = any(${textArray(weekdays.map(String))})`;
}

/**
 * The CTE with the months that are read as a whole, from `months_from` to `months_to`. A month that is not all in the range is among them if it has no
 * calls outside the range: the current month has none after today.
 */
export function edgesCte({ whole: { days }, edges }: AskedRange): SQL {
  const month = monthOf(days.from);
  const inside = month === days.from ? month : nextMonthOf(days.from);
  const lastInside = monthOf(days.to);
  const next = lastInside === days.to ? days.to : nextMonthOf(days.to);
  // The first row of the index tells. An EXISTS may read the table instead.
  const hasDays = (from: string, to: string) =>
    sql`(select min(start) from statistics_cells where span = 'day' and start >= ${unseen(sql`${from}::date`)}) < ${to}::date`;
  return sql`${edges} as materialized (
    select case when months_from < months_to then months_from else ${days.to}::date end as months_from,
      case when months_from < months_to then months_to else ${days.to}::date end as months_to
    from (
      select case when ${hasDays(month, days.from)} then ${inside}::date else ${month}::date end as months_from,
        case when ${hasDays(days.to, next)} then ${lastInside}::date else ${next}::date end as months_to
      where ${days.from}::date < ${days.to}::date
      union all
      select ${days.to}::date, ${days.to}::date where ${days.from}::date >= ${days.to}::date
    ) as found
  )`;
}

/**
 * The rows of a table of cells for the whole days of a range: of whole months where it can be, which is not so if only some weekdays are asked for.
 *
 * @param columns of the table. `start` is the day, or the first day of the month, of which `span` tells
 * @param where a condition on its columns
 */
export function cellsIn(
  { whole: { days }, weekdays, edges }: AskedRange,
  { table, columns, where = sql`true` }: { table: SQL; columns: SQL; where?: SQL },
): SQL {
  const [from, to] = [unseen(sql`${days.from}::date`), unseen(sql`${days.to}::date`)];
  if (weekdays.length > 0) {
    return sql`(
      select ${columns} from ${table} where span = 'day' and start >= ${from} and start < ${to} and ${isOnWeekday(sql`start`, weekdays)} and ${where}
    )`;
  }
  const months = (column: "months_from" | "months_to") => sql`(select ${sql.raw(column)} from ${edges})`;
  return sql`(
    select ${columns} from ${table} where span = 'day' and start >= ${from}
      and start < least(${months("months_from")}, ${to}) and ${where}
    union all
    select ${columns} from ${table} where span = 'day' and start >= ${months("months_to")} and start < ${to} and ${where}
    union all
    select ${columns} from ${table} where span = 'month' and start >= ${months("months_from")} and start < ${months("months_to")} and ${where}
  )`;
}

/** Hours and talk times as a table of cells. */
export const slices = sql`(
  select 'day' as span, day as start, dimension, value, is_counted, dials, reached, seconds, counts from slice_days
  union all
  select 'month', month, dimension, value, is_counted, dials, reached, seconds, counts from slice_months
) as slices`;

/**
 * What no cell holds of a range, as rows with a sign: changes in its whole days that are not folded yet, and the calls in the parts of a day around
 * them. A part of a day may have thousands of calls: if `calls_occurred_idx` has all columns that are asked for, the table need not be read.
 *
 * @param columns besides `sign` and `is_counted`: those of a kind of call, `occurred_at`, `contact_id`, `duration_seconds` and `criteria`
 * @param where a condition on these columns of the row `loose`
 */
export function looseIn(
  { whole }: Pick<AskedRange, "whole">,
  { columns: asked, where }: { columns: SQL; where: SQL },
): SQL {
  const columns = sql`sign, is_counted, ${asked}`;
  const within = ({ from, to }: TimeRange) =>
    sql`(${from.toISOString()}::timestamptz, ${to.toISOString()}::timestamptz)`;
  // A lateral query with `offset 0` looks each part up in the index, and is not worth other processes: to start them takes longer.
  return sql`(
    select ${columns} from statistics_changes as loose
    where occurred_at >= ${unseenInstant(whole.within.from)} and occurred_at < ${unseenInstant(whole.within.to)} and ${where}
    union all
    select ${columns}
    from (values ${within(whole.head)}, ${within(whole.tail)}) as part (since, until) cross join lateral (
      select *, 1::smallint as sign, ${isCounted()} as is_counted from ${calls} where occurred_at >= part.since and occurred_at < part.until offset 0
    ) as loose
    where ${where}
  )`;
}

/** Whether a row of `slices` is of this slice. */
export function isOfSlice({ dimension, values }: Slice): SQL {
  const isOfDimension = sql`dimension = ${sql.raw(`'${dimension}'`)}`;
  return values === null
    ? isOfDimension
    : sql`(${isOfDimension} and coalesce(value, 'unknown') = any(${textArray(values)}))`;
}

/**
 * Runs a statement that reads cells. Null if there are none for the filter's zone: they were never built, or the organization's zone has changed, and
 * the job has not built them yet. Also null if days begin at other instants for Postgres than for Node.
 *
 * @param edges those of all ranges whose whole days are read
 * @param answer a select whose rows have no null in the column `found`
 * @param how `once` if the text depends on the values of the filter: a connection would remember each of them
 */
export async function readCells<Row extends object>(
  filter: CellFilter,
  edges: readonly DayEdge[],
  ctes: readonly SQL[],
  answer: SQL,
  how: "prepared" | "once" = "prepared",
): Promise<(Row & { found: true })[] | null> {
  const state = sql`state as materialized (
    select exists (select from statistics_state where zone = ${filter.zone}::text) and ${doDaysBegin(edges, filter.zone)} as is_built
  )`;
  const statement = sql`
    with ${sql.join([state, ...ctes], sql`, `)}
    select state.is_built, answer.* from state left join (${answer}) as answer on state.is_built`;
  type Found = Row & { found: true | null; is_built: boolean };
  const rows = (
    how === "prepared" ? await executePrepared<Found>(replica, statement) : await replica.execute(statement)
  ) as readonly Found[];
  return rows[0]?.is_built === true
    ? rows.filter((row): row is Row & { found: true; is_built: true } => row.found === true)
    : null;
}
