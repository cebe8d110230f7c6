import { and, eq, inArray, isNull, sql, type SQL } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import {
  callKinds,
  contactChanges,
  contactDays,
  criterionCells,
  statisticsChanges,
  statisticsState,
} from "@/db/schema/statistics";
import { isAskedCount } from "@/db/statistics/read-cells";
import type { CallFilter } from "@/lib/call/filter";
import { cellFilterOf, sliceOf } from "@/lib/statistics/cell-filter";

import { countOfSource, hasSource, type Source, SOURCES } from "./access-path";
import { isJudgedBy } from "./conditions";
import { isKindJudged, kindOf } from "./kinds";

/** Counting the rows of a source stops here: reading more of them takes longer than a page should. */
export const MANY = 20_000;

/** What the database says about a filter, in a few milliseconds. */
export type Survey = {
  /** All calls, of any filter. */
  total: number;
  /** The kinds that the filter asks for, and their calls. Null without such a condition. */
  kinds: { kinds: number; calls: number } | null;
  /** How many rows meet the condition of each source, up to `MANY`; of kinds all, and of hours and numbers more or less. */
  rows: Partial<Record<Source, number>>;
  /** Which part of all contacts is in one of the filter's states; 1 without such a condition. */
  stateShare: number;
  /** The calls of the filter's kinds that are surely of contacts who were reached. */
  reached: number;
  /** How many calls the filter's criterion judges, of the kinds that the filter asks for. Null without a criterion. */
  judged: number | null;
};

/** Null until the cells of the statistics are built. */
export async function survey(filter: CallFilter): Promise<Survey | null> {
  const counted = SOURCES.flatMap((source) => {
    const count = hasSource(source, filter) ? countOfSource(source, filter, MANY) : null;
    return count === null ? [] : [{ name: `rows_${source}`, source, count }];
  });
  const hasKinds = hasSource("kinds", filter);
  const { criterion, criterionMet } = filter;
  const judgements = criterionMet === null ? sql`judged` : criterionMet ? sql`met` : sql`judged - met`;
  const judged =
    criterion === null
      ? sql`null`
      : sql`(
          select coalesce(sum(${judgements}), 0) from ${criterionCells} join ${callKinds} on ${callKinds.id} = kind_id
          where ${and(eq(criterionCells.span, "month"), eq(criterionCells.criterion, criterion), kindOf(filter, callKinds))}
        ) + (
          select coalesce(sum(sign), 0) from ${statisticsChanges}
          where ${and(kindOf(filter, statisticsChanges), isJudgedBy(statisticsChanges.criteria, criterion, criterionMet))}
        )`;
  const where = (condition: SQL | undefined) => (condition === undefined ? sql.empty() : sql` where ${condition}`);
  const [row] = await replica.execute<Record<string, unknown>>(sql`
    select
      exists (select from statistics_state) as is_built,
      (select coalesce(sum(calls), 0) from ${callKinds}) as total,
      (select coalesce(sum(sign), 0) from ${statisticsChanges}${where(kindOf(filter, statisticsChanges))}) as changed,
      (select coalesce(sum(sign), 0) from ${statisticsChanges}${where(and(kindOf(filter, statisticsChanges), isReached(statisticsChanges)))}) as reached_changed,
      ${judged} as judged,
      ${filter.state.length === 0 ? sql`1` : shareOfStates(filter)} as state_share,
      kinds.*${sql.join(
        counted.map(({ name, count }) => sql`, ${count} as ${sql.identifier(name)}`),
        sql.empty(),
      )}
    from (
      select count(*) as kinds, coalesce(sum(calls), 0) as calls, coalesce(sum(calls) filter (where ${isReached(callKinds)}), 0) as reached
      from ${callKinds}${where(and(kindOf(filter, callKinds), isKindJudged(filter)))}
    ) as kinds
  `);
  if (row === undefined || row["is_built"] !== true) {
    return null;
  }
  const calls = Number(row["calls"]) + Number(row["changed"]);
  const rows = Object.fromEntries(counted.map(({ name, source }) => [source, Number(row[name])]));
  return {
    total: Number(row["total"]) + Number(row["changed"]),
    kinds: hasKinds ? { kinds: Number(row["kinds"]), calls } : null,
    rows: hasKinds ? { ...rows, kinds: calls } : rows,
    stateShare: Number(row["state_share"]),
    reached: Number(row["reached"]) + Number(row["reached_changed"]),
    judged: criterion === null ? null : Number(row["judged"]),
  };
}

/** The share of all contacts that are in the states of the filter, as far as folded. Contacts that are overdue are counted as `trying`: they are a part of these. */
function shareOfStates({ state }: CallFilter): SQL {
  const states = state.map((name) => (name === "overdue" ? "trying" : name));
  return sql`(
    select coalesce(sum(people) filter (where ${inArray(contactDays.state, states)})::float / nullif(sum(people), 0), 1) from ${contactDays}
    where ${and(eq(contactDays.dimension, "all"), isNull(contactDays.previousDay))}
  )`;
}

/** Whether the contacts of these calls were reached: one such call is enough. */
function isReached(columns: typeof callKinds | typeof statisticsChanges): SQL {
  return sql`(${eq(columns.dialResult, "reached")} and ${columns.isCounted})`;
}

/**
 * At least how many contacts have one of the filter's calls, of all time, in one of the filter's states: those in the cells, minus the number of contacts that have
 * changed since the last fold. 0 if the cells do not know, as with conditions of several dimensions.
 */
export async function peopleAtLeast(filter: CallFilter): Promise<number> {
  const cellFilter = cellFilterOf({ ...filter, state: [] });
  const slice = cellFilter === null ? null : sliceOf(cellFilter);
  if (cellFilter === null || slice === null || cellFilter.weekdays.length > 0) {
    return 0;
  }
  // Of several values that with the most contacts, because a contact may have calls of more than one.
  const [row] = await replica.execute<{ people: number }>(sql`
    select (sum(people) - (select count(*) from ${statisticsChanges}) - (select count(*) from ${contactChanges}))::integer as people
    from ${contactDays}
    where ${and(
      eq(contactDays.dimension, slice.dimension),
      slice.values === null ? undefined : inArray(contactDays.value, [...slice.values]),
      isNull(contactDays.previousDay),
      isAskedCount(cellFilter, sql`${contactDays}`),
      filter.state.length === 0 ? undefined : sql`${contactDays.state} in ${filter.state}`,
      sql`exists (select from ${statisticsState})`,
    )}
    group by value order by 1 desc limit 1`);
  return row?.people ?? 0;
}
