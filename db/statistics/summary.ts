import { and, sql, type SQL } from "drizzle-orm";

import { isCounted } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { cellFilterOf, type CellFilter, sliceOf, type Unbounded } from "@/lib/statistics/cell-filter";
import { type CountedCalls, summarize, type Summary, type TalkTime } from "@/lib/statistics/summary";
import type { TimeRange } from "@/lib/time/time";

import { during, isAssessed, isMet, isTimed, known } from "./from-calls";
import {
  askedRange,
  type AskedRange,
  cellsIn,
  edgesCte,
  isAsked,
  isAskedCount,
  isOfSlice,
  looseIn,
  readCells,
  slices,
  wantedCte,
} from "./read-cells";

/**
 * Either a number of calls that are alike, or the number of calls with one talk time. A histogram of talk times instead of the percentile: it needs no sort
 * of all calls, and adds up.
 */
type Row = CountedCalls & { seconds: number | null };

/**
 * Reads the figures and the outcomes of a range and of the range that it is compared with, and the scenarios and attempts of the former, in one
 * statement.
 */
export async function readSummary(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<Summary> {
  const cellFilter = cellFilterOf(filter);
  const rows =
    (cellFilter === null ? null : await fromCells(cellFilter, filter, current, previous)) ??
    (await fromCalls(filter, current, previous));
  const counted: CountedCalls[] = [];
  const times: TalkTime[] = [];
  for (const { seconds, ...row } of rows) {
    if (seconds === null) {
      counted.push(row);
    } else {
      times.push({ isCurrent: row.isCurrent, value: seconds, count: row.calls });
    }
  }
  return summarize({ counted, times }, { leavesOut: filter.counted === true, hasPrevious: previous !== null });
}

async function fromCells(
  filter: CellFilter,
  unbounded: Unbounded,
  current: TimeRange,
  previous: TimeRange | null,
): Promise<Row[] | null> {
  const ranges = [
    { isCurrent: true, ...askedRange(current, filter.zone, "current") },
    // An empty range if there is none, so that the text of the statement is the same.
    { isCurrent: false, ...askedRange(previous ?? { from: current.from, to: current.from }, filter.zone, "previous") },
  ];
  const each = (select: (range: AskedRange & { isCurrent: boolean }) => SQL) =>
    sql.join(ranges.map(select), sql` union all `);
  // Who talked was reached, so a filter for dials leaves all talk times or none.
  const slice = sliceOf(filter, ["dial"]);
  const hasReached = filter.lists.dial?.includes("reached") ?? true;
  const times =
    slice === null
      ? timesOf(await during(previous === null ? [current] : [current, previous], unbounded), current)
      : sql`
        select true, seconds, is_current, true, null, null, null, null, false, false, sum(count)::integer, 0, 0
        from (
          ${each(
            (range) => sql`
            select ${range.isCurrent}::boolean as is_current, time.seconds, time.count
            from ${cellsIn(range, { table: slices, columns: sql`seconds, counts, is_counted`, where: isOfSlice(slice) })} as slice
              cross join lateral unnest(slice.seconds, slice.counts) as time(seconds, count)
            where ${isAskedCount(filter, sql`slice`)} and ${hasReached ? sql`true` : sql`false`}`,
          )}
          union all
          select is_current, duration_seconds, sign from loose where ${isTimed(sql`loose`)} and ${isAskedCount(filter, sql`loose`)}
        ) as time
        group by is_current, seconds
        having sum(count) <> 0`;
  return readCells<Row>(
    filter,
    [
      wantedCte(filter),
      ...ranges.map(edgesCte),
      sql`loose as materialized (${each(
        ({ isCurrent, whole }) => sql`
        select ${isCurrent}::boolean as is_current, row.* from ${looseIn({ whole }, isAsked(filter, sql`loose`))} as row`,
      )})`,
      sql`folded as (${each(
        (range) => sql`
        select ${range.isCurrent}::boolean as is_current, kind_id, sum(calls) as calls, sum(timed) as timed, sum(talk_seconds) as talk_seconds
        from ${cellsIn(range, { table: sql`statistics_cells`, columns: sql`kind_id, calls, timed, talk_seconds` })} as cell
        group by kind_id`,
      )})`,
    ],
    sql`
      select true as found, null::integer as seconds, ${countedColumns}, sum(calls)::integer as calls, sum(timed)::integer as timed,
        sum(talk_seconds)::float8 as "talkSeconds"
      from (
        select is_current, is_counted, outcome, scenario_id, attempt, dial_result, goal, calls, timed, talk_seconds
        from folded join wanted on wanted.id = folded.kind_id
        union all
        select is_current, is_counted, outcome, scenario_id, attempt, dial_result, goal, sign,
          case when ${isTimed(sql`loose`)} then sign else 0 end, case when ${isTimed(sql`loose`)} then sign * duration_seconds else 0 end
        from loose
      ) as kind
      where ${filter.counted === false ? sql`not is_counted` : sql`true`}
      group by ${GROUPS}
      having sum(calls) <> 0
      union all
      ${times}`,
    slice === null ? "once" : "prepared",
  );
}

/** The columns of `CountedCalls` before its counts, of rows `kind`; `GROUPS` are their places. */
const countedColumns = sql`
  is_current as "isCurrent", is_counted as "isCounted", ${known(sql`outcome`)} as outcome,
  case when is_current then ${known(sql`scenario_id`)} end as scenario, case when is_current then attempt end as attempt, dial_result as dial,
  ${isAssessed(sql`kind`)} as "isAssessed", ${isMet(sql`kind`)} as "isMet"`;
const GROUPS = sql.raw("3, 4, 5, 6, 7, 8, 9, 10");

async function fromCalls(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<Row[]> {
  const leavesOut = filter.counted === true;
  const selected = await during(
    previous === null ? [current] : [current, previous],
    leavesOut ? { ...filter, counted: null } : filter,
  );
  return replica.execute<Row>(sql`
    select true as found, null::integer as seconds, ${countedColumns}, count(*)::integer as calls,
      (count(*) filter (where ${isTimed(sql`kind`)}))::integer as timed,
      coalesce(sum(duration_seconds) filter (where ${isTimed(sql`kind`)}), 0)::float8 as "talkSeconds"
    from (
      select ${isIn(current)} as is_current, ${leavesOut ? isCounted() : sql`true`} as is_counted, outcome, scenario_id, attempt, dial_result, goal,
        duration_seconds
      from ${calls} where ${selected}
    ) as kind
    group by ${GROUPS}
    union all
    ${timesOf(leavesOut ? and(selected, isCounted()) : selected, current)}`);
}

/** The histogram of talk times of some calls. */
function timesOf(selected: SQL | undefined, current: TimeRange): SQL {
  return sql`
    select true, duration_seconds, ${isIn(current)}, true, null, null, null, null, false, false, count(*)::integer, 0, 0
    from ${calls} where ${and(selected, isTimed(sql`${calls}`))}
    group by 2, 3`;
}

function isIn({ from }: TimeRange): SQL {
  return sql`(${calls.occurredAt} >= ${from.toISOString()}::timestamptz)`;
}
