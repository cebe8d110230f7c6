import { and, eq, gte, inArray, isNotNull, lt, max, min, or, sql, type SQL } from "drizzle-orm";

import { callConditions, isCounted, localHour, localWeekday } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import { type ContactState, DIALLED, type DialResult } from "@/lib/call/contact";
import { type CallFilter, UNKNOWN } from "@/lib/call/filter";
import {
  type Figures,
  GOAL_ASSESSED,
  GOAL_MET,
  NO_FIGURES,
  percentile,
  type PeopleFigures,
  NO_PEOPLE,
} from "@/lib/statistics/figures";
import type { TimeRange } from "@/lib/time/time";

/**
 * The numbers of the overview. Each panel reads the calls of its time range once. `lib/statistics/figures.ts` defines the figures. All
 * columns that the figures need are in the index `calls_occurred_idx`, so Postgres reads the table itself only for criteria and for
 * filters on other columns.
 *
 * The time ranges are separate parameters, because a panel may read two of them with one filter.
 */
type Unbounded = Omit<CallFilter, "from" | "to">;

const LIMITS = { scenarios: 200, criteria: 500, attempts: 100 };

const isReached = eq(calls.dialResult, "reached");
const isDialled = inArray(calls.dialResult, [...DIALLED]);
const isAssessed = inArray(calls.goal, [...GOAL_ASSESSED]);
const isMet = eq(calls.goal, GOAL_MET);
/** Null and the vendor's `unknown` are counted together, because one filter value matches both. */
const outcome = sql`nullif(${calls.outcome}, ${UNKNOWN}::text)`;
const scenario = sql`nullif(${calls.scenarioId}, ${UNKNOWN}::text)`;
const talkSeconds = sql`case when ${isReached} then ${calls.durationSeconds} end`;

/** `dials`: those of the calls that were dialled. */
export type OutcomeCount = { outcome: string | null; calls: number; dials: number };
type SummaryRow = {
  current: boolean;
  counted: boolean;
  outcome: string | null;
  dial: DialResult;
  seconds: number | null;
  calls: number;
  assessed: number;
  met: number;
};
type RangeSummary = { figures: Figures; outcomes: OutcomeCount[] };

/** `leftOut`: the number of calls in the current range that statistics do not count; 0 unless the filter has `counted: true`. */
export type Summary = { current: RangeSummary; previous: RangeSummary | null; leftOut: number };

