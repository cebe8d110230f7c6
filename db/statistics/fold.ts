import { setTimeout as pause } from "node:timers/promises";

import { sql } from "drizzle-orm";

import { jobs, type Transaction } from "@/db/driver/client";
import { isLockTimeout, isRolledBack } from "@/db/driver/sql-state";

import { type Build, BUILD_KEY, type BuildSizes, type BuildStep, continueBuild, startBuild, zoneOf } from "./build";
import { CellsWrong } from "./cells";
import { EVERYTHING, foldChanges, readQueue } from "./changes";
import { areRulesDue, areRulesKept, currentZone } from "./zone-rules";

/**
 * Folds the changes of calls and contacts into the cells of `db/schema/statistics.ts`, and builds the cells from all calls: once after the
 * upgrade that made them, and whenever they are discarded.
 *
 * Each step is one transaction that sees the database as of one moment (REPEATABLE READ), so the changes that it takes away are those that it
 * has counted. A statement that reads cells and changes sees both as they were before it, or both as they are after it.
 */

type Sizes = BuildSizes & {
  /**
   * A queue with more changes than this, and than a third of the calls in the cells, is not folded: the cells are built again, which is faster. A change takes two
   * to three times as long as a call of a build, because its cells are anywhere. Meanwhile pages read the calls, and no longer a queue.
   */
  longest: number;
};
const SIZES: Sizes = { changes: 10_000, rows: 50_000, pages: 2000, longest: 500_000 };
/** The pause before it is tried again while another process folds. */
const WAIT_MS = 100;

export type FoldResult =
  /** `changes`: the folded changes of calls. `isMore`: others were left for the next fold. */
  | { did: "folded"; changes: number; isMore: boolean }
  /** A step of a build. */
  | BuildStep
  /** The cells were given up, and a build has begun. */
  | { did: "discarded"; because: Discard }
  /** Another process folds or builds. */
  | { did: "waited" };

/**
 * Why cells are given up: they did not hold what the changes say; the queue is so long that a build is faster; or Postgres has other rules for
 * the zone than those that they were made by.
 */
type Discard = "wrong" | "queue" | "rules";

/** Whether there is anything to fold or to build. */
export async function isFoldDue(): Promise<boolean> {
  const [row] = await jobs.execute<{ is_due: boolean }>(sql`
    select exists (select from statistics_changes) or exists (select from contact_changes)
      or not exists (select from statistics_state where zone = ${currentZone}) or ${areRulesDue} as is_due
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

/** Folds changes, or takes a step of the build if there are no cells for the organization's time zone. Of all processes, one at a time. */
export async function foldStatistics(only: Partial<Sizes> = {}): Promise<FoldResult> {
  const sizes = { ...SIZES, ...only };
  try {
    return await inOneMoment((transaction) => takeStep(transaction, sizes)).catch((error: unknown) => {
      if (error instanceof CellsWrong) {
        return inOneMoment((transaction) => discard(transaction, "wrong", sizes));
      }
      throw error;
    });
  } catch (error) {
    if (isLockTimeout(error) || isRolledBack(error)) {
      return { did: "waited" };
    }
    throw error;
  }
}

async function takeStep(transaction: Transaction, sizes: Sizes): Promise<FoldResult> {
  const [state] = await transaction.execute<{ zone: string; is_built: boolean; build: Build | null }>(sql`
    select ${currentZone} as zone, exists (select from statistics_state where zone = ${currentZone}) as is_built,
      (select value from states where key = ${BUILD_KEY}) as build
  `);
  const { zone, is_built: isBuilt, build } = state ?? { zone: "UTC", is_built: false, build: null };
  if (!(await areRulesKept(transaction, zone))) {
    return discard(transaction, "rules", sizes);
  }
  if (!isBuilt) {
    return build !== null && zoneOf(build) === zone
      ? continueBuild(transaction, build, sizes)
      : startBuild(transaction, zone, sizes);
  }
  const queue = await readQueue(transaction);
  const queued = queue.calls + queue.contacts;
  if (queued > sizes.longest && queued > queue.folded / 3) {
    return discard(transaction, "queue", sizes);
  }
  return { did: "folded", ...(await foldChanges(transaction, { zone, ...EVERYTHING }, queue, sizes.changes)) };
}

async function discard(transaction: Transaction, because: Discard, sizes: Sizes): Promise<FoldResult> {
  const [organization] = await transaction.execute<{ zone: string }>(sql`select ${currentZone} as zone`);
  await startBuild(transaction, organization?.zone ?? "UTC", sizes);
  return { did: "discarded", because };
}

/** Runs `work` while no other process does, in a transaction that sees one moment. Throws 55P03 if another process folds or builds. */
function inOneMoment<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
  return jobs.transaction(
    async (transaction) => {
      // In the order of a TRUNCATE, whose trigger needs `statistics_state`. In another order, each would wait for the other.
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
