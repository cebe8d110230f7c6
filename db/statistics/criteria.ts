import { and, isNotNull, sql, type SQL } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { cellFilterOf, type CellFilter, type Slice, sliceOf, type Unbounded } from "@/lib/statistics/cell-filter";
import type { TimeRange } from "@/lib/time/time";

import { dayEdgesOf } from "./day-edges";
import { callsDuring, known } from "./from-calls";
import {
  askedRange,
  type AskedRange,
  cellsIn,
  edgesCte,
  isAskedCall,
  isAskedCount,
  looseIn,
  readCells,
  wantedCte,
} from "./read-cells";
import { hasValueOf, monthsCte } from "./read-slices";

const MAX_CRITERIA = 500;

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
  const cellFilter = cellFilterOf(filter);
  return (cellFilter === null ? null : await fromCells(cellFilter, range)) ?? (await fromCalls(filter, range));
}

async function fromCells(filter: CellFilter, range: TimeRange): Promise<CriterionFigures[] | null> {
  const asked = askedRange(range, filter, "range");
  const slice = sliceOf(filter);
  const { ctes, rows } = slice === null ? ofKinds(filter, asked) : ofSlices(slice, asked);
  return readCells<CriterionFigures>(
    filter,
    dayEdgesOf([range], filter.zone),
    ctes,
    sql`
      select true as found, ${known(sql`scenario`)} as scenario, criterion, sum(primaries) > 0 as "isPrimary", sum(judged)::integer as judged,
        sum(met)::integer as met
      from (
        ${rows}
        union all
        select is_counted, coalesce(scenario_id, 'unknown'), judged.key, sign, case when (judged.value -> 'met')::boolean then sign else 0 end,
          case when (judged.value -> 'primary')::boolean then sign else 0 end
        from ${looseIn(asked, { columns: sql`scenario_id, criteria`, where: isAskedCall(filter, sql`loose`) })} as loose
          cross join lateral jsonb_each(loose.criteria) as judged
      ) as row (is_counted, scenario, criterion, judged, met, primaries)
      where ${isAskedCount(filter, sql`row`)}
      group by scenario, criterion
      having sum(judged) <> 0
      order by judged desc, criterion
      limit ${sql.raw(String(MAX_CRITERIA))}`,
  );
}

/** Rows from `criterion_slices`: the few rows of one slice. */
function ofSlices(slice: Slice, asked: AskedRange): { ctes: SQL[]; rows: SQL } {
  return {
    ctes: [monthsCte("criterion_slices", asked)],
    rows: sql`
      select slice.is_counted, row.*
      from ${cellsIn(asked, {
        table: sql`criterion_slices`,
        columns: sql`is_counted, scenarios, criteria, judged, met, primaries`,
        where: hasValueOf(slice),
      })} as slice
        cross join lateral unnest(slice.scenarios, slice.criteria, slice.judged, slice.met, slice.primaries)
          as row (scenario, criterion, judged, met, primaries)`,
  };
}

/** Rows from the cells of kinds, for a filter that narrows several dimensions. */
function ofKinds(filter: CellFilter, asked: AskedRange): { ctes: SQL[]; rows: SQL } {
  return {
    ctes: [wantedCte(filter), edgesCte(asked)],
    rows: sql`
      select wanted.is_counted, coalesce(wanted.scenario_id, 'unknown'), criterion, cell.judged, cell.met, cell.primaries
      from (
        select kind_id, criterion, sum(judged) as judged, sum(met) as met, sum(primaries) as primaries
        from ${cellsIn(asked, { table: sql`criterion_cells`, columns: sql`kind_id, criterion, judged, met, primaries` })} as cell
        group by 1, 2
      ) as cell join wanted on wanted.id = cell.kind_id`,
  };
}

async function fromCalls(filter: Unbounded, range: TimeRange): Promise<CriterionFigures[]> {
  const { from, where } = await callsDuring([range], filter);
  return replica.execute<CriterionFigures>(sql`
    select
      ${known(sql`${calls.scenarioId}`)} as scenario,
      judged.key as criterion,
      bool_or((judged.value -> 'primary')::boolean) as "isPrimary",
      count(*)::integer as judged,
      (count(*) filter (where (judged.value -> 'met')::boolean))::integer as met
    from ${from} cross join lateral jsonb_each(${calls.criteria}) as judged
    where ${and(isNotNull(calls.criteria), where)}
    group by 1, 2
    order by 4 desc, 2
    limit ${MAX_CRITERIA}
  `);
}
