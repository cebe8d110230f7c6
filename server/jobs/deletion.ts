import { isConnectionUsable } from "@/db/driver/sql-state";
import { errorCode } from "@/lib/log";

/** One kind of data that a job deletes in batches. */
export type Deletion<Kind extends string> = {
  kind: Kind;
  /** The largest batch. */
  batch: number;
  /** Deletes up to `limit` rows in a fixed order, after skipping the first `skip`. Returns how many it deleted. */
  deleteBatch: (limit: number, skip: number) => Promise<number>;
};

export type DeletionResult<Kind extends string> = {
  kind: Kind;
  deleted: number;
  /** Rows that could not be deleted, and were left so that they do not hold up the others. */
  skipped: number;
  /** The code of the error that left rows behind; null if there was none. */
  error: string | null;
  /** False if the time was up before everything was deleted. */
  isFinished: boolean;
};

/** After this many rows that cannot be deleted, the cause is probably not the rows, and a run gives up the kind. */
const MAX_SKIPPED = 20;

/**
 * Deletes several kinds of data, one batch of each in turn, until nothing is left or `budgetMs` has passed. So a kind with much to delete
 * does not keep the others waiting, and a kind that fails does not stop them. Each kind gets at least one batch. A row that cannot be deleted
 * is found by smaller and smaller batches, and skipped. Never throws.
 */
export async function deleteInTurn<Kind extends string>(
  deletions: readonly Deletion<Kind>[],
  budgetMs: number,
): Promise<DeletionResult<Kind>[]> {
  const deadline = Date.now() + budgetMs;
  const runs = deletions.map((deletion) => ({
    deletion,
    limit: deletion.batch,
    result: { kind: deletion.kind, deleted: 0, skipped: 0, error: null, isFinished: false } as DeletionResult<Kind>,
  }));
  let unfinished = runs;
  do {
    for (const run of unfinished) {
      await takeTurn(run);
    }
    unfinished = unfinished.filter(({ result }) => !result.isFinished);
  } while (unfinished.length > 0 && Date.now() < deadline);
  return runs.map(({ result }) => result);
}

async function takeTurn<Kind extends string>(run: {
  deletion: Deletion<Kind>;
  limit: number;
  result: DeletionResult<Kind>;
}): Promise<void> {
  const { deletion, limit, result } = run;
  try {
    const deleted = await deletion.deleteBatch(limit, result.skipped);
    result.deleted += deleted;
    result.isFinished = deleted < limit;
    run.limit = Math.min(deletion.batch, limit * 2);
  } catch (error) {
    if (!isConnectionUsable(error)) {
      // Without the database, no other row can be deleted either.
      result.error = errorCode(error);
      result.isFinished = true;
    } else if (limit > 1) {
      run.limit = Math.ceil(limit / 8);
    } else {
      result.error = errorCode(error);
      result.skipped += 1;
      result.isFinished = result.skipped >= MAX_SKIPPED;
    }
  }
}
