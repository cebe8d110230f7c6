import { sql } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { cellFilterOf, type CellFilter, sliceOf, type Unbounded } from "@/lib/statistics/cell-filter";
import { dayOf, startOfDay, type TimeRange } from "@/lib/time/time";
import { wholeDaysOf } from "@/lib/time/whole-days";

import { dayEdgesOf } from "./day-edges";
import { callsDuring, known } from "./from-calls";
import { isAsked, isAskedCall, isAskedCount, isOnWeekday, looseIn, readCells, unseen, wantedCte } from "./read-cells";
import { hasValueOf } from "./read-slices";

/** `bucket` is an index. */
export type BucketCount = { bucket: number; outcome: string | null; calls: number };

/**
 * Counts the outcomes of the calls in each bucket. The buckets must be contiguous. `bucketsOf` computes their edges, not `date_trunc`, so
 * that the chart, its links and its numbers use the same edges.
 */
export async function readSeries(filter: Unbounded, buckets: readonly TimeRange[]): Promise<BucketCount[]> {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) {
    return [];
  }
  const range = { from: first.from, to: last.to };
  const cellFilter = cellFilterOf(filter);
  // Cells know days, not hours.
  const areDays = buckets.slice(1).every(({ from }) => startOfDay(dayOf(from, filter.zone), filter.zone) >= from);
  return (
    (cellFilter === null || !areDays ? null : await fromCells(cellFilter, range, buckets)) ??
    (await fromCalls(filter, range, buckets))
  );
}

async function fromCells(
  filter: CellFilter,
  range: TimeRange,
  buckets: readonly TimeRange[],
): Promise<BucketCount[] | null> {
  const whole = wholeDaysOf(range, filter.zone);
  const slice = sliceOf(filter, ["outcome"]);
  const bucketOfDay = (day: string) => {
    const days = buckets.map(({ from }) => dayOf(from, filter.zone));
    return sql`width_bucket(${sql.raw(day)}, (select ${`{${days.join(",")}}`}::text::date[])) - 1`;
  };
  const [from, to] = [unseen(sql`${whole.days.from}::date`), unseen(sql`${whole.days.to}::date`)];
  const cells =
    slice === null
      ? sql`
        select ${bucketOfDay("start")} as bucket, wanted.outcome, cell.calls, wanted.is_counted
        from statistics_cells as cell join wanted on wanted.id = cell.kind_id
        where span = 'day' and start >= ${from} and start < ${to} and ${isOnWeekday(sql`start`, filter.weekdays)}`
      : sql`
        select bucket, outcome, cell.calls, is_counted
        from (
          select ${bucketOfDay("start")} as bucket, is_counted, keys, calls from figure_slices
          where ${hasValueOf(slice)} and span = 'day' and start >= ${from} and start < ${to} and part = 'outcome'
            and ${isOnWeekday(sql`start`, filter.weekdays)}
        ) as slice cross join lateral unnest(slice.keys, slice.calls) as cell (outcome, calls)
        where ${isAsked(filter, sql`cell`, ["outcome"])}`;
  return readCells<BucketCount>(
    filter,
    dayEdgesOf(buckets, filter.zone),
    slice === null ? [wantedCte(filter)] : [],
    sql`
      select true as found, bucket, ${known(sql`outcome`)} as outcome, sum(calls)::integer as calls
      from (
        ${cells}
        union all
        select width_bucket(occurred_at, ${starts(buckets)}) - 1, outcome, sign, is_counted
        from ${looseIn({ whole }, { columns: sql`occurred_at, outcome`, where: isAskedCall(filter, sql`loose`) })} as loose
      ) as cell
      where ${isAskedCount(filter, sql`cell`)}
      group by 2, 3
      having sum(calls) <> 0`,
  );
}

async function fromCalls(filter: Unbounded, range: TimeRange, buckets: readonly TimeRange[]): Promise<BucketCount[]> {
  const { from, where } = await callsDuring([range], filter);
  return replica.execute<BucketCount>(sql`
    select
      width_bucket(${calls.occurredAt}, ${starts(buckets)}) - 1 as bucket,
      ${known(sql`${calls.outcome}`)} as outcome,
      count(*)::integer as calls
    from ${from}
    where ${where}
    group by 1, 2
  `);
}

/** A subquery, so that Postgres reads the text once and not for each row. */
function starts(buckets: readonly TimeRange[]) {
  return sql`(select ${`{${buckets.map(({ from }) => from.toISOString()).join(",")}}`}::text::timestamptz[])`;
}
