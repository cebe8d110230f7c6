import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";
import { COUNT_DIMENSIONS, SLICE_DIMENSIONS } from "@/lib/statistics/cells";

import { CellsWrong, type MovedContacts, type SignedCalls } from "./cells";

/** Adds calls and contacts to the cells that split days and months by one dimension, and takes them away: see `db/statistics/cells.ts`. */

/** The values of a call in some dimensions, as rows to join. */
function valuesOf(dimensions: readonly (typeof COUNT_DIMENSIONS)[number][]): SQL {
  const value = (dimension: (typeof COUNT_DIMENSIONS)[number]) => {
    switch (dimension) {
      case "all":
        return "''";
      case "dial":
        return "dial_result";
      case "scenario":
        return "coalesce(scenario_id, 'unknown')";
      case "attempt":
        return "coalesce(attempt::text, 'unknown')";
      default:
        return `coalesce(${dimension}, 'unknown')`;
    }
  };
  return sql.raw(`(values ${dimensions.map((dimension) => `('${dimension}', ${value(dimension)})`).join(", ")})`);
}

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
const addedUp = (column: string) =>
  sql.raw(
    `array(select a + b from unnest(kept.${column}, excluded.${column}) with ordinality as pairs (a, b, place) order by place)`,
  );
/** A histogram as two arrays, from rows of `second` and `number` that may repeat a second. */
const histogram = (rows: SQL) => sql`
  select coalesce(array_agg(second order by second), '{}'), coalesce(array_agg(number order by second), '{}')
  from (select second, sum(number)::integer as number from (${rows}) as parts group by second having sum(number) <> 0) as summed`;

/** Adds calls to `outcome_days` and `slice_months`. Throws `CellsWrong`. */
export async function addDays(on: Transaction, calls: SignedCalls, zone: string): Promise<void> {
  const local = sql`occurred_at at time zone ${zone}::text`;
  const [added] = await on.execute<{ is_wrong: boolean; has_emptied: boolean }>(sql`
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
        cross join lateral ${valuesOf(COUNT_DIMENSIONS.filter((dimension) => dimension !== "outcome"))} as dimensions (dimension, value)
      group by 1, 2, 3, 4, 5
      having sum(calls) <> 0
      on conflict (dimension, day, value, outcome, is_counted) do update set calls = kept.calls + excluded.calls
      returning calls
    ), sliced as materialized (
      select dimension, date_trunc('month', day)::date as month, value, is_counted, place, second,
        sum(calls)::integer as dials, coalesce(sum(calls) filter (where dial_result = 'reached'), 0)::integer as reached
      from dated cross join lateral ${valuesOf(SLICE_DIMENSIONS)} as dimensions (dimension, value)
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
        (seconds, counts) = (${histogram(sql`
          select * from unnest(kept.seconds, kept.counts) as pairs (second, number)
          union all select * from unnest(excluded.seconds, excluded.counts) as pairs (second, number)`)})
      returning dials, reached, counts
    )
    select
      exists (select from outcomes where calls = 0) or exists (select from slices where 0 = all (dials)) as has_emptied,
      exists (select from outcomes where calls < 0)
        or exists (select from slices where not (0 <= all (dials) and 0 <= all (reached) and 0 < all (counts))) as is_wrong
  `);
  if (added === undefined || added.is_wrong) {
    throw new CellsWrong();
  }
  if (added.has_emptied) {
    await on.execute(sql`delete from outcome_days where calls = 0`);
    await on.execute(sql`delete from slice_months where 0 = all (dials)`);
  }
}

/** Makes Postgres look up each contact by itself. It would rather read the whole table once, whatever its size. */
const byIndex = sql.raw("offset 0");

/**
 * Moves contacts between the cells of `contact_days`. What a contact was is what its calls are now without the changes, with its earliest state among
 * the changes. Throws `CellsWrong`.
 */
