import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";
import { SLICE_DIMENSIONS } from "@/lib/statistics/cells";

import { addedUp, histogramsAddedUp } from "./array-sums";
import { valuesOf } from "./call-values";
import { deleteEmptied, emptiedPlaces, type EmptiedPlaces } from "./emptied-cells";

/**
 * Adds calls and contacts to the cells of `db/schema/statistics.ts`, and takes them away. What is added at once is summed first, so that each
 * cell is written once.
 *
 * Postgres does not know how many rows the queues have, because they are emptied all the time. So every statement either aggregates one
 * union or looks rows up by an index: none needs a good guess.
 */

/** A count would be below zero: the cells do not hold what the changes say, so they have to be built again. */
export class CellsWrong extends Error {}

/** Rows of calls, each with a `sign`, as the columns of `statistics_changes`. */
export type SignedCalls = SQL;

const KIND = "scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted";
const kind = sql.raw(KIND);
const hash = sql.raw(`call_kind(${KIND})`);
const ofKind = (alias: string) =>
  sql.raw(
    KIND.split(", ")
      .map((column) => `${alias}.${column}`)
      .join(", "),
  );
/** The kind of a row: by its hash, for the index, and by its columns, because kinds may share a hash. */
const hasKind = (alias: string) =>
  sql`call_kinds.hash = ${sql.raw(`${alias}.hash`)} and (${ofKind("call_kinds")}) is not distinct from (${ofKind(alias)})`;

/** Adds the kinds that these calls have and no call had before, with a count of 0. */
export async function addKinds(on: Transaction, calls: SignedCalls): Promise<void> {
  await on.execute(sql`
    insert into call_kinds (hash, ${kind}, calls)
    select hash, ${kind}, 0 from (select distinct ${hash} as hash, ${kind} from (${calls}) as signed) as found
    where not exists (select from call_kinds where ${hasKind("found")})
  `);
}

/** The columns of a row of `slice_days` that tell it from the others. */
const SLICE = sql.raw("dimension, day, value, is_counted");
/** Repeats the rows of a kind for each dimension, with the kind's value in it. */
const bySlice = sql`join call_kinds on call_kinds.id = kind_id cross join lateral ${valuesOf(SLICE_DIMENSIONS, null)}`;

/** 24 sums, by the hour. */
const byHour = (condition: string) =>
  sql.raw(
    `array[${Array.from({ length: 24 }, (_, hour) => `coalesce(sum(calls) filter (where hour = ${hour} and ${condition}), 0)`).join(", ")}]::integer[]`,
  );

/**
 * Adds calls to all cells but those of contacts. Their kinds must be there. Throws `CellsWrong`.
 *
 * @param zone the time zone of the days and hours
 */
