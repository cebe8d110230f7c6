import { isConnectionUsable } from "@/db/driver/sql-state";
import { errorCode } from "@/lib/log";

/** One kind of data that a job deletes in batches. */
export type Deletion<Kind extends string> = {
  kind: Kind;
  /** The largest batch. */
  batch: number;
  /**
   * Deletes up to `limit` rows in a fixed order, after skipping the first `skip`. Returns how many it deleted: fewer if these were the last. A deletion
   * that looks at a part of the rows each time also says whether these were all, and whether the rows to skip are behind it.
   */
  deleteBatch: (limit: number, skip: number) => Promise<number | PartialDeletion>;
};

type PartialDeletion = { deleted: number; isFinished: boolean; hasPassed: boolean };

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

/** Statements should take about this long: those that delete hold locks, and a cold disk can make a batch a hundred times as slow. */
const TARGET_MS = 200;

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
    skip: 0,
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
  /** Rows that could not be deleted and are still ahead. */
  skip: number;
  result: DeletionResult<Kind>;
}): Promise<void> {
  const { deletion, limit, skip, result } = run;
  const began = performance.now();
  try {
    const done = await deletion.deleteBatch(limit, skip);
    const part = typeof done === "number" ? { deleted: done, isFinished: done < limit, hasPassed: false } : done;
    result.deleted += part.deleted;
    result.isFinished = part.isFinished;
    run.skip = part.hasPassed ? 0 : skip;
    const inTime = Math.floor((limit * TARGET_MS) / (performance.now() - began));
    run.limit = Math.max(1, Math.min(deletion.batch, limit * 2, inTime));
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
      run.skip += 1;
      result.isFinished = result.skipped >= MAX_SKIPPED;
    }
  }
}
