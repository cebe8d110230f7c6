import { and, isNotNull, sql } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { cellFilterOf, type CellFilter, type Unbounded } from "@/lib/statistics/cell-filter";
import type { TimeRange } from "@/lib/time/time";

import { during, known } from "./from-calls";
import { askedRange, cellsIn, edgesCte, isAsked, isAskedCount, looseIn, readCells, wantedCte } from "./read-cells";

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
  const asked = askedRange(range, filter.zone, "range");
  return readCells<CriterionFigures>(
    filter,
    [wantedCte(filter), edgesCte(asked)],
    sql`
      select true as found, scenario, criterion, sum(primaries) > 0 as "isPrimary", sum(judged)::integer as judged, sum(met)::integer as met
      from (
        select ${known(sql`wanted.scenario_id`)} as scenario, criterion, cell.judged, cell.met, cell.primaries
        from (
          select kind_id, criterion, sum(judged) as judged, sum(met) as met, sum(primaries) as primaries
          from ${cellsIn(asked, { table: sql`criterion_cells`, columns: sql`kind_id, criterion, judged, met, primaries` })} as cell
          group by 1, 2
        ) as cell join wanted on wanted.id = cell.kind_id
        where ${isAskedCount(filter, sql`wanted`)}
        union all
        select ${known(sql`scenario_id`)}, judged.key, sign, case when (judged.value -> 'met')::boolean then sign else 0 end,
          case when (judged.value -> 'primary')::boolean then sign else 0 end
        from ${looseIn(asked, isAsked(filter, sql`loose`), sql`, criteria`)} as loose cross join lateral jsonb_each(loose.criteria) as judged
        where ${isAskedCount(filter, sql`loose`)}
      ) as criterion
      group by 2, 3
      having sum(judged) <> 0
      order by judged desc, criterion
      limit ${sql.raw(String(MAX_CRITERIA))}`,
  );
}

async function fromCalls(filter: Unbounded, range: TimeRange): Promise<CriterionFigures[]> {
  return replica.execute<CriterionFigures>(sql`
    select
      ${known(sql`${calls.scenarioId}`)} as scenario,
      judged.key as criterion,
      bool_or((judged.value -> 'primary')::boolean) as "isPrimary",
      count(*)::integer as judged,
      (count(*) filter (where (judged.value -> 'met')::boolean))::integer as met
    from ${calls} cross join lateral jsonb_each(${calls.criteria}) as judged
    where ${and(isNotNull(calls.criteria), await during([range], filter))}
    group by 1, 2
    order by 4 desc, 2
    limit ${MAX_CRITERIA}
  `);
}
