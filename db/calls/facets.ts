import { sql } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { executePrepared } from "@/db/driver/prepared";
import { calls } from "@/db/schema/calls";
import { UNKNOWN } from "@/lib/call/filter";
import { perProcess } from "@/lib/per-process";

/** The filter's menus and the maximum number of values in each. The vendor controls these sets, so any of them may grow. */
const FACETS = { outcome: 100, goal: 100, direction: 100, language: 100, scenario: 500 } as const;

type FacetValue = { value: string | null; count: number };
export type Facets = Record<keyof typeof FACETS, FacetValue[]>;

type Row = { facet: keyof Facets; value: string | null; count: number };

/**
 * Lists the stored values for each of the filter's menus, the most frequent first. Null and the vendor's `unknown` are one value. Each menu has its own
 * limit, so that hundreds of scenarios do not displace rare outcomes.
 *
 * The counts are those of the moment: the kinds of calls that were counted beforehand, and the changes since. Only while they are being counted for
 * the first time, one pass over all calls finds them.
 */
export async function listFacets(): Promise<Facets> {
  const counted = await executePrepared<Row | { facet: null }>(replica, FROM_CELLS);
  const rows = counted.some(({ facet }) => facet === null) ? await countCalls() : counted;
  const facets: Facets = { outcome: [], goal: [], direction: [], language: [], scenario: [] };
  for (const { facet, value, count } of rows as Row[]) {
    facets[facet].push({ value, count });
  }
  return facets;
}

const running = perProcess<{ pass?: Promise<Row[]> }>("facets", () => ({}));

/** Pages that wait at the same time share one pass, so the counts are as old as the pass takes. */
function countCalls(): Promise<Row[]> {
  running.pass ??= replica.execute<Row>(FROM_CALLS).finally(() => {
    delete running.pass;
  });
  return running.pass;
}

const value = sql.raw(`nullif(value, '${UNKNOWN}')`);

/** Ranks the values of rows with the columns of the menus and `calls`. */
const ranked = sql`
  select facet, value, count
  from (
    select facet, ${value} as value, sum(calls)::integer as count,
      row_number() over (partition by facet order by sum(calls) desc, ${value}) as place
    from (
      select
        case
          when grouping(outcome) = 0 then 'outcome'
          when grouping(goal) = 0 then 'goal'
          when grouping(direction) = 0 then 'direction'
          when grouping(language) = 0 then 'language'
          else 'scenario'
        end as facet,
        coalesce(outcome, goal, direction, language, scenario_id) as value,
        sum(calls) as calls
      from counted
      group by grouping sets ((outcome), (goal), (direction), (language), (scenario_id))
    ) as found
    group by facet, ${value}
    having sum(calls) > 0
  ) as ranked
  where place <= (${JSON.stringify(FACETS)}::text::jsonb ->> facet)::integer`;

/** One row with a null facet if nothing is counted beforehand. */
const FROM_CELLS = sql`
  with state as materialized (select exists (select from statistics_state) as is_built),
  counted as (
    select outcome, goal, direction, language, scenario_id, calls from call_kinds where (select is_built from state)
    union all
    select outcome, goal, direction, language, scenario_id, sign from statistics_changes where (select is_built from state)
  )
  select * from (${ranked}) as ranked
  union all
  select null, null, null where not (select is_built from state)
  order by count desc, value`;

const FROM_CALLS = sql`
  with counted as (
    select outcome, goal, direction, language, scenario_id, count(*) as calls from ${calls} group by 1, 2, 3, 4, 5
  )
  ${ranked} order by count desc, value`;
