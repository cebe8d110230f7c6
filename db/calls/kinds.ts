import { and, eq, ne, sql, type SQL } from "drizzle-orm";

import { calls } from "@/db/schema/calls";
import { callKind, callKinds, criterionCells, statisticsChanges, statisticsState } from "@/db/schema/statistics";
import type { CallFilter } from "@/lib/call/filter";

import { type KindColumns, kindConditions } from "./conditions";

/**
 * The part of the filter that a call's kind decides, and what follows from its other parts: statistics do not count test calls, and a contact that
 * was not reached has no call that reached the customer, except those that do not count.
 */
export function kindOf(filter: CallFilter, columns: KindColumns): SQL | undefined {
  const { counted, test, enrichment, state } = filter;
  const isLeftOut = test === true || (enrichment.length === 1 && enrichment[0] === "not_found");
  return and(
    kindConditions(isLeftOut && counted === null ? { ...filter, counted: false } : filter, columns),
    state.length === 0 || state.includes("reached")
      ? undefined
      : sql`(${ne(columns.dialResult, "reached")} or not ${columns.isCounted})`,
  );
}

/** The kinds with calls that a criterion judges as the filter says, as a condition on the dictionary. */
export function isKindJudged({ criterion, criterionMet }: CallFilter): SQL | undefined {
  if (criterion === null) {
    return undefined;
  }
  const hasJudgement = criterionMet === null ? undefined : criterionMet ? sql`met > 0` : sql`judged > met`;
  return sql`${callKinds.id} in (
    select kind_id from ${criterionCells} where ${and(eq(criterionCells.span, "month"), eq(criterionCells.criterion, criterion), hasJudgement)}
  )`;
}

/**
 * The hashes of the kinds that the filter asks for, the most frequent first: those of the dictionary, and those of changes that are not
 * folded yet. Since the path was chosen, a build may have begun, which empties the dictionary: then those of all calls, which the index has.
 */
export function kindsOf(filter: CallFilter): SQL {
  const ofChange = sql`call_kind(${sql.join(
    [
      statisticsChanges.scenarioId,
      statisticsChanges.outcome,
      statisticsChanges.goal,
      statisticsChanges.direction,
      statisticsChanges.language,
      statisticsChanges.attempt,
      statisticsChanges.dialResult,
      statisticsChanges.isCounted,
    ],
    sql`, `,
  )})`;
  return sql`(
    select hash from (
      select ${callKinds.hash}, ${callKinds.calls} from ${callKinds} where ${and(sql`true`, kindOf(filter, callKinds), isKindJudged(filter))}
      union all
      select ${ofChange} as hash, 0 as calls from ${statisticsChanges}
      where ${and(eq(statisticsChanges.sign, 1), kindOf(filter, statisticsChanges))}
      union all
      select hash, 0 from (
        with recursive indexed as (
          (select ${callKind} as hash from ${calls} where not exists (select from ${statisticsState}) order by 1 limit 1)
          union all
          select (select ${callKind} from ${calls} where ${callKind} > indexed.hash order by 1 limit 1) from indexed where indexed.hash is not null
        )
        select hash from indexed where hash is not null
      ) as all_kinds
    ) as known group by hash order by max(calls) desc offset 0
  )`;
}
