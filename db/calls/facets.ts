import { sql } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";

/** The filter's menus and the maximum number of values in each. The vendor controls these sets, so any of them may grow. */
const FACETS = { outcome: 100, goal: 100, direction: 100, language: 100, scenario: 500 } as const;

type FacetValue = { value: string | null; count: number };
export type Facets = Record<keyof typeof FACETS, FacetValue[]>;

/**
 * Lists the stored values for each of the filter's menus, the most frequent first. One pass over the narrow table finds all of them. Each
 * menu has its own limit, so that hundreds of scenarios do not displace rare outcomes.
 */
export async function listFacets(): Promise<Facets> {
  const rows = await replica.execute<{ facet: keyof Facets; value: string | null; count: number }>(sql`
    select facet, value, count
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
        count(*)::integer as count,
        row_number() over (
          partition by grouping(outcome, goal, direction, language, scenario_id)
          order by count(*) desc, coalesce(outcome, goal, direction, language, scenario_id)
        ) as place
      from ${calls}
      group by grouping sets ((outcome), (goal), (direction), (language), (scenario_id))
    ) as ranked
    where place <= (${JSON.stringify(FACETS)}::text::jsonb ->> facet)::integer
    order by place
  `);
  const facets: Facets = { outcome: [], goal: [], direction: [], language: [], scenario: [] };
  for (const { facet, value, count } of rows) {
    facets[facet].push({ value, count });
  }
  return facets;
}
