import { setTimeout as pause } from "node:timers/promises";

import { sql, type SQL } from "drizzle-orm";

import { jobs, type Transaction } from "@/db/driver/client";
import { isLockTimeout } from "@/db/driver/sql-state";
import { ORGANIZATION_DEFAULTS } from "@/db/organization/settings";

import { addCalls, addKinds, CellsWrong } from "./cells";
import { addDays, moveContacts } from "./day-cells";

/**
 * Folds the changes of calls and contacts into the cells of `db/schema/statistics.ts`, and builds the cells from all calls: once after the
 * upgrade that made them, and whenever the organization's time zone has changed.
 *
 * Each step is one transaction that sees the database as of one moment (REPEATABLE READ), so the changes that it takes away are those that it
 * has counted. A statement that reads cells and changes sees both as they were before it, or both as they are after it.
 *
 * A build takes many steps, so that no transaction is long, and any process can continue it. After each one, the cells hold exactly the calls
 * before a moment, and then the contacts whose last call is before a moment. Changes meanwhile are folded as far as they are about those.
 */

/** How many changes one step folds, about, and how many calls or contacts one step of a build counts: a second or two each. */
type Sizes = { changes: number; rows: number };
const SIZES: Sizes = { changes: 10_000, rows: 50_000 };
/** The pause before another look at a fold of another process. */
const WAIT_MS = 100;

export type FoldResult =
  /** `changes`: the folded changes of calls. `isMore`: others were left for the next fold. */
  | { did: "folded"; changes: number; isMore: boolean }
  /** One step. */
  | { did: "building" }
  /** The last step. `calls`: how many the cells hold. */
  | { did: "built"; calls: number }
  /** The cells did not hold what the changes say, and were thrown away: the next run builds them. */
  | { did: "discarded" }
  /** Another process is at it. */
  | { did: "waited" };

/** What the cells hold: the calls before `calls`, and the contacts whose last call is before `contacts`. Both are timestamps as text. */
type Extent = { zone: string; calls: string; contacts: string };
const NOTHING = { calls: "-infinity", contacts: "-infinity" };
const EVERYTHING = { calls: "infinity", contacts: "infinity" };
/** The extent of a build that is not finished is in `states` under this key. */
const BUILD_KEY = "statistics build";

/** Whether there is anything to fold or to build. */
export async function isFoldDue(): Promise<boolean> {
  const [row] = await jobs.execute<{ is_due: boolean }>(sql`
    select exists (select from statistics_changes) or exists (select from contact_changes)
      or not exists (select from statistics_state where zone = ${currentZone}) as is_due
  `);
  return row?.is_due ?? false;
}

/**
 * Folds until nothing is left of the changes that were committed before this call, so that nothing of a deleted call is either. False if
 * the time was up: the caller tries again later.
 */
export async function foldAllChanges(deadline: number): Promise<boolean> {
  const [last] = await jobs.execute<{ calls: string; contacts: string }>(sql`
    select coalesce((select max(id) from statistics_changes), 0)::text as calls, coalesce((select max(id) from contact_changes), 0)::text as contacts
  `);
  const { calls = "0", contacts = "0" } = last ?? {};
  for (;;) {
    const [left] = await jobs.execute<{ is_left: boolean }>(sql`
      select exists (select from statistics_changes where id <= ${calls}::bigint)
        or exists (select from contact_changes where id <= ${contacts}::bigint) as is_left
    `);
    if (left?.is_left === false) {
      return true;
    }
    if (Date.now() > deadline) {
      return false;
    }
    if ((await foldStatistics()).did === "waited") {
      await pause(WAIT_MS);
    }
  }
}

const currentZone = sql`coalesce((select time_zone from organization), ${ORGANIZATION_DEFAULTS.timeZone})`;

/** Folds changes, or takes a step of the build if there are no cells for the organization's time zone. Of all processes, one at a time. */
export async function foldStatistics(sizes = SIZES): Promise<FoldResult> {
  try {
    return await inOneMoment(async (transaction) => {
      const [state] = await transaction.execute<{ zone: string; is_built: boolean; build: Extent | null }>(sql`
        select ${currentZone} as zone, exists (select from statistics_state where zone = ${currentZone}) as is_built,
          (select value from states where key = ${BUILD_KEY}) as build
      `);
      const { zone, is_built: isBuilt, build } = state ?? { zone: "UTC", is_built: false, build: null };
      if (isBuilt) {
        const folded = await fold(transaction, { zone, ...EVERYTHING }, sizes);
        return { did: "folded", ...folded };
      }
      return build?.zone === zone ? continueBuild(transaction, build, sizes) : startBuild(transaction, zone);
    });
  } catch (error) {
    if (isLockTimeout(error)) {
      return { did: "waited" };
    }
    if (error instanceof CellsWrong) {
      await jobs.execute(sql`
        with built as (delete from statistics_state) delete from states where key = ${BUILD_KEY}
      `);
      return { did: "discarded" };
    }
    throw error;
  }
}

