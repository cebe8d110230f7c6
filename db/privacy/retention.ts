import { sql, type SQL } from "drizzle-orm";

import { boundedCount, type BoundedCount, COUNT_BOUND } from "@/db/bounded-count";
import { jobs, db } from "@/db/driver/client";
import { organization } from "@/db/schema/organization";

/**
 * The number of days after which data is deleted; null keeps it. Days count from the time of the call, and for raw deliveries from the
 * time they were received.
 */
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

/** The kinds of data that the rules delete. Deleting a call also deletes its details, deliveries, reviews and import items. */
export type RetentionKind = "recording" | "transcript" | "delivery" | "call";

/** The organization's rules; `KEEP_EVERYTHING` if none are saved. */
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

/** Saves the rules. The caller has checked that each is a whole number from 1 to 3,650, or null. */
export async function saveRetention(rules: RetentionRules): Promise<void> {
  await db
    .insert(organization)
    .values(rules)
    .onConflictDoUpdate({ target: organization.id, set: { ...rules, updatedAt: sql`now()` } });
}

/** Parts of calls that are deleted. */
export const SWEPT_KINDS = ["recording", "transcript"] as const;
export type SweptKind = (typeof SWEPT_KINDS)[number];
/** Whole rows that are deleted: the raw answers of the API follow the rule of deliveries. */
export const PURGED_ROWS = ["delivery", "answer", "call"] as const;
type PurgedRows = (typeof PURGED_ROWS)[number];
type PurgedKind = SweptKind | PurgedRows;

/** The days of one rule; null keeps everything of this kind. */
export function daysOf(rules: RetentionRules, kind: PurgedKind): number | null {
  const days = {
    recording: rules.recordingDays,
    transcript: rules.transcriptDays,
    delivery: rules.deliveryDays,
    answer: rules.deliveryDays,
    call: rules.callDays,
  };
  return days[kind];
}

/** Calls whose data `previewRetention` looks for, per kind. */
const PREVIEWED_CALLS = 5_000;

/**
 * Counts, per kind, what these rules would delete if they were applied now. Of calls and their parts, it looks only at the latest `examined` calls under the
 * rule: after years, most older ones have no parts any more, and no index knows which have. `isBounded`: there are older calls or deliveries under the
 * rule, so there may be more than `count`, also if it is 0.
 */
export async function previewRetention(
  rules: RetentionRules,
  examined = PREVIEWED_CALLS,
): Promise<Record<RetentionKind, BoundedCount>> {
  const count = async (kind: RetentionKind): Promise<BoundedCount> => {
    const days = daysOf(rules, kind);
    if (days === null) {
      return { count: 0, isBounded: false };
    }
    if (kind === "delivery") {
      const found = sql`select from deliveries where received_at < ${daysAgo(days)} limit ${COUNT_BOUND + 1}`;
      const [row] = await db.execute<{ count: number }>(
        sql`select count(*)::integer as count from (${found}) as found`,
      );
      return boundedCount(row?.count ?? 0);
    }
    // Looked up row by row: a join might read all of the table.
    const [row] = await db.execute<{ count: number; examined: number }>(sql`
      with examined as materialized (
        select call_id from calls where occurred_at < ${daysAgo(days)} order by occurred_at desc, call_id desc limit ${examined}
      )
      select count(*)::integer as examined, (count(*) filter (
        where (select ${HAS[kind]} from call_details where call_details.call_id = examined.call_id)
      ))::integer as count from examined`);
    return { count: row?.count ?? 0, isBounded: row?.examined === examined };
  };
  const [recording, transcript, delivery, call] = await Promise.all([
    count("recording"),
    count("transcript"),
    count("delivery"),
    count("call"),
  ]);
  return { recording, transcript, delivery, call };
}

/**
 * Deletes up to `limit` rows that are due under a rule, oldest first, after skipping the first `skip`. Returns the number of deleted rows; 0 if
 * none were due or all were locked. Processes can run this concurrently: each skips the rows that another process has locked.
 */
export async function purgeBatch(kind: PurgedRows, days: number, limit: number, skip = 0): Promise<number> {
  const rows = await jobs.execute<{ count: number }>(sql`
    with due_now as materialized (
      select * from ${dueRows(kind, days)} order by ${ORDERS[kind]} limit ${limit} offset ${skip} for update skip locked
    ), ${DELETIONS[kind]}
    select count(*)::integer as count from due_now
  `);
  return rows[0]?.count ?? 0;
}

/** A call, in the order in which calls are swept. Null: before the first one. */
export type SweepPlace = { at: string; id: string } | null;

/** Calls that one statement of a sweep looks at. */
const WINDOW = 2_000;

