import { and, sql, type SQL } from "drizzle-orm";

import { isCounted } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { cellFilterOf, type CellFilter, sliceOf, type Unbounded } from "@/lib/statistics/cell-filter";
import { type PartFigures, summarize, type Summary } from "@/lib/statistics/summary";
import type { TimeRange } from "@/lib/time/time";

import { dayEdgesOf } from "./day-edges";
import { callsDuring, isAssessed, isDialled, isMet, isReached, isTimed, type SelectedCalls } from "./from-calls";
import {
  askedRange,
  type AskedRange,
  cellsIn,
  edgesCte,
  isAskedCall,
  isAskedCount,
  isOfSlice,
  looseIn,
  readCells,
  slices,
  wantedCte,
} from "./read-cells";
import { hasValueOf, monthsCte } from "./read-slices";

/** The figures of a part of the calls, or a 90th percentile, whose `part` is null. */
type Row = (PartFigures & { p90Seconds: null }) | { part: null; isCurrent: boolean; p90Seconds: number };

/**
 * Reads the figures and the outcomes of a range and of the range that it is compared with, and the scenarios and attempts of the former, in one
 * statement.
 */
export async function readSummary(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<Summary> {
  const cellFilter = cellFilterOf(filter);
  const rows =
    (cellFilter === null ? null : await fromCells(cellFilter, filter, current, previous)) ??
    (await fromCalls(filter, current, previous));
  const p90 = (isCurrent: boolean) =>
    rows.find((row) => row.part === null && row.isCurrent === isCurrent)?.p90Seconds ?? null;
  return summarize(
    rows.filter((row) => row.part !== null),
    { current: p90(true), previous: p90(false) },
    { leavesOut: filter.counted === true, hasPrevious: previous !== null },
  );
}

type Range = AskedRange & { isCurrent: boolean };

async function fromCells(
  filter: CellFilter,
  unbounded: Unbounded,
  current: TimeRange,
  previous: TimeRange | null,
): Promise<Row[] | null> {
  const rangesOf = (name: string): Range[] => [
    { isCurrent: true, ...askedRange(current, filter, `current${name}`) },
    // An empty range if there is none, so that the text of the statement is the same.
    {
      isCurrent: false,
      ...askedRange(previous ?? { from: current.from, to: current.from }, filter, `previous${name}`),
    },
  ];
  const ranges = rangesOf("");
  const slice = sliceOf(filter);
  const figures = slice === null ? ofKinds(ranges) : ofSlices(rangesOf("_figures"), hasValueOf(slice));
  // Each of the few different rows once: the range to compare with often ends within a day.
  const loose = sql`loose as materialized (${each(
    ranges,
    ({ isCurrent, whole }) => sql`
    select ${isCurrent}::boolean as is_current, is_counted, outcome, scenario_id, attempt, dial_result, goal,
      case when ${isTimed(sql`row`)} then duration_seconds end as second, sum(sign) as calls
    from (
      select sign, is_counted, outcome, dial_result, goal, duration_seconds,
        ${isCurrent ? sql`scenario_id, attempt` : sql`null::text as scenario_id, null::integer as attempt`}
      from ${looseIn(
        { whole },
        {
          columns: sql`outcome, dial_result, goal, duration_seconds${isCurrent ? sql`, scenario_id, attempt` : sql``}`,
          where: isAskedCall(filter, sql`loose`),
        },
      )} as part
    ) as row
    group by 2, 3, 4, 5, 6, 7, 8
    having sum(sign) <> 0`,
  )})`;
  // Who talked was reached, so a filter for dials leaves all talk times or none.
  const timed = sliceOf(filter, ["dial"]);
  const hasReached = filter.lists.dial?.includes("reached") ?? true;
  const times =
    timed === null
      ? timesOf(await callsDuring(previous === null ? [current] : [current, previous], unbounded), current)
      : sql`
        ${each(
          ranges,
          (range) => sql`
          select ${range.isCurrent}::boolean as is_current, time.seconds, time.count
          from ${cellsIn(range, { table: slices, columns: sql`seconds, counts, is_counted`, where: isOfSlice(timed) })} as slice
            cross join lateral unnest(slice.seconds, slice.counts) as time(seconds, count)
          where ${isAskedCount(filter, sql`slice`)} and ${hasReached ? sql`true` : sql`false`}`,
        )}
        union all
        select is_current, second, calls from loose where second is not null and ${isAskedCount(filter, sql`loose`)}`;
  return readCells<Row>(
    filter,
    dayEdgesOf(previous === null ? [current] : [current, previous], filter.zone),
    [...(slice === null ? [wantedCte(filter)] : []), ...ranges.map(edgesCte), loose, ...figures.ctes],
    sql`
      ${summed(
        sql`
        ${figures.rows}
        union all
        ${partsOf(sql`
          select *, case when second is null then 0 else calls end as timed, calls * coalesce(second, 0) as talk_seconds from loose`)}`,
        filter.counted === false
          ? sql`not is_counted`
          : filter.counted
            ? sql`(is_counted or part = 'outcome')`
            : sql`true`,
      )}
      union all
      ${p90Of(times)}`,
    timed === null ? "once" : "prepared",
  );
}

/** Rows of parts from `figure_slices`: the few rows of one slice. */
function ofSlices(ranges: readonly Range[], where: SQL): { ctes: SQL[]; rows: SQL } {
  return {
    ctes: ranges.map((range) => monthsCte("figure_slices", range)),
    rows: each(
      ranges,
      (range) => sql`
      select ${range.isCurrent}::boolean as is_current, slice.is_counted, slice.part, row.*
      from ${cellsIn(range, {
        table: sql`figure_slices`,
        columns: sql`part, is_counted, keys, calls, dials, reached, assessed, met, timed, talk_seconds`,
        where: range.isCurrent ? where : sql`${where} and part = 'outcome'`,
      })} as slice
        cross join lateral unnest(slice.keys, slice.calls, slice.dials, slice.reached, slice.assessed, slice.met, slice.timed, slice.talk_seconds)
          as row (key, calls, dials, reached, assessed, met, timed, talk_seconds)`,
    ),
  };
}

/** Rows of parts from the cells of kinds, for a filter that narrows several dimensions. */
function ofKinds(ranges: readonly Range[]): { ctes: SQL[]; rows: SQL } {
  const folded = each(
    ranges,
    (range) => sql`
    select ${range.isCurrent}::boolean as is_current, kind_id, sum(calls) as calls, sum(timed) as timed, sum(talk_seconds) as talk_seconds
    from ${cellsIn(range, { table: sql`statistics_cells`, columns: sql`kind_id, calls, timed, talk_seconds` })} as cell
    group by kind_id`,
  );
  return {
    ctes: [],
    rows: partsOf(sql`
      select is_current, is_counted, outcome, scenario_id, attempt, dial_result, goal, calls, timed, talk_seconds
      from (${folded}) as folded join wanted on wanted.id = folded.kind_id`),
  };
}

async function fromCalls(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<Row[]> {
  const leavesOut = filter.counted === true;
  const selected = await callsDuring(
    previous === null ? [current] : [current, previous],
    leavesOut ? { ...filter, counted: null } : filter,
  );
  const grouped = sql`
    select ${isIn(current)} as is_current, ${leavesOut ? isCounted() : sql`true`} as is_counted, outcome, scenario_id, attempt, dial_result, goal,
      count(*) as calls, count(*) filter (where ${isTimed(sql`${calls}`)}) as timed,
      coalesce(sum(duration_seconds) filter (where ${isTimed(sql`${calls}`)}), 0) as talk_seconds
    from ${selected.from} where ${selected.where} group by 1, 2, 3, 4, 5, 6, 7`;
  return replica.execute<Row>(sql`
    ${summed(partsOf(grouped), sql`true`)}
    union all
    ${p90Of(timesOf(leavesOut ? { ...selected, where: sql`${selected.where} and ${isCounted()}` } : selected, current))}`);
}

function each(ranges: readonly Range[], select: (range: Range) => SQL): SQL {
  return sql.join(ranges.map(select), sql` union all `);
}

/** Divides numbers of calls that are alike: each call is in one row of each part. */
function partsOf(alike: SQL): SQL {
  return sql`
    select is_current, is_counted, part, key, calls, case when ${isDialled(sql`kind`)} then calls else 0 end,
      case when ${isReached(sql`kind`)} then calls else 0 end, case when ${isAssessed(sql`kind`)} then calls else 0 end,
      case when ${isMet(sql`kind`)} then calls else 0 end, timed, talk_seconds
    from (${alike}) as kind cross join lateral (values
      ('outcome', coalesce(kind.outcome, 'unknown')), ('scenario', coalesce(kind.scenario_id, 'unknown')),
      ('attempt', coalesce(kind.attempt::text, 'unknown'))
    ) as parts (part, key)
    where is_current or part = 'outcome'`;
}

/** Adds up the rows of parts. */
function summed(rows: SQL, where: SQL): SQL {
  return sql`
    select true as found, is_current as "isCurrent", is_counted as "isCounted", part, nullif(key, 'unknown') as key, sum(calls)::integer as calls,
      sum(dials)::integer as dials, sum(reached)::integer as reached, sum(assessed)::integer as assessed, sum(met)::integer as met,
      sum(timed)::integer as timed, sum(talk_seconds)::float8 as "talkSeconds", null::integer as "p90Seconds"
    from (${rows}) as parts (is_current, is_counted, part, key, calls, dials, reached, assessed, met, timed, talk_seconds)
    where ${where}
    group by is_current, is_counted, part, key
    having sum(calls) <> 0`;
}

/** The 90th percentile of each range, like `percentile_disc` of Postgres, from rows of a talk time and a number of calls: it needs no sort of all calls. */
function p90Of(times: SQL): SQL {
  return sql`
    select true, is_current, true, null, null, 0, 0, 0, 0, 0, 0, 0, min(seconds)
    from (
      select is_current, seconds, sum(count) over (partition by is_current order by seconds) as running, sum(count) over (partition by is_current) as total
      from (
        select is_current, seconds, sum(count)::bigint as count from (${times}) as time (is_current, seconds, count)
        group by 1, 2 having sum(count) <> 0
      ) as histogram
    ) as counted
    where running * 10 >= total * 9
    group by is_current`;
}

/** The histogram of talk times of some calls. */
function timesOf({ from, where }: SelectedCalls, current: TimeRange): SQL {
  return sql`
    select ${isIn(current)}, duration_seconds, count(*) from ${from} where ${and(where, isTimed(sql`${calls}`))} group by 1, 2`;
}

function isIn({ from }: TimeRange): SQL {
  return sql`(${calls.occurredAt} >= ${from.toISOString()}::timestamptz)`;
}
