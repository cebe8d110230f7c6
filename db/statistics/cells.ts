import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";
import { SLICE_DIMENSIONS } from "@/lib/statistics/cells";

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
const bySlice = sql.raw(`join call_kinds on call_kinds.id = kind_id cross join lateral (
        values ${SLICE_DIMENSIONS.map((dimension) => `('${dimension}', ${sliceColumn(dimension)})`).join(", ")}
      ) as slices (dimension, value)`);

function sliceColumn(dimension: (typeof SLICE_DIMENSIONS)[number]): string {
  switch (dimension) {
    case "all":
      return "null";
    case "scenario":
      return "scenario_id";
    case "attempt":
      return "attempt::text";
    default:
      return dimension;
  }
}

/** 24 sums, by the hour. */
const byHour = (condition: string) =>
  sql.raw(
    `array[${Array.from({ length: 24 }, (_, hour) => `coalesce(sum(calls) filter (where hour = ${hour} and ${condition}), 0)`).join(", ")}]::integer[]`,
  );
const addedUp = (column: string) =>
  sql.raw(
    `array(select a + b from unnest(kept.${column}, excluded.${column}) with ordinality as pairs (a, b, place) order by place)`,
  );
type Emptied = {
  cells: unknown[] | null;
  criteria: unknown[] | null;
  slices: unknown[] | null;
  is_wrong: boolean;
};

/**
 * Adds calls to all cells but those of contacts. Their kinds must be there. Throws `CellsWrong`.
 *
 * @param zone the time zone of the days and hours
 */
export async function addCalls(on: Transaction, calls: SignedCalls, zone: string): Promise<void> {
  const local = sql`occurred_at at time zone ${zone}::text`;
  const [emptied] = await on.execute<Emptied>(sql`
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
      returning span, start, kind_id, calls, timed, talk_seconds
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
      returning span, start, kind_id, criterion, judged, met, primaries
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
        (seconds, counts) = (
          select coalesce(array_agg(second order by second), '{}'), coalesce(array_agg(number order by second), '{}') from (
            select second, sum(number)::integer as number from (
              select * from unnest(kept.seconds, kept.counts) as pairs (second, number)
              union all select * from unnest(excluded.seconds, excluded.counts) as pairs (second, number)
            ) as both_sides group by second having sum(number) <> 0
          ) as summed
        )
      returning ${SLICE}, dials, reached, counts
    )
    select
      (select jsonb_agg(jsonb_build_object('span', span, 'start', start, 'kind_id', kind_id)) from cells where calls = 0) as cells,
      (select jsonb_agg(jsonb_build_object('span', span, 'start', start, 'kind_id', kind_id, 'criterion', criterion))
        from criteria where judged = 0) as criteria,
      (select jsonb_agg(jsonb_build_object('dimension', dimension, 'day', day, 'value', value, 'is_counted', is_counted))
        from slices where 0 = all (dials)) as slices,
      exists (select from kinds where calls < 0)
        or exists (select from cells where least(calls, timed, talk_seconds) < 0)
        or exists (select from criteria where least(judged, met, primaries) < 0)
        or exists (select from slices where not (0 <= all (dials) and 0 <= all (reached) and 0 < all (counts))) as is_wrong
  `);
  if (emptied === undefined || emptied.is_wrong) {
    throw new CellsWrong();
  }
  await deleteEmptied(on, emptied);
}

/** Deletes the cells that count nothing any more, with the texts in them. */
async function deleteEmptied(on: Transaction, { cells, criteria, slices }: Emptied): Promise<void> {
  // All of them, because a kind may have come and gone between two folds.
  await on.execute(sql`delete from call_kinds where calls = 0`);
  if (cells !== null) {
    await on.execute(sql`
      delete from statistics_cells using jsonb_to_recordset(${JSON.stringify(cells)}::text::jsonb) as emptied (span text, start date, kind_id integer)
      where (statistics_cells.span, statistics_cells.start, statistics_cells.kind_id) = (emptied.span, emptied.start, emptied.kind_id)
    `);
  }
  if (criteria !== null) {
    await on.execute(sql`
      delete from criterion_cells
      using jsonb_to_recordset(${JSON.stringify(criteria)}::text::jsonb) as emptied (span text, start date, kind_id integer, criterion text)
      where (criterion_cells.span, criterion_cells.start, criterion_cells.kind_id, criterion_cells.criterion)
        = (emptied.span, emptied.start, emptied.kind_id, emptied.criterion)
    `);
  }
  if (slices !== null) {
    await on.execute(sql`
      delete from slice_days
      using jsonb_to_recordset(${JSON.stringify(slices)}::text::jsonb) as emptied (dimension text, day date, value text, is_counted boolean)
      where (slice_days.dimension, slice_days.day, slice_days.is_counted) = (emptied.dimension, emptied.day, emptied.is_counted)
        and slice_days.value is not distinct from emptied.value
    `);
  }
}

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