/** Runs `work` while no other process does, in a transaction that sees one moment. Throws 55P03 if another process is at it. */
function inOneMoment<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
  return jobs.transaction(
    async (transaction) => {
      // In the order of a TRUNCATE, whose trigger needs `statistics_state`: each would wait for the other.
      await transaction.execute(sql`lock table calls, contacts in access share mode`);
      // Like the first statement, this one takes no snapshot: what the transaction sees begins after the fold before it has ended.
      await transaction.execute(sql`lock table statistics_state in share row exclusive mode nowait`);
      await transaction.execute(
        sql`select set_config('jit', 'off', true), set_config('work_mem', '64MB', true), set_config('statement_timeout', '60s', true)`,
      );
      return work(transaction);
    },
    { isolationLevel: "repeatable read" },
  );
}

const SIGNED = sql.raw(
  "sign, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted, duration_seconds, criteria",
);

/** Folds what the changes say about the calls and contacts that the cells hold. What they say about others is forgotten. */
async function fold(
  transaction: Transaction,
  { zone, calls, contacts }: Extent,
  sizes: Sizes,
): Promise<{ changes: number; isMore: boolean }> {
  const [queued] = await transaction.execute<{ calls: number; contacts: number }>(sql`
    select (select count(*)::integer from statistics_changes) as calls, (select count(*)::integer from contact_changes) as contacts
  `);
  const parts = Math.max(1, Math.ceil(Math.max(queued?.calls ?? 0, queued?.contacts ?? 0) / sizes.changes));
  const taken = ofPart(parts);
  const all = sql`select contact_id, ${SIGNED} from statistics_changes where ${taken}`;
  const held = sql`${all} and occurred_at < ${calls}::timestamptz`;
  const states = sql`select contact_id, id, state_before from contact_changes where ${taken}`;
  await addKinds(transaction, held);
  if (contacts !== NOTHING.contacts) {
    // Before the calls: a contact may have been of kinds that no call is any more.
    await moveContacts(
      transaction,
      {
        ids: sql`select contact_id from (${all}) as signed union select contact_id from (${states}) as changed`,
        since: { calls: all, states },
        until: contacts,
      },
      zone,
    );
  }
  await addCalls(transaction, held, zone);
  await addDays(transaction, held, zone);
  await transaction.execute(sql`delete from contact_changes where ${taken}`);
  const deleted = await transaction.execute<{ calls: number }>(sql`
    with deleted as (delete from statistics_changes where ${taken} returning 1) select count(*)::integer as calls from deleted
  `);
  return { changes: deleted[0]?.calls ?? 0, isMore: parts > 1 };
}

/** Selects the changes of one part of the contacts, by chance: all changes of a contact belong together. */
function ofPart(parts: number): SQL {
  const part = Math.floor(Math.random() * parts);
  return parts === 1
    ? sql`true`
    : sql`mod(hashtextextended(contact_id, 0) & 9223372036854775807, ${parts}::bigint) = ${part}::bigint`;
}

const CELLS = [
  "call_kinds",
  "statistics_cells",
  "criterion_cells",
  "slice_days",
  "slice_months",
  "outcome_days",
  "contact_days",
] as const;
const QUEUES = ["statistics_changes", "contact_changes"] as const;

async function startBuild(transaction: Transaction, zone: string): Promise<FoldResult> {
  for (const table of [...CELLS, ...QUEUES, "statistics_state"]) {
    await transaction.execute(sql`delete from ${sql.identifier(table)}`);
  }
  await storeBuild(transaction, { zone, ...NOTHING });
  return { did: "building" };
}

async function continueBuild(transaction: Transaction, held: Extent, sizes: Sizes): Promise<FoldResult> {
  // The calls that are added next are as they are now, so no change of them may be left.
  if ((await fold(transaction, held, sizes)).isMore) {
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

async function storeBuild(transaction: Transaction, extent: Extent): Promise<void> {
  await transaction.execute(sql`
    insert into states (key, value) values (${BUILD_KEY}, ${JSON.stringify(extent)}::text::jsonb)
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
