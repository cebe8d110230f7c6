import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";
import { COUNT_DIMENSIONS } from "@/lib/statistics/cells";

import { addedUp } from "./array-sums";
import { valuesOf } from "./call-values";
import { CellsWrong, type SignedCalls } from "./cells";
import { deleteEmptied, emptiedPlaces, type EmptiedPlaces } from "./emptied-cells";

/** The contacts to move from the cells where they were to those where they belong now. */
export type MovedContacts = {
  /** A query for their ids, each once. */
  ids: SQL;
  /** The changes since they were in the cells; null if they were in none. All changes of each contact, and no others. */
  since: {
    /** Of their calls. */
    calls: SignedCalls;
    /** A query for `contact_id`, `id` and `state_before`. */
    states: SQL;
  } | null;
  /** The cells hold the contacts whose last call is before this moment, and no others. */
  until: string;
};

/** Makes Postgres look up each contact by itself. It would rather read the whole table once, whatever its size. */
const byIndex = sql.raw("offset 0");

/**
 * Moves contacts between the cells of `contact_days`. What a contact was is what its calls are now without the changes, with its earliest state among
 * the changes. Throws `CellsWrong`.
 */
export async function moveContacts(on: Transaction, { ids, since, until }: MovedContacts, zone: string): Promise<void> {
  const kind = sql.raw("scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted");
  const [moved] = await on.execute<{ emptied: EmptiedPlaces; is_wrong: boolean }>(sql`
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
      returning kept.ctid as place, is_counted, hours
    )
    select ${emptiedPlaces("cells", sql`0 = all (hours)`)} as emptied,
      exists (select from cells where not 0 <= all (hours) and is_counted is not null) or exists (select from members where before < 0) as is_wrong
  `);
  if (moved === undefined || moved.is_wrong) {
    throw new CellsWrong();
  }
  await deleteEmptied(on, "contact_days", moved.emptied);
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
      from sides cross join lateral ${valuesOf(COUNT_DIMENSIONS, "unknown")}
      where ${where}
      group by 1, 2, 3, 4, 5, 7, 8
    ) as days`;
}

/** What the days of all calls of a contact of both kinds are not: those of each kind. */
const taken = sql`
  select -sign, dimension, value, day, hour, previous_day, state, null
  from (${chained(sql`is_counted`, sql`is_mixed`)}) as apart`;
