import { sql } from "drizzle-orm";

import { db, jobs } from "@/db/driver/client";
import { organization } from "@/db/schema/organization";

import type { NewAuditEvent } from "./audit";

/**
 * The rule by which the audit log is pruned. The database enforces it (migration 0009): the only way to delete events is the function
 * `prune_audit`, which deletes what is older than the rule. It also writes the events about the rule and about each pruning, which are never
 * deleted.
 */

/** The days after which events are deleted; null keeps them forever. */
export async function readAuditDays(): Promise<number | null> {
  const [row] = await db.select({ auditDays: organization.auditDays }).from(organization);
  return row?.auditDays ?? null;
}

/** Saves the rule. The caller has checked the bounds of `lib/privacy/audit-rule.ts`. A trigger writes the event of the change, with this user. */
export async function saveAuditDays(
  auditDays: number | null,
  { actor, sourceIp }: Pick<NewAuditEvent, "actor" | "sourceIp">,
): Promise<void> {
  await db.transaction(async (transaction) => {
    const setting = JSON.stringify({ ...actor, sourceIp });
    await transaction.execute(sql`select set_config('callboard.actor', ${setting}, true)`);
    await transaction
      .insert(organization)
      .values({ auditDays })
      .onConflictDoUpdate({ target: organization.id, set: { auditDays, updatedAt: sql`now()` } });
  });
}

/** Counts the events that this rule would delete if it were applied now. */
export async function countPrunable(days: number): Promise<number> {
  const [row] = await db.execute<{ count: number }>(sql`
    select count(*)::integer as count from audit_events
    where at < date_trunc('day', now(), 'UTC') - make_interval(days => ${days}::integer)
      and action not in ('audit_pruned', 'audit_rule_changed')
  `);
  return row?.count ?? 0;
}

/** Deletes up to `limit` events that are due under the saved rule, oldest first, after skipping the first `skip`. Returns how many it deleted. */
export async function pruneAudit(limit: number, skip = 0): Promise<number> {
  const [row] = await jobs.execute<{ deleted: number }>(sql`select prune_audit(${limit}, ${skip}) as deleted`);
  return row?.deleted ?? 0;
}