/**
 * `purgeBatch` for recordings and transcripts. After years, nearly all calls under the rule have none any more, and no index knows which: so a statement looks
 * only at some calls after `place`. `next` is the place of the next statement: it stays while there may be more to delete, and `isAtEnd` says that
 * no further call is under the rule.
 */
export async function sweepBatch(
  kind: SweptKind,
  days: number,
  place: SweepPlace,
  limit: number,
  skip = 0,
): Promise<{ deleted: number; next: SweepPlace; isAtEnd: boolean }> {
  const after =
    place === null ? sql`true` : sql`(occurred_at, call_id) > (${place.at}::text::timestamptz, ${place.id}::text)`;
  const [row] = await jobs.execute<{ count: number; examined: number; last: SweepPlace }>(sql`
    with examined as materialized (
      select call_id, occurred_at from calls where occurred_at < ${daysAgo(days)} and ${after}
      order by occurred_at, call_id limit ${WINDOW}
    ), due_now as materialized (
      select call_details.call_id from examined join call_details using (call_id) join calls using (call_id)
      where ${HAS[kind]}
      order by examined.occurred_at, call_details.call_id limit ${limit} offset ${skip} for update of call_details, calls skip locked
    ), ${DELETIONS[kind]}
    select
      (select count(*)::integer from due_now) as count, (select count(*)::integer from examined) as examined,
      (select json_build_object('at', occurred_at, 'id', call_id) from examined order by occurred_at desc, call_id desc limit 1) as last
  `);
  if (row === undefined) {
    throw new Error("The statement returned no row");
  }
  return row.count === limit
    ? { deleted: row.count, next: place, isAtEnd: false }
    : { deleted: row.count, next: row.last ?? place, isAtEnd: row.examined < WINDOW };
}

/** Total orders, so that the same rows are skipped each time. */
const BY_CALL = sql`at, call_id`;
const BY_ROW = sql`at, call_id, id`;
const ORDERS: Record<PurgedRows, SQL> = {
  delivery: BY_ROW,
  answer: BY_ROW,
  call: BY_CALL,
};

/**
 * Selects the rows that are due under a rule: their key, and `at` for sorting. A row becomes due again if deleted data is stored again, for
 * example by an import. The details of a call come first, so that they are locked first, as in the merge: statements that lock in
 * different orders can deadlock.
 */
function dueRows(kind: PurgedRows, days: number): SQL {
  const before = daysAgo(days);
  switch (kind) {
    case "call":
      return sql`(
        select call_details.call_id, calls.occurred_at as at from call_details join calls using (call_id) where occurred_at < ${before}
      ) due`;
    case "delivery":
      return sql`(select deliveries.call_id, deliveries.id, deliveries.received_at as at from deliveries where received_at < ${before}) due`;
    case "answer":
      return sql`(select api_answers.call_id, api_answers.id, api_answers.answered_at as at from api_answers where answered_at < ${before}) due`;
  }
}

/** What the details of a call must have so that there is something to delete. */
const HAS: Record<SweptKind | "call", SQL> = {
  call: sql`true`,
  recording: sql`coalesce(recording_url, permanent_recording_url) is not null`,
  transcript: sql`transcript is not null`,
};

function daysAgo(days: number): SQL {
  return sql`now() - make_interval(days => ${days}::integer)`;
}

/** Common table expressions that delete the rows of `due_now`. */
const DELETIONS: Record<PurgedKind, SQL> = {
  call: sql`
    details as (delete from call_details using due_now where call_details.call_id = due_now.call_id),
    decisions as (delete from reviews using due_now where reviews.call_id = due_now.call_id),
    bodies as (delete from deliveries using due_now where deliveries.call_id = due_now.call_id),
    answers as (delete from api_answers using due_now where api_answers.call_id = due_now.call_id),
    listed as (delete from import_items using due_now where import_items.call_id = due_now.call_id),
    rows as (delete from calls using due_now where calls.call_id = due_now.call_id)`,
  delivery: sql`
    bodies as (
      delete from deliveries using due_now where deliveries.call_id = due_now.call_id and deliveries.id = due_now.id
    )`,
  answer: sql`
    answers as (
      delete from api_answers using due_now where api_answers.call_id = due_now.call_id and api_answers.id = due_now.id
    )`,
  recording: sql`
    details as (
      update call_details set
        recording_url = null, recording_expires_at = null, permanent_recording_url = null, recording_purged_at = now(),
        facts = facts - 'recordingUrl' - 'permanentRecordingUrl'
      from due_now where call_details.call_id = due_now.call_id
    ),
    rows as (update calls set has_recording = false from due_now where calls.call_id = due_now.call_id)`,
  transcript: sql`
    details as (
      update call_details set
        transcript = null, corrections = null, search = null, transcript_purged_at = now(),
        facts = facts - 'transcript' - 'corrections'
      from due_now where call_details.call_id = due_now.call_id
    )`,
};
