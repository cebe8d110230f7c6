import { sql } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";

import { addCalls, addKinds } from "./cells";
import { EVERYTHING, type Extent, foldChanges, NOTHING, readQueue } from "./changes";
import { moveContacts } from "./contact-days";
import { addDays } from "./day-cells";

/**
 * The build of cells from all calls, in steps, so that no transaction is long and any process can continue it. First, steps delete what the cells and the
 * queues hold. After each later one, the cells hold exactly the calls before a moment, and then the contacts whose last call is before a moment.
 * Changes meanwhile are folded as far as they are about those.
 */

/** How much one step of a build does: a second or two each. */
export type BuildSizes = {
  /** How many changes it folds, about. */
  changes: number;
  /** How many calls or contacts it counts. */
  rows: number;
  /** How many pages of old cells it empties. */
  pages: number;
};

/**
 * How far it is. The version before does not know `clearing`: it sees a build for the zone "", which is not its own, so it deletes everything at once and begins again.
 *
 * `clearing`: the zone of the build. `table` is the place in `CLEARED`; its pages before `page` are empty.
 */
type Clearing = { zone: ""; clearing: string; table: number; page: number };
export type Build = Extent | Clearing;
/** It is in `states` under this key. */
export const BUILD_KEY = "statistics build";

export type BuildStep =
  | { did: "building" }
  /** The last step. `calls`: how many the cells hold. */
  | { did: "built"; calls: number };

/** The queues at the end: when they are empty, so are the cells, and nothing is left of a deleted call. */
const CLEARED = [
  "call_kinds",
  "statistics_cells",
  "criterion_cells",
  "slice_days",
  "slice_months",
  "outcome_days",
  "contact_days",
  "statistics_changes",
  "contact_changes",
] as const;

/** The zone that a build is for. */
export function zoneOf(build: Build): string {
  return "clearing" in build ? build.clearing : build.zone;
}

/** Makes the cells mean nothing from now on, and takes the first step of a build. */
export async function startBuild(transaction: Transaction, zone: string, sizes: BuildSizes): Promise<BuildStep> {
  await transaction.execute(sql`delete from statistics_state`);
  return clear(transaction, { zone: "", clearing: zone, table: 0, page: 0 }, sizes.pages);
}

export async function continueBuild(transaction: Transaction, build: Build, sizes: BuildSizes): Promise<BuildStep> {
  return "clearing" in build ? clear(transaction, build, sizes.pages) : count(transaction, build, sizes);
}

/**
 * Deletes the rows in the next pages of the old cells and of the queues. By pages, because a search for rows would pass the deleted ones again and again. Nobody adds
 * cells meanwhile. New changes may get into pages that are already empty: the later steps of the build take them away.
 */
async function clear(transaction: Transaction, { clearing: zone, ...from }: Clearing, pages: number) {
  let { table, page } = from;
  for (let left = pages; left > 0 && table < CLEARED.length;) {
    const name = CLEARED[table] ?? "";
    const [size] = await transaction.execute<{ pages: number }>(sql`
      select (pg_relation_size(${name}::regclass) / current_setting('block_size')::integer)::integer as pages
    `);
    const until = Math.min(page + left, size?.pages ?? 0);
    await transaction.execute(sql`
      delete from ${sql.identifier(name)} where ctid >= ${`(${page},0)`}::text::tid and ctid < ${`(${until},0)`}::text::tid
    `);
    left -= Math.max(until - page, 1);
    [table, page] = until === (size?.pages ?? 0) ? [table + 1, 0] : [table, until];
  }
  const isClear = table === CLEARED.length;
  await storeBuild(transaction, isClear ? { zone, ...NOTHING } : { zone: "", clearing: zone, table, page });
  return { did: "building" } as const;
}

async function count(transaction: Transaction, held: Extent, sizes: BuildSizes): Promise<BuildStep> {
  // The calls that are added next are as they are now, so no change of them may be left.
  if ((await foldChanges(transaction, held, await readQueue(transaction), sizes.changes)).isMore) {
    return { did: "building" };
  }
  const extent = { ...held };
  if (held.calls !== EVERYTHING.calls) {
    extent.calls = await nextMoment(transaction, { table: "calls", column: "occurred_at" }, held.calls, sizes.rows);
    const signed = sql`
      select 1 as sign, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result,
        not is_test and enrichment_state <> 'not_found' as is_counted, duration_seconds, criteria
      from calls where occurred_at >= ${held.calls}::timestamptz and occurred_at < ${extent.calls}::timestamptz`;
    await addKinds(transaction, signed);
    await addCalls(transaction, signed, held.zone);
    await addDays(transaction, signed, held.zone);
  } else {
    extent.contacts = await nextMoment(
      transaction,
      { table: "contacts", column: "last_at" },
      held.contacts,
      sizes.rows,
    );
    const ids = sql`
      select contact_id from contacts where last_at >= ${held.contacts}::timestamptz and last_at < ${extent.contacts}::timestamptz`;
    await moveContacts(transaction, { ids, since: null, until: extent.contacts }, held.zone);
  }
  if (extent.contacts !== EVERYTHING.contacts) {
    await storeBuild(transaction, extent);
    return { did: "building" };
  }
  await transaction.execute(sql`delete from states where key = ${BUILD_KEY}`);
  const [built] = await transaction.execute<{ calls: number }>(sql`
    with built as (insert into statistics_state (zone, built_at) values (${held.zone}, now()))
    select coalesce(sum(calls), 0)::integer as calls from call_kinds
  `);
  return { did: "built", calls: built?.calls ?? 0 };
}

async function storeBuild(transaction: Transaction, build: Build): Promise<void> {
  await transaction.execute(sql`
    insert into states (key, value) values (${BUILD_KEY}, ${JSON.stringify(build)}::text::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()
  `);
}

/** The moment before which about `size` rows follow `from`, by an indexed column. After the last row: "infinity". */
async function nextMoment(
  transaction: Transaction,
  { table, column }: { table: "calls" | "contacts"; column: "occurred_at" | "last_at" },
  from: string,
  size: number,
): Promise<string> {
  // More rows of one moment than are counted at once are counted together.
  const [next] = await transaction.execute<{ at: string }>(sql`
    select (case when at = ${from}::timestamptz then at + interval '1 millisecond' else at end)::text as at from (
      select ${sql.identifier(column)} as at from ${sql.identifier(table)} where ${sql.identifier(column)} >= ${from}::timestamptz
      order by ${sql.identifier(column)} offset ${size} limit 1
    ) as next
  `);
  return next?.at ?? EVERYTHING.calls;
}
