import { recordAudit } from "@/db/audit";
import { claimTurn, daysOf, purgeBatch, readRetention, RETENTION_KINDS, type RetentionKind } from "@/db/retention";

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
 */
export async function purge(
  actor: { id: string; name: string; email: string } | null,
  budgetMs: number,
): Promise<number> {
  const rules = await readRetention();
  const deadline = Date.now() + budgetMs;
  const counts: Record<RetentionKind, number> = { recording: 0, transcript: 0, delivery: 0, call: 0 };
  for (const kind of RETENTION_KINDS) {
    const days = daysOf(rules, kind);
    if (days !== null) {
      counts[kind] = await purgeKind(kind, days, deadline);
    }
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total > 0 || actor !== null) {
    await recordAudit({ actor, action: "retention_run", rowCount: total, detail: counts });
  }
  return total;
}

async function purgeKind(kind: RetentionKind, days: number, deadline: number): Promise<number> {
  let total = 0;
  let taken = BATCH;
  while (taken === BATCH && Date.now() < deadline) {
    taken = await purgeBatch(kind, days, BATCH);
    total += taken;
  }
  return total;
}
