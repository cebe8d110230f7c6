import { and, sql, type SQL } from "drizzle-orm";

import { localHour, localWeekday } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { DIALLED } from "@/lib/call/contact";
import { cellFilterOf, type CellFilter, sliceOf, type Slice, type Unbounded } from "@/lib/statistics/cell-filter";
import type { TimeRange } from "@/lib/time/time";

import { dayEdgesOf } from "./day-edges";
import { callsDuring, isDialled, isReached } from "./from-calls";
import {
  askedRange,
  cellsIn,
  edgesCte,
  isAskedCall,
  isAskedCount,
  isOfSlice,
  looseIn,
  readCells,
  slices,
} from "./read-cells";

export type HourCount = { weekday: number; hour: number; dials: number; reached: number };

/** Counts the dials in each hour of the week in the filter's time zone, and those that reached the customer. */
export async function readHours(filter: Unbounded, range: TimeRange): Promise<HourCount[]> {
  const cellFilter = cellFilterOf(filter);
  const slice = cellFilter === null ? null : sliceOf(cellFilter, ["dial"]);
  return (
    (cellFilter === null || slice === null ? null : await fromCells(cellFilter, slice, range)) ??
    (await fromCalls(filter, range))
  );
}

async function fromCells(filter: CellFilter, slice: Slice, range: TimeRange): Promise<HourCount[] | null> {
  const asked = askedRange(range, filter, "range");
  const { dial: dials = DIALLED } = filter.lists;
  const sums = [
    ...(dials.includes("reached") ? [sql`sum(reached)`] : []),
    ...(dials.includes("not_reached") ? [sql`sum(dials - reached)`] : []),
  ];
  const at = sql`occurred_at`;
  // Cells of a day have 24 hours, those of a month 7 times as many, from Monday.
  return readCells<HourCount>(
    filter,
    dayEdgesOf([range], filter.zone),
    [edgesCte(asked)],
    sql`
      select true as found, weekday, hour, dials, reached
      from (
        select weekday, hour,
          ${dials.includes("reached") ? sql`sum(reached)` : sql`0`}::integer as reached,
          (${sums.length === 0 ? sql`0` : sql.join(sums, sql` + `)})::integer as dials
        from (
          select
            case when slice.span = 'day' then extract(isodow from slice.start)::integer else 1 + (place - 1)::integer / 24 end as weekday,
            (place - 1)::integer % 24 as hour, hour.dials, hour.reached
          from ${cellsIn(asked, {
            table: slices,
            columns: sql`span, start, is_counted, dials, reached`,
            where: isOfSlice(slice),
          })} as slice cross join lateral unnest(slice.dials, slice.reached) with ordinality as hour(dials, reached, place)
          where ${isAskedCount(filter, sql`slice`)}
          union all
          select ${localWeekday(at, filter.zone)}, ${localHour(at, filter.zone)}, sign, case when ${isReached(sql`loose`)} then sign else 0 end
          from ${looseIn(asked, { columns: sql`occurred_at, dial_result`, where: isAskedCall(filter, sql`loose`) })} as loose
          where ${isDialled(sql`loose`)} and ${isAskedCount(filter, sql`loose`)}
        ) as hours
        group by 1, 2
      ) as hours
      where dials <> 0`,
  );
}

/**
 * The query first groups the calls by quarter hours, so that the local hour is computed thousands of times, not millions. The offsets of all current
 * time zones are multiples of a quarter hour.
 */
async function fromCalls(filter: Unbounded, range: TimeRange): Promise<HourCount[]> {
  const quarter: SQL = sql`quarter`;
  const { from, where } = await callsDuring([range], filter);
  return replica.execute<HourCount>(sql`
    select
      ${localWeekday(quarter, filter.zone)} as weekday,
      ${localHour(quarter, filter.zone)} as hour,
      sum(dials)::integer as dials,
      sum(reached)::integer as reached
    from (
      select
        date_bin('15 minutes', ${calls.occurredAt}, timestamptz '2020-01-01 00:00:00Z') as quarter,
        count(*) as dials,
        count(*) filter (where ${isReached(sql`${calls}`)}) as reached
      from ${from}
      where ${and(isDialled(sql`${calls}`), where)}
      group by 1
    ) as quarters
    group by 1, 2
  `);
}
