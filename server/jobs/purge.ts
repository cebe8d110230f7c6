import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import {
  claimTurn,
  daysOf,
  purgeBatch,
  readRetention,
  RETENTION_KINDS,
  type RetentionKind,
} from "@/db/privacy/retention";

/** Retention: once an hour, in one process, what the organization's rules are due to take goes. */

const EVERY_MINUTES = 60;
const BATCH = 500;

/** Runs if it is time. Returns how many rows went. */
export async function purgeDue(budgetMs = 25_000): Promise<number> {
  return (await claimTurn("purge", EVERY_MINUTES)) ? purge(null, budgetMs) : 0;
}

/**
 * Applies the rules now, and writes down what went. What is left when the time is up goes the next time.
 *
 * @param actor who asked for it; null for the clock
 * @param sourceIp from where
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
  let isWhole = false;
  try {
    for (const kind of RETENTION_KINDS) {
      const days = daysOf(rules, kind);
      if (days !== null) {
        await purgeKind(kind, days, deadline, (taken) => {
          counts[kind] += taken;
        });
      }
    }
    isWhole = true;
  } finally {
    // Also where a batch failed: what the ones before it took is gone all the same.
    if (total() > 0 || actor !== null) {
      await recordAuditEvent({
        actor,
        sourceIp,
        action: "retention_run",
        rowCount: total(),
        detail: { ...counts, ...(isWhole ? {} : { failed: true }) },
      });
    }
  }
  return total();
}

async function purgeKind(
  kind: RetentionKind,
  days: number,
  deadline: number,
  count: (taken: number) => void,
): Promise<void> {
  let taken = BATCH;
  while (taken === BATCH && Date.now() < deadline) {
    taken = await purgeBatch(kind, days, BATCH);
    count(taken);
  }
}
