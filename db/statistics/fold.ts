import { setTimeout as pause } from "node:timers/promises";

import { sql, type SQL } from "drizzle-orm";

import { jobs, type Transaction } from "@/db/driver/client";
import { isLockTimeout } from "@/db/driver/sql-state";
import { ORGANIZATION_DEFAULTS } from "@/db/organization/settings";

import { addCalls, addKinds, CellsWrong, moveContacts } from "./cells";

/**
 * Folds the changes of calls and contacts into the cells of `db/schema/statistics.ts`, and builds the cells from all calls: once after the
 * upgrade that made them, and whenever the organization's time zone has changed.
 *
 * Each is one transaction that sees the database as of one moment (REPEATABLE READ), so the changes that it takes away are those that it has
 * counted. Whoever reads cells and changes in one statement sees both before or both after it.
 */

/** How many changes one fold takes, about, and how many calls or contacts one statement of a build counts: a few seconds each. */
type Sizes = { changes: number; rows: number };
const SIZES: Sizes = { changes: 10_000, rows: 100_000 };
/** The pause before another look at a fold of another process. */
const WAIT_MS = 100;

export type FoldResult =
  /** `changes`: the folded changes of calls. `isMore`: others were left for the next fold. */
  | { did: "folded"; changes: number; isMore: boolean }
  | { did: "built"; calls: number }
  /** The cells did not hold what the changes say, and were thrown away: the next run builds them. */
  | { did: "discarded" }
  /** Another process is at it. */
  | { did: "waited" };

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

/** Folds changes, or builds the cells if there are none for the organization's time zone. Of all processes, one does so at a time. */
export async function foldStatistics(sizes = SIZES): Promise<FoldResult> {
  try {
    return await inOneMoment(async (transaction) => {
      const [state] = await transaction.execute<{ zone: string; is_built: boolean }>(sql`
        select ${currentZone} as zone, exists (select from statistics_state where zone = ${currentZone}) as is_built
      `);
      const { zone, is_built: isBuilt } = state ?? { zone: ORGANIZATION_DEFAULTS.timeZone, is_built: false };
      return isBuilt ? fold(transaction, zone, sizes) : build(transaction, zone, sizes);
    });
  } catch (error) {
    if (isLockTimeout(error)) {
      return { did: "waited" };
    }
    if (error instanceof CellsWrong) {
      await jobs.execute(sql`delete from statistics_state`);
      return { did: "discarded" };
    }
    throw error;
  }
}

/** Runs `work` while no other process does, in a transaction that sees one moment. Throws 55P03 if another process is at it. */
function inOneMoment<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
  return jobs.transaction(
    async (transaction) => {
      // The first statement, and one that takes no snapshot: what the transaction sees begins after the fold before it has ended.
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

async function fold(transaction: Transaction, zone: string, sizes: Sizes): Promise<FoldResult> {
  const [queued] = await transaction.execute<{ calls: number; contacts: number }>(sql`
    select (select count(*)::integer from statistics_changes) as calls, (select count(*)::integer from contact_changes) as contacts
  `);
  const parts = Math.max(1, Math.ceil(Math.max(queued?.calls ?? 0, queued?.contacts ?? 0) / sizes.changes));
  const taken = ofPart(parts);
  const signed = sql`select contact_id, ${SIGNED} from statistics_changes where ${taken}`;
  const states = sql`select contact_id, id, state_before from contact_changes where ${taken}`;
  await addKinds(transaction, signed);
  // Before the calls: a contact may have been of kinds that no call is any more.
  await moveContacts(
    transaction,
    {
      ids: sql`select contact_id from (${signed}) as signed union select contact_id from (${states}) as changed`,
      since: { calls: signed, states },
    },
    zone,
  );
  await addCalls(transaction, signed, zone);
  await transaction.execute(sql`delete from contact_changes where ${taken}`);
  const deleted = await transaction.execute<{ calls: number }>(sql`
    with deleted as (delete from statistics_changes where ${taken} returning 1) select count(*)::integer as calls from deleted
  `);
  return { did: "folded", changes: deleted[0]?.calls ?? 0, isMore: parts > 1 };
}

/** Selects the changes of one part of the contacts, by chance: all changes of a contact belong together. */
function ofPart(parts: number): SQL {
  const part = Math.floor(Math.random() * parts);
  return parts === 1
    ? sql`true`
    : sql`mod(hashtextextended(contact_id, 0) & 9223372036854775807, ${parts}::bigint) = ${part}::bigint`;
}

const CELLS = ["call_kinds", "statistics_cells", "criterion_cells", "slice_days", "contact_cells"] as const;
const QUEUES = ["statistics_changes", "contact_changes"] as const;

async function build(transaction: Transaction, zone: string, { rows }: Sizes): Promise<FoldResult> {
  // The changes that can be seen are in the calls that can be seen.
  for (const table of [...CELLS, ...QUEUES]) {
    await transaction.execute(sql`delete from ${sql.identifier(table)}`);
  }
  for await (const range of ranges(transaction, "calls", "occurred_at", rows)) {
    const signed = sql`
      select 1 as sign, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result,
        not is_test and enrichment_state <> 'not_found' as is_counted, duration_seconds, criteria
      from calls where ${range}`;
    await addKinds(transaction, signed);
    await addCalls(transaction, signed, zone);
  }
  for await (const range of ranges(transaction, "contacts", "last_at", rows)) {
    await moveContacts(transaction, { ids: sql`select contact_id from contacts where ${range}`, since: null }, zone);
  }
  const [built] = await transaction.execute<{ calls: number }>(sql`
    with built as (
      insert into statistics_state as kept (zone, built_at) values (${zone}, now())
      on conflict (id) do update set zone = excluded.zone, built_at = excluded.built_at
    ) select coalesce(sum(calls), 0)::integer as calls from call_kinds
  `);
  return { did: "built", calls: built?.calls ?? 0 };
}

/** Divides a table by an indexed time into ranges of about `size` rows, as conditions. */
async function* ranges(
  transaction: Transaction,
  tableName: string,
  columnName: string,
  size: number,
): AsyncGenerator<SQL> {
  const [table, column] = [sql.identifier(tableName), sql.identifier(columnName)];
  let from = "-infinity";
  for (;;) {
    // More rows of one moment than are counted at once are one range.
    const [end] = await transaction.execute<{ at: string }>(sql`
      select (case when at = ${from}::timestamptz then at + interval '1 millisecond' else at end)::text as at from (
        select ${column} as at from ${table} where ${column} >= ${from}::timestamptz order by ${column} offset ${size} limit 1
      ) as next
    `);
    const since = sql`${column} >= ${from}::timestamptz`;
    if (end === undefined) {
      yield since;
      return;
    }
    yield sql`${since} and ${column} < ${end.at}::timestamptz`;
    from = end.at;
  }
}
