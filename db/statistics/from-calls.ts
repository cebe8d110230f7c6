import { and, gte, inArray, lt, or, sql, type SQL } from "drizzle-orm";

import { callConditions } from "@/db/calls/conditions";
import { hoursOf } from "@/db/calls/hours";
import { calls } from "@/db/schema/calls";
import { DIALLED } from "@/lib/call/contact";
import { UNKNOWN } from "@/lib/call/filter";
import { cellFilterOf, type Unbounded } from "@/lib/statistics/cell-filter";
import { GOAL_ASSESSED, GOAL_MET } from "@/lib/statistics/figures";
import type { TimeRange } from "@/lib/time/time";

/**
 * What the statements on `calls` have in common. They answer filters of which cells know nothing, and all filters while there are no cells. All columns
 * that most figures need are in the index `calls_occurred_idx`, so Postgres reads the table itself only for the others.
 */

/** The calls of a filter: what follows FROM, under the name `calls`, and the condition on it. `areFew`: they are a small part of the range's calls. */
export type SelectedCalls = { from: SQL; where: SQL; areFew: boolean };

/** Selects the filter's calls in any of the ranges. */
export async function callsDuring(ranges: readonly TimeRange[], filter: Unbounded): Promise<SelectedCalls> {
  if (isFoundByTime(filter)) {
    const conditions = await callConditions({ ...filter, from: null, to: null });
    return { from: callsAtTimesOf(ranges, filter), where: conditions ?? sql`true`, areFew: true };
  }
  const within = ({ from, to }: TimeRange) => and(gte(calls.occurredAt, from), lt(calls.occurredAt, to));
  const from = new Date(Math.min(...ranges.map((range) => range.from.getTime())));
  const to = new Date(Math.max(...ranges.map((range) => range.to.getTime())));
  const conditions = [
    // The outer range lets Postgres use the index; the second condition excludes the gaps.
    within({ from, to }),
    ranges.length > 1 ? or(...ranges.map(within)) : undefined,
    await callConditions({ ...filter, from: null, to: null }),
  ];
  return { from: sql`${calls}`, where: sql`${and(...conditions)}`, areFew: false };
}

/**
 * Whether the filter's weekdays and hours are the best way to its calls: they leave out at least half of a week, and no other condition that an index
 * may answer, such as a phone number, leaves fewer. If they leave out less, one scan by several processes reads the calls of the range sooner.
 */
function isFoundByTime(filter: Unbounded): boolean {
  const share = ({ length }: readonly number[], all: number) => (length === 0 ? 1 : length / all);
  return (
    share(filter.weekday, 7) * share(filter.hour, 24) <= 0.5 &&
    cellFilterOf({ ...filter, weekday: [], hour: [] }) !== null
  );
}

/**
 * The calls at about the filter's weekdays and hours, as a table with the name `calls`. Postgres looks up each of these times in `calls_occurred_idx`; with a
 * condition on the hour alone it would read all calls.
 */
function callsAtTimesOf(ranges: readonly TimeRange[], filter: Unbounded): SQL {
  const times = ranges.map(({ from, to }) => {
    const spans = hoursOf({ ...filter, from: { at: from, text: "" }, to: { at: to, text: "" } });
    // Cut at the edges of the range: a day may be in two ranges.
    return sql`
      select greatest(since, ${from.toISOString()}::timestamptz) as since, least(until, ${to.toISOString()}::timestamptz) as until from ${spans} as span`;
  });
  // `offset 0` keeps Postgres from turning the look-ups into one scan of all calls.
  return sql`(
    select calls.* from (${sql.join(times, sql` union all `)}) as time cross join lateral (
      select * from ${calls} where occurred_at >= time.since and occurred_at < time.until offset 0
    ) as calls
  ) as calls`;
}

/** Null and the vendor's `unknown` are counted together, because one filter value matches both. */
export function known(column: SQL): SQL<string | null> {
  return sql`nullif(${column}, ${UNKNOWN}::text)`;
}

/** In the words of the columns, so that they hold for calls, kinds of calls and their changes. `from` is the row. */
export function isDialled(from: SQL): SQL {
  return inArray(sql`${from}.dial_result`, [...DIALLED]);
}

export function isReached(from: SQL): SQL {
  return sql`(${from}.dial_result = 'reached')`;
}

export function isAssessed(from: SQL): SQL {
  return sql`coalesce(${inArray(sql`${from}.goal`, [...GOAL_ASSESSED])}, false)`;
}

export function isMet(from: SQL): SQL {
  return sql`coalesce(${from}.goal = ${GOAL_MET}::text, false)`;
}

/** Whether the call has a talk time. */
export function isTimed(from: SQL): SQL {
  return sql`(${from}.dial_result = 'reached' and ${from}.duration_seconds is not null)`;
}
