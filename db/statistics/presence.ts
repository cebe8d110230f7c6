import { max, min, sql } from "drizzle-orm";

import { isCounted } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { cellFilterOf, type CellFilter, sliceOf, type Unbounded } from "@/lib/statistics/cell-filter";
import type { TimeRange } from "@/lib/time/time";

import { dayEdgesOf } from "./day-edges";
import { callsDuring } from "./from-calls";
import {
  askedRange,
  cellsIn,
  edgesCte,
  isAskedCall,
  isAskedCount,
  looseIn,
  readCells,
  unseenInstant,
  wantedCte,
} from "./read-cells";
import { hasValueOf, monthsCte } from "./read-slices";

/** Whether the filter selects any call in a range. */
export async function hasCalls(filter: Unbounded, range: TimeRange): Promise<boolean> {
  const cellFilter = cellFilterOf(filter);
  return (cellFilter === null ? null : await fromCells(cellFilter, range)) ?? (await fromCalls(filter, range));
}

/** Most filters select one of the latest calls. Only for the others are the cells read. */
async function fromCells(filter: CellFilter, range: TimeRange): Promise<boolean | null> {
  const asked = askedRange(range, filter, "range");
  const slice = sliceOf(filter);
  const rows =
    slice === null
      ? sql`
        select cell.calls
        from ${cellsIn(asked, { table: sql`statistics_cells`, columns: sql`kind_id, calls` })} as cell
          join wanted on wanted.id = cell.kind_id
        where ${isAskedCount(filter, sql`wanted`)}`
      : sql`
        select cell.calls
        from ${cellsIn(asked, {
          table: sql`figure_slices`,
          columns: sql`is_counted, calls`,
          where: sql`${hasValueOf(slice)} and part = 'outcome'`,
        })} as slice cross join lateral unnest(slice.calls) as cell (calls)
        where ${isAskedCount(filter, sql`slice`)}`;
  const found = await readCells<{ hasCalls: boolean }>(
    filter,
    dayEdgesOf([range], filter.zone),
    slice === null ? [wantedCte(filter), edgesCte(asked)] : [monthsCte("figure_slices", asked)],
    sql`
      select true as found, exists (
        select from (
          select *, ${isCounted()} as is_counted from ${calls}
          where occurred_at >= ${unseenInstant(range.from)} and occurred_at < ${unseenInstant(range.to)}
          order by occurred_at desc
          limit 100
        ) as call
        where ${isAskedCall(filter, sql`call`)} and ${isAskedCount(filter, sql`call`)}
      ) or (
        select coalesce(sum(calls), 0) > 0
        from (
          ${rows}
          union all
          select sign from ${looseIn(asked, { columns: sql`occurred_at`, where: isAskedCall(filter, sql`loose`) })} as loose where ${isAskedCount(filter, sql`loose`)}
        ) as counted
      ) as "hasCalls"`,
  );
  return found === null ? null : found[0]?.hasCalls === true;
}

/** The query stops at the first call. */
async function fromCalls(filter: Unbounded, range: TimeRange): Promise<boolean> {
  const { from, where } = await callsDuring([range], filter);
  const found = await replica.execute(sql`select from ${from} where ${where} limit 1`);
  return found.length > 0;
}

/** The times of the first and the last of all calls, including those that statistics do not count; null if there are no calls. */
export async function readCallTimes(): Promise<{ first: Date; last: Date } | null> {
  const [row] = await replica.select({ first: min(calls.occurredAt), last: max(calls.occurredAt) }).from(calls);
  const { first = null, last = null } = row ?? {};
  return first === null || last === null ? null : { first, last };
}