export async function moveContacts(on: Transaction, { ids, since, until }: MovedContacts, zone: string): Promise<void> {
  const kind = sql.raw("scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted");
  const [moved] = await on.execute<{ is_wrong: boolean; has_emptied: boolean }>(sql`
    with moved as materialized (${ids}), members as (
      select contact_id, ${kind}, occurred_at, day, least(greatest(floor(extract(epoch from occurred_at - day::timestamp at time zone ${zone}::text) / 3600), 0), 23)::integer as hour,
        sum(before) as before, sum(after) as after
      from (select *, (occurred_at at time zone ${zone}::text)::date as day from (
        select contact_id, ${kind}, occurred_at, ${since === null ? 0 : 1}::integer as before, 1 as after
        from moved cross join lateral (
          select occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result,
            not is_test and enrichment_state <> 'not_found' as is_counted
          from calls where calls.contact_id = moved.contact_id ${byIndex}
        ) as member
        ${since === null ? sql.empty() : sql`union all select contact_id, ${kind}, occurred_at, -sign, 0 from (${since.calls}) as signed`}
      ) as rows) as dated
      group by contact_id, ${kind}, occurred_at, day, hour
    ), states as (
      -- An aggregate of one union, and below a window over one: the number of rows of the queues is unknown, so a join could be slow.
      select contact_id, (array_agg(state order by id))[1] as state_before, max(state) filter (where is_now) as state_after
      from (
        select contact_id, 9223372036854775807 as id, state, true as is_now
        from moved cross join lateral (select state from contacts where contacts.contact_id = moved.contact_id ${byIndex}) as present
        ${since === null ? sql.empty() : sql`union all select contact_id, id, state_before, false from (${since.states}) as changed`}
      ) as rows
      group by contact_id
    ), stories as materialized (
      select day, hour, before, after, ${kind}, contact_id,
        max(state_before) over (partition by contact_id) as state_before, max(state_after) over (partition by contact_id) as state_after,
        bool_or(is_counted) over (partition by contact_id) and bool_or(not is_counted) over (partition by contact_id) as is_mixed,
        max(occurred_at) filter (where before > 0) over (partition by contact_id) < ${until}::timestamptz as was_held,
        max(occurred_at) filter (where after > 0) over (partition by contact_id) < ${until}::timestamptz as is_held
      from (
        select contact_id, ${kind}, occurred_at, day, hour, before, after, null as state_before, null as state_after from members
        union all
        select contact_id, null, null, null, null, null, null, null, null, null, null, null, null, null, state_before, state_after from states
      ) as rows
    ), sides as materialized (
      select 1 as sign, state_after as state, stories.* from stories where after > 0 and is_held and state_after is not null
      union all select -1, state_before, stories.* from stories where before > 0 and was_held and state_before is not null
    ), cells as (
      insert into contact_days as kept (dimension, value, day, previous_day, state, is_counted, people, hours)
      select dimension, value, day, previous_day, state, is_counted, sum(sign), ${signsByHour}
      from (${chained(sql`is_counted`, sql`true`)} union all ${chained(sql`null::boolean`, sql`is_mixed`)} union all ${taken}) as entries
      group by 1, 2, 3, 4, 5, 6
      having not 0 = all (${signsByHour})
      on conflict (dimension, value, day, previous_day, state, is_counted) do update set
        people = kept.people + excluded.people, hours = ${addedUp("hours")}
      returning is_counted, hours
    )
    select exists (select from cells where 0 = all (hours)) as has_emptied,
      exists (select from cells where not 0 <= all (hours) and is_counted is not null) or exists (select from members where before < 0) as is_wrong
  `);
  if (moved === undefined || moved.is_wrong) {
    throw new CellsWrong();
  }
  if (moved.has_emptied) {
    await on.execute(sql`delete from contact_days where 0 = all (hours)`);
  }
}

const signsByHour = sql.raw(
  `array[${Array.from({ length: 24 }, (_, hour) => `coalesce(sum(sign) filter (where hour = ${hour}), 0)`).join(", ")}]::integer[]`,
);

/** The days of each contact and value, each with the one before it. */
function chained(isCounted: SQL, where: SQL): SQL {
  return sql`
    select sign, dimension, value, day, hour, lag(day) over (partition by sign, contact_id, dimension, value, is_counted order by day) as previous_day, state, is_counted
    from (
      select sign, contact_id, dimension, value, day, min(hour) as hour, state, ${isCounted} as is_counted
      from sides cross join lateral ${valuesOf(COUNT_DIMENSIONS)} as dimensions (dimension, value)
      where ${where}
      group by 1, 2, 3, 4, 5, 7, 8
    ) as days`;
}

/** What the days of all calls of a contact of both kinds are not: those of each kind. */
const taken = sql`
  select -sign, dimension, value, day, hour, previous_day, state, null
  from (${chained(sql`is_counted`, sql`is_mixed`)}) as apart`;
