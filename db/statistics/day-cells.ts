import { sql } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";
import { COUNT_DIMENSIONS, SLICE_DIMENSIONS } from "@/lib/statistics/cells";

import { addedUp, histogram, histogramsAddedUp } from "./array-sums";
import { valuesOf } from "./call-values";
import { CellsWrong, type SignedCalls } from "./cells";
import { deleteEmptied, emptiedPlaces, type EmptiedPlaces } from "./emptied-cells";

/** Adds calls to the cells that split days and months by one dimension, and takes them away: see `db/statistics/cells.ts`. */

const SLICE = sql.raw("dimension, month, value, is_counted");
const WEEK_HOURS = 7 * 24;

/** Sums for each hour of a week, from rows `pairs` of a place and numbers. */
const byHour = (column: string) =>
  sql.raw(`
  array(
    select coalesce(sum(pairs.${column}), 0)::integer
    from generate_series(0, ${WEEK_HOURS - 1}) as hour left join unnest(places, dials, reached) as pairs (place, dials, reached) on place = hour
    group by hour order by hour
  )`);

/** Adds calls to `outcome_days` and `slice_months`. Throws `CellsWrong`, but not for `outcome_days`: its description says why. */
export async function addDays(on: Transaction, calls: SignedCalls, zone: string): Promise<void> {
  const local = sql`occurred_at at time zone ${zone}::text`;
  const [added] = await on.execute<{ outcomes: EmptiedPlaces; slices: EmptiedPlaces; is_wrong: boolean }>(sql`
    with dated as materialized (
      select (${local})::date as day, ((extract(isodow from ${local}) - 1) * 24 + extract(hour from ${local}))::integer as place,
        outcome, goal, direction, language, scenario_id, attempt, dial_result, is_counted,
        case when dial_result = 'reached' then duration_seconds end as second, sum(sign)::integer as calls
      from (${calls}) as signed
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
      having sum(sign) <> 0
    ), outcomes as (
      insert into outcome_days as kept (dimension, day, value, outcome, is_counted, calls)
      select dimension, day, value, coalesce(outcome, 'unknown'), is_counted, sum(calls)
      from (select outcome, goal, direction, language, scenario_id, attempt, dial_result, is_counted, day, sum(calls) as calls from dated group by 1, 2, 3, 4, 5, 6, 7, 8, 9) as dated
        cross join lateral ${valuesOf(
          COUNT_DIMENSIONS.filter((dimension) => dimension !== "outcome"),
          "unknown",
        )}
      group by 1, 2, 3, 4, 5
      having sum(calls) <> 0
      on conflict (dimension, day, value, outcome, is_counted) do update set calls = kept.calls + excluded.calls
      returning kept.ctid as place, calls
    ), sliced as materialized (
      select dimension, date_trunc('month', day)::date as month, value, is_counted, place, second,
        sum(calls)::integer as dials, coalesce(sum(calls) filter (where dial_result = 'reached'), 0)::integer as reached
      from dated cross join lateral ${valuesOf(SLICE_DIMENSIONS, "unknown")}
      where dial_result <> 'not_dialled'
      group by 1, 2, 3, 4, 5, 6
    ), slices as (
      insert into slice_months as kept (${SLICE}, dials, reached, seconds, counts)
      select ${SLICE}, ${byHour("dials")}, ${byHour("reached")}, talk.seconds, talk.counts
      from (
        select ${SLICE}, array_agg(place) as places, array_agg(dials) as dials, array_agg(reached) as reached,
          array_agg(second) as talk_seconds
        from sliced group by ${SLICE}
      ) as summed cross join lateral (${histogram(sql`
        select * from unnest(summed.talk_seconds, summed.reached) as pairs (second, number) where second is not null`)}) as talk (seconds, counts)
      on conflict (${SLICE}) do update set
        dials = ${addedUp("dials")}, reached = ${addedUp("reached")},
        (seconds, counts) = (${histogramsAddedUp})
      returning kept.ctid as place, dials, reached, counts
    )
    select
      ${emptiedPlaces("outcomes", sql`calls <= 0`)} as outcomes, ${emptiedPlaces("slices", sql`0 = all (dials)`)} as slices,
      exists (select from slices where not (0 <= all (dials) and 0 <= all (reached) and 0 < all (counts))) as is_wrong
  `);
  if (added === undefined || added.is_wrong) {
    throw new CellsWrong();
  }
  await deleteEmptied(on, "outcome_days", added.outcomes);
  await deleteEmptied(on, "slice_months", added.slices);
}
