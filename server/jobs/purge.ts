import { claimPeriodicRun } from "@/db/organization/states";
import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { daysOf, purgeBatch, readRetention, RETENTION_KINDS, type RetentionKind } from "@/db/privacy/retention";

/** Retention: once an hour, in one process, deletes data that is older than the organization's rules allow. */

const EVERY_MINUTES = 60;
const BATCH = 500;

/** Applies the rules if the last run was at least an hour ago. Returns how many rows were deleted. */
export async function purgeDue(budgetMs = 25_000): Promise<number> {
  return (await claimPeriodicRun("purge", EVERY_MINUTES)) ? purge(null, budgetMs) : 0;
}

/**
 * Applies the rules now and records how many rows were deleted. Stops after `budgetMs`; the next run deletes the rest.
 *
 * @param actor the user who requested the run; null for the timer
 * @param sourceIp the address of the user's request
 */
export async function purge(
  actor: NewAuditEvent["actor"],
  budgetMs: number,
  sourceIp: string | null = null,
): Promise<number> {
  const rules = await readRetention();
  const deadline = Date.now() + budgetMs;
  const counts: Record<RetentionKind, number> = { recording: 0, transcript: 0, delivery: 0, call: 0 };
  const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
  let isComplete = false;
  try {
    for (const kind of RETENTION_KINDS) {
      const days = daysOf(rules, kind);
      if (days !== null) {
        await purgeKind(kind, days, deadline, (deleted) => {
          counts[kind] += deleted;
        });
      }
    }
    isComplete = true;
  } finally {
    // Record the event even if a batch failed, because earlier batches were deleted.
    if (total() > 0 || actor !== null) {
      await recordAuditEvent({
        actor,
        sourceIp,
        action: "retention_run",
        rowCount: total(),
        detail: { ...counts, ...(isComplete ? {} : { failed: true }) },
      });
    }
  }
  return total();
}

async function purgeKind(
  kind: RetentionKind,
  days: number,
  deadline: number,
  onBatch: (deleted: number) => void,
): Promise<void> {
  let deleted = BATCH;
  while (deleted === BATCH && Date.now() < deadline) {
    deleted = await purgeBatch(kind, days, BATCH);
    onBatch(deleted);
  }
}