/** Reads the figures and the outcomes (the most frequent first) of a range and of the range that it is compared with. */
export async function readSummary(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<Summary> {
  const leavesOut = filter.counted === true;
  const rows = await replica.execute<SummaryRow>(sql`
    select
      ${calls.occurredAt} >= ${current.from.toISOString()}::timestamptz as current,
      ${leavesOut ? isCounted() : sql`true`} as counted,
      ${outcome} as outcome,
      ${calls.dialResult} as dial,
      -- A histogram of talk times instead of the percentile: it needs no sort of all calls, and can run in parallel.
      ${talkSeconds} as seconds,
      count(*)::integer as calls,
      (count(*) filter (where ${isAssessed}))::integer as assessed,
      (count(*) filter (where ${isMet}))::integer as met
    from ${calls}
    where ${await during(previous === null ? [current] : [current, previous], leavesOut ? { ...filter, counted: null } : filter)}
    group by 1, 2, 3, 4, 5
  `);
  const summaryOf = (isCurrent: boolean) => summarize(rows.filter((row) => row.counted && row.current === isCurrent));
  const leftOut = rows.filter((row) => !row.counted && row.current).reduce((sum, row) => sum + row.calls, 0);
  return { current: summaryOf(true), previous: previous === null ? null : summaryOf(false), leftOut };
}

function summarize(rows: readonly SummaryRow[]): RangeSummary {
  const figures = { ...NO_FIGURES };
  const outcomes = new Map<string | null, Omit<OutcomeCount, "outcome">>();
  const histogram: { value: number; count: number }[] = [];
  for (const row of rows) {
    figures.calls += row.calls;
    const dials = row.dial === "not_dialled" ? 0 : row.calls;
    figures.dials += dials;
    figures.reached += row.dial === "reached" ? row.calls : 0;
    figures.assessed += row.assessed;
    figures.met += row.met;
    const before = outcomes.get(row.outcome) ?? { calls: 0, dials: 0 };
    outcomes.set(row.outcome, { calls: before.calls + row.calls, dials: before.dials + dials });
    if (row.seconds !== null) {
      figures.timed += row.calls;
      figures.talkSeconds += row.seconds * row.calls;
      histogram.push({ value: row.seconds, count: row.calls });
    }
  }
  figures.p90Seconds = percentile(histogram, 0.9);
  return {
    figures,
    outcomes: [...outcomes]
      .map(([outcome, counts]) => ({ outcome, calls: counts.calls, dials: counts.dials }))
      .toSorted((a, b) => b.calls - a.calls || compareText(a.outcome, b.outcome)),
  };
}

/**
 * Counts the outcomes of the calls in each bucket. The buckets must be contiguous. `bucketsOf` computes their edges, not `date_trunc`, so
 * that the chart, its links and its numbers use the same edges. `bucket` is the index in `buckets`.
 */
export async function readSeries(
  filter: Unbounded,
  buckets: readonly TimeRange[],
): Promise<{ bucket: number; outcome: string | null; calls: number }[]> {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) {
    return [];
  }
  const starts = sql`${`{${buckets.map(({ from }) => from.toISOString()).join(",")}}`}::timestamptz[]`;
  return replica.execute<{ bucket: number; outcome: string | null; calls: number }>(sql`
    select
      width_bucket(${calls.occurredAt}, ${starts}) - 1 as bucket,
      ${outcome} as outcome,
      count(*)::integer as calls
    from ${calls}
    where ${await during([{ from: first.from, to: last.to }], filter)}
    group by 1, 2
  `);
}

export type HourCount = { weekday: number; hour: number; dials: number; reached: number };

/**
 * Counts the dials in each hour of the week in the filter's time zone, and those that reached the customer. The query first groups the
 * calls by quarter hours, so that the local hour is computed thousands of times, not millions. The offsets of all current time zones are
 * multiples of a quarter hour.
 */
export async function readHours(filter: Unbounded, range: TimeRange): Promise<HourCount[]> {
  return replica.execute<HourCount>(sql`
    select
      ${localWeekday(sql`quarter`, filter.zone)} as weekday,
      ${localHour(sql`quarter`, filter.zone)} as hour,
      sum(dials)::integer as dials,
      sum(reached)::integer as reached
    from (
      select
        date_bin('15 minutes', ${calls.occurredAt}, timestamptz '2020-01-01 00:00:00Z') as quarter,
        count(*) as dials,
        count(*) filter (where ${isReached}) as reached
      from ${calls}
      where ${and(isDialled, await during([range], filter))}
      group by 1
    ) as quarters
    group by 1, 2
  `);
}

export type AttemptFigures = { attempt: number | null; dials: number; reached: number };

/** Counts the dials of each attempt, and those that reached the customer. Null for dials whose number no source says; it comes last. */
export async function readAttempts(filter: Unbounded, range: TimeRange): Promise<AttemptFigures[]> {
  return replica.execute<AttemptFigures>(sql`
    select
      ${calls.attempt} as attempt,
      count(*)::integer as dials,
      (count(*) filter (where ${isReached}))::integer as reached
    from ${calls}
    where ${and(isDialled, await during([range], filter))}
    group by 1
    order by 1 nulls last
    limit ${LIMITS.attempts}
  `);
}

/** `previous` is null without a range to compare with. */
export type People = { current: PeopleFigures; previous: PeopleFigures | null };

