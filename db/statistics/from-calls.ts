import { and, gte, inArray, lt, or, sql, type SQL } from "drizzle-orm";

import { callConditions } from "@/db/calls/conditions";
import { calls } from "@/db/schema/calls";
import { DIALLED } from "@/lib/call/contact";
import { UNKNOWN } from "@/lib/call/filter";
import type { Unbounded } from "@/lib/statistics/cell-filter";
import { GOAL_ASSESSED, GOAL_MET } from "@/lib/statistics/figures";
import type { TimeRange } from "@/lib/time/time";

/**
 * What the statements on `calls` have in common. They answer filters of which cells know nothing, and all filters while there are no cells. All columns
 * that most figures need are in the index `calls_occurred_idx`, so Postgres reads the table itself only for the others.
 */

/**
 * Selects the filter's calls in any of the ranges. The outer range lets Postgres use the index; the second condition excludes the gaps.
 */
export async function during(ranges: readonly TimeRange[], filter: Unbounded): Promise<SQL | undefined> {
  const within = ({ from, to }: TimeRange) => and(gte(calls.occurredAt, from), lt(calls.occurredAt, to));
  const from = new Date(Math.min(...ranges.map((range) => range.from.getTime())));
  const to = new Date(Math.max(...ranges.map((range) => range.to.getTime())));
  return and(
    within({ from, to }),
    ranges.length > 1 ? or(...ranges.map(within)) : undefined,
    await callConditions({ ...filter, from: null, to: null }),
  );
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
