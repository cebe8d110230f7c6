import { sql, type SQL } from "drizzle-orm";

import { jobs, db } from "@/db/driver/client";
import { organization } from "@/db/schema/organization";

/** How many days after a call what is kept of it goes; null keeps it. Raw deliveries count from when they were received. */
export type RetentionRules = {
  recordingDays: number | null;
  transcriptDays: number | null;
  callDays: number | null;
  deliveryDays: number | null;
};

export const KEEP_EVERYTHING: RetentionRules = {
  recordingDays: null,
  transcriptDays: null,
  callDays: null,
  deliveryDays: null,
};

/** What a rule takes. A call takes everything about it along: its details, deliveries and reviews. */
export const RETENTION_KINDS = ["recording", "transcript", "delivery", "call"] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

export async function readRetention(): Promise<RetentionRules> {
  const [row] = await db
    .select({
      recordingDays: organization.recordingDays,
      transcriptDays: organization.transcriptDays,
      callDays: organization.callDays,
      deliveryDays: organization.deliveryDays,
    })
    .from(organization);
  return row ?? KEEP_EVERYTHING;
}

/** The caller has validated: whole days from 1 to 3,650, or null. */
export async function saveRetention(rules: RetentionRules): Promise<void> {
  await db
    .insert(organization)
    .values(rules)
    .onConflictDoUpdate({ target: organization.id, set: { ...rules, updatedAt: sql`now()` } });
}

export function daysOf(rules: RetentionRules, kind: RetentionKind): number | null {
  const days = {
    recording: rules.recordingDays,
    transcript: rules.transcriptDays,
    delivery: rules.deliveryDays,
    call: rules.callDays,
  };
  return days[kind];
}

/** How much these rules would take if they ran now. */
export async function previewRetention(rules: RetentionRules): Promise<Record<RetentionKind, number>> {
  const counts = { recording: 0, transcript: 0, delivery: 0, call: 0 };
  await Promise.all(
    RETENTION_KINDS.map(async (kind) => {
      const days = daysOf(rules, kind);
      if (days !== null) {
        const rows = await db.execute<{ count: number }>(
          sql`select count(*)::integer as count from ${due(kind, days)}`,
        );
        counts[kind] = rows[0]?.count ?? 0;
      }
    }),
  );
  return counts;
}

/**
 * Takes up to `limit` of what a rule is due to take and returns how much that was; 0 means that nothing is left. Batches
 * of several processes pass each other by (`skip locked`).
 */
export async function purgeBatch(kind: RetentionKind, days: number, limit: number): Promise<number> {
  const rows = await jobs.execute<{ count: number }>(sql`
    with gone as materialized (
      select * from ${due(kind, days)} order by at limit ${limit} for update skip locked
    ), ${taking[kind]}
    select count(*)::integer as count from gone
  `);
  return rows[0]?.count ?? 0;
}

/**
 * Rows that a rule is due to take: their key, and `at` for the oldest first. What went once and was brought again, by an import say, is due
 * again. A call is locked by its details first, as the merge does: two that lock in different orders wait for each other.
 */
function due(kind: RetentionKind, days: number): SQL {
  const before = sql`now() - make_interval(days => ${days}::integer)`;
  switch (kind) {
    case "call":
      return sql`(
        select call_details.call_id, calls.occurred_at as at from call_details join calls using (call_id) where occurred_at < ${before}
      ) due`;
    case "delivery":
      return sql`(select deliveries.call_id, deliveries.id, deliveries.received_at as at from deliveries where received_at < ${before}) due`;
    case "recording":
      return sql`(
        select calls.call_id, calls.occurred_at as at from calls join call_details using (call_id)
        where occurred_at < ${before} and recording_url is not null
      ) due`;
    case "transcript":
      return sql`(
        select calls.call_id, calls.occurred_at as at from calls join call_details using (call_id)
        where occurred_at < ${before} and transcript is not null
      ) due`;
  }
}

const taking: Record<RetentionKind, SQL> = {
  call: sql`
    details as (delete from call_details using gone where call_details.call_id = gone.call_id),
    decisions as (delete from reviews using gone where reviews.call_id = gone.call_id),
    bodies as (delete from deliveries using gone where deliveries.call_id = gone.call_id),
    listed as (delete from import_items using gone where import_items.call_id = gone.call_id),
    rows as (delete from calls using gone where calls.call_id = gone.call_id)`,
  delivery: sql`
    bodies as (delete from deliveries using gone where deliveries.call_id = gone.call_id and deliveries.id = gone.id)`,
  recording: sql`
    details as (
      update call_details set
        recording_url = null, recording_expires_at = null, recording_purged_at = now(), facts = facts - 'recordingUrl'
      from gone where call_details.call_id = gone.call_id
    ),
    rows as (update calls set has_recording = false from gone where calls.call_id = gone.call_id)`,
  transcript: sql`
    details as (
      update call_details set
        transcript = null, corrections = null, search = null, transcript_purged_at = now(),
        facts = facts - 'transcript' - 'corrections'
      from gone where call_details.call_id = gone.call_id
    )`,
};

/**
 * Whether it is this process's turn to do something that is to happen once in `minutes`: of many that ask, one is told
 * yes.
 */
export async function claimTurn(key: string, minutes: number): Promise<boolean> {
  const rows = await jobs.execute(sql`
    insert into states as kept (key, value) values (${`turn:${key}`}, 'null')
    on conflict (key) do update set updated_at = now()
    where kept.updated_at < now() - make_interval(mins => ${minutes}::integer)
    returning key
  `);
  return rows.length > 0;
}