/** Counts the contacts that have one of the filter's calls in a range, by their states as of now. */
export async function readPeople(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<People> {
  const countIn = async (range: TimeRange): Promise<PeopleFigures> => {
    const rows = await replica.execute<{ state: ContactState; people: number }>(sql`
      select ${contacts.state} as state, count(*)::integer as people
      from (select distinct ${calls.contactId} as id from ${calls} where ${await during([range], filter)}) as found
        join ${contacts} on ${contacts.contactId} = found.id
      group by 1
    `);
    return { ...NO_PEOPLE, ...Object.fromEntries(rows.map(({ state, people }) => [state, people])) };
  };
  const [now, before] = await Promise.all([countIn(current), previous === null ? null : countIn(previous)]);
  return { current: now, previous: before };
}

export type ScenarioFigures = { scenario: string | null; figures: Omit<Figures, "p90Seconds"> };

/** Reads the figures of each scenario, the scenario with the most calls first; at most 200 scenarios. */
export async function readScenarios(filter: Unbounded, range: TimeRange): Promise<ScenarioFigures[]> {
  const rows = await replica.execute<{ scenario: string | null } & ScenarioFigures["figures"]>(sql`
    select
      ${scenario} as scenario,
      count(*)::integer as calls,
      (count(*) filter (where ${isDialled}))::integer as dials,
      (count(*) filter (where ${isReached}))::integer as reached,
      (count(*) filter (where ${isAssessed}))::integer as assessed,
      (count(*) filter (where ${isMet}))::integer as met,
      count(${talkSeconds})::integer as timed,
      coalesce(sum(${talkSeconds}), 0)::float8 as "talkSeconds"
    from ${calls}
    where ${await during([range], filter)}
    group by 1
    order by calls desc, scenario
    limit ${LIMITS.scenarios}
  `);
  return rows.map(({ scenario, ...figures }) => ({ scenario, figures }));
}

export type CriterionFigures = {
  scenario: string | null;
  criterion: string;
  /** Whether any of the reports marks the criterion as primary. */
  isPrimary: boolean;
  /** The number of reports that judge the criterion. */
  judged: number;
  met: number;
};

/** Counts how often each success criterion was met, by its text and scenario. The most often judged come first; at most 500 of them. */
export async function readCriteria(filter: Unbounded, range: TimeRange): Promise<CriterionFigures[]> {
  return replica.execute<CriterionFigures>(sql`
    select
      ${scenario} as scenario,
      judged.key as criterion,
      bool_or((judged.value -> 'primary')::boolean) as "isPrimary",
      count(*)::integer as judged,
      (count(*) filter (where (judged.value -> 'met')::boolean))::integer as met
    from ${calls} cross join lateral jsonb_each(${calls.criteria}) as judged
    where ${and(isNotNull(calls.criteria), await during([range], filter))}
    group by 1, 2
    order by 4 desc, 2
    limit ${LIMITS.criteria}
  `);
}

/** Whether the filter selects any call in a range. The query stops at the first call. */
export async function hasCalls(filter: Unbounded, range: TimeRange): Promise<boolean> {
  const found = await replica
    .select({ callId: calls.callId })
    .from(calls)
    .where(await during([range], filter))
    .limit(1);
  return found.length > 0;
}

/** The times of the first and the last of all calls, including those that statistics do not count; null if there are no calls. */
export async function readCallTimes(): Promise<{ first: Date; last: Date } | null> {
  const [row] = await replica.select({ first: min(calls.occurredAt), last: max(calls.occurredAt) }).from(calls);
  const { first = null, last = null } = row ?? {};
  return first === null || last === null ? null : { first, last };
}

/**
 * Selects the filter's calls in any of the ranges. The outer range lets Postgres use the index; the second condition excludes the gaps.
 */
async function during(ranges: readonly TimeRange[], filter: Unbounded): Promise<SQL | undefined> {
  const within = ({ from, to }: TimeRange) => and(gte(calls.occurredAt, from), lt(calls.occurredAt, to));
  const from = new Date(Math.min(...ranges.map((range) => range.from.getTime())));
  const to = new Date(Math.max(...ranges.map((range) => range.to.getTime())));
  return and(
    within({ from, to }),
    ranges.length > 1 ? or(...ranges.map(within)) : undefined,
    await callConditions({ ...filter, from: null, to: null }),
  );
}

function compareText(a: string | null, b: string | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
}
