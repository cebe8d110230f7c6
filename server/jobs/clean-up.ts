import { claimPeriodicRun } from "@/db/organization/states";
import { deleteExpired, EXPIRED_KINDS } from "@/db/people/expired";
import { log } from "@/lib/log";

import { deleteInTurn } from "./deletion";

/** Once an hour, in one process, deletes what has ended: sessions, counts of attempts and others (`db/people/expired.ts`). */

const EVERY_MINUTES = 60;
const BATCH = 1000;

/** Deletes what has ended if the last run was at least an hour ago. Returns how many rows were deleted. */
export async function cleanUpDue(budgetMs = 10_000): Promise<number> {
  return (await claimPeriodicRun("clean up", EVERY_MINUTES)) ? cleanUp(budgetMs) : 0;
}

/** Deletes what has ended, until nothing is left or `budgetMs` has passed. Returns how many rows were deleted. */
export async function cleanUp(budgetMs: number): Promise<number> {
  const results = await deleteInTurn(
    EXPIRED_KINDS.map((kind) => ({
      kind,
      batch: BATCH,
      deleteBatch: (limit, skip) => deleteExpired(kind, limit, skip),
    })),
    budgetMs,
  );
  for (const { kind, error, skipped } of results) {
    if (error !== null) {
      log("warn", "clean_up_failed", { job: kind, error_code: error, count: skipped });
    }
  }
  return results.reduce((sum, { deleted }) => sum + deleted, 0);
}