export async function addCalls(on: Transaction, calls: SignedCalls, zone: string): Promise<void> {
  const local = sql`occurred_at at time zone ${zone}::text`;
  const [added] = await on.execute<Added>(sql`
    with dated as materialized (
      select call_kinds.id as kind_id, (${local})::date as day, extract(hour from ${local})::integer as hour,
        case when call_kinds.dial_result = 'reached' then duration_seconds end as second, sum(sign)::integer as calls
      from (select ${hash} as hash, signed.* from (${calls}) as signed) as hashed join call_kinds on ${hasKind("hashed")}
      group by 1, 2, 3, 4
      having sum(sign) <> 0
    ), kinds as (
      update call_kinds set calls = call_kinds.calls + added.calls
      from (select kind_id, sum(calls) as calls from dated group by 1) as added
      where call_kinds.id = added.kind_id
      returning call_kinds.id, call_kinds.calls
    ), cells as (
      insert into statistics_cells as kept (span, start, kind_id, calls, timed, talk_seconds)
      select span, start, kind_id, sum(calls), coalesce(sum(calls) filter (where second is not null), 0), coalesce(sum(calls * second::bigint), 0)
      from dated cross join lateral (values ('day', day), ('month', date_trunc('month', day)::date)) as spans (span, start)
      group by 1, 2, 3
      on conflict (span, start, kind_id) do update set
        calls = kept.calls + excluded.calls, timed = kept.timed + excluded.timed, talk_seconds = kept.talk_seconds + excluded.talk_seconds
      returning kept.ctid as place, calls, timed, talk_seconds
    ), judged as (
      select call_kinds.id as kind_id, (${local})::date as day, judgement.key as criterion, sum(sign) as judged,
        coalesce(sum(sign) filter (where judgement.value -> 'met' = 'true'), 0) as met,
        coalesce(sum(sign) filter (where judgement.value -> 'primary' = 'true'), 0) as primaries
      from (select ${hash} as hash, signed.* from (${calls}) as signed where jsonb_typeof(criteria) = 'object') as hashed
        join call_kinds on ${hasKind("hashed")} cross join lateral jsonb_each(criteria) as judgement
      group by 1, 2, 3
    ), criteria as (
      insert into criterion_cells as kept (span, start, kind_id, criterion, judged, met, primaries)
      select span, start, kind_id, criterion, sum(judged), sum(met), sum(primaries)
      from judged cross join lateral (values ('day', day), ('month', date_trunc('month', day)::date)) as spans (span, start)
      group by 1, 2, 3, 4
      having (sum(judged), sum(met), sum(primaries)) <> (0, 0, 0)
      on conflict (span, start, kind_id, criterion) do update set
        judged = kept.judged + excluded.judged, met = kept.met + excluded.met, primaries = kept.primaries + excluded.primaries
      returning kept.ctid as place, judged, met, primaries
    ), hours as (
      select ${SLICE}, hour, dial_result = 'reached' as is_reached, sum(dials.calls) as calls
      from (select kind_id, day, hour, sum(calls) as calls from dated group by 1, 2, 3) as dials ${bySlice}
      where dial_result <> 'not_dialled'
      group by ${SLICE}, 5, 6
    ), talks as (
      select ${SLICE}, second, sum(talks.calls)::integer as calls
      from (select kind_id, day, second, sum(calls) as calls from dated where second is not null group by 1, 2, 3) as talks ${bySlice}
      group by ${SLICE}, 5
      having sum(talks.calls) <> 0
    ), slices as (
      insert into slice_days as kept (${SLICE}, dials, reached, seconds, counts)
      select ${SLICE}, ${byHour("hour is not null")}, ${byHour("is_reached")},
        coalesce(array_agg(second order by second) filter (where second is not null), '{}'),
        coalesce(array_agg(calls order by second) filter (where second is not null), '{}')
      from (
        select ${SLICE}, hour, is_reached, null::integer as second, calls from hours
        union all select ${SLICE}, null, null, second, calls from talks
      ) as parts
      group by ${SLICE}
      on conflict (${SLICE}) do update set
        dials = ${addedUp("dials")}, reached = ${addedUp("reached")},
        (seconds, counts) = (${histogramsAddedUp})
      returning kept.ctid as place, dials, reached, counts
    )
    select
      ${emptiedPlaces("cells", sql`calls = 0`)} as cells, ${emptiedPlaces("criteria", sql`judged = 0`)} as criteria,
      ${emptiedPlaces("slices", sql`0 = all (dials)`)} as slices,
      exists (select from kinds where calls < 0)
        or exists (select from cells where least(calls, timed, talk_seconds) < 0)
        or exists (select from criteria where least(judged, met, primaries) < 0)
        or exists (select from slices where not (0 <= all (dials) and 0 <= all (reached) and 0 < all (counts))) as is_wrong
  `);
  if (added === undefined || added.is_wrong) {
    throw new CellsWrong();
  }
  // All of them, because a kind may have come and gone between two folds. There are a few thousand kinds.
  await on.execute(sql`delete from call_kinds where calls = 0`);
  await deleteEmptied(on, "statistics_cells", added.cells);
  await deleteEmptied(on, "criterion_cells", added.criteria);
  await deleteEmptied(on, "slice_days", added.slices);
}

type Added = { cells: EmptiedPlaces; criteria: EmptiedPlaces; slices: EmptiedPlaces; is_wrong: boolean };
