import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { ERASURE_STATES, ERASURE_STEPS } from "@/lib/privacy/erasure";

import { instant, isOneOf } from "./columns";

/**
 * The audit log: who read or changed personal data, users and settings. Append-only: triggers refuse update and truncate, and any deletion but
 * that of the function `prune_audit` under the organization's rule (migrations 0004 and 0009). It has no foreign keys, because an event outlives the user and the call that it concerns.
 */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    at: instant("at").notNull().defaultNow(),
    /** Null if nobody was signed in, or if a job acted. */
    actorId: text("actor_id"),
    /** Name and email when the event occurred. */
    actorName: text("actor_name"),
    actorEmail: text("actor_email"),
    action: text("action").notNull(),
    callId: text("call_id"),
    /** The subject of the event if it is not a call: a user's email, the name of a setting. */
    subject: text("subject"),
    rowCount: integer("row_count"),
    detail: jsonb("detail"),
    sourceIp: text("source_ip"),
  },
  (table) => [
    index("audit_events_at_idx").on(table.at, table.id),
    index("audit_events_call_idx")
      .on(table.callId, table.at)
      .where(sql`call_id is not null`),
    index("audit_events_actor_idx")
      .on(table.actorId, table.at)
      .where(sql`actor_id is not null`),
    index("audit_events_action_idx").on(table.action, table.at),
  ],
);

/**
 * The events that wait to be streamed, in this order. A trigger of `audit_events` adds them in the same transaction while `audit_stream` has a
 * row. See `db/privacy/audit-stream.ts`.
 */
export const auditOutbox = pgTable(
  "audit_outbox",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: uuid("event_id").notNull(),
  },
  (table) => [index("audit_outbox_event_idx").on(table.eventId)],
);

/** One row while the audit log is streamed: the lease of the process that sends, and how it went. */
export const auditStream = pgTable(
  "audit_stream",
  {
    id: boolean("id").primaryKey().default(true),
    /** The last time that a process which is set up to stream said so. */
    wantedAt: instant("wanted_at").notNull().defaultNow(),
    holder: uuid("holder"),
    leasedUntil: instant("leased_until"),
    lastSentAt: instant("last_sent_at"),
    /** The failures since the last event was sent. `error`: the code of the latest. */
    failures: integer("failures").notNull().default(0),
    error: text("error"),
    retryAt: instant("retry_at"),
  },
  (table) => [check("audit_stream_one_row", sql`${table.id}`)],
);

/** Erasures of a person's data by phone number, running and finished. */
export const erasures = pgTable(
  "erasures",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    /** The number's digits while the erasure runs; null afterwards, so that the record does not keep the number. */
    digits: text("digits"),
    /** `+…67` */
    masked: text("masked").notNull(),
    state: text("state", { enum: ERASURE_STATES }).notNull().default("running"),
    /** What the erasure searches now; `cursor` is the last searched key. */
    step: text("step", { enum: ERASURE_STEPS }).notNull().default("calls"),
    cursor: text("cursor").notNull().default(""),
    leasedUntil: instant("leased_until"),
    callsDeleted: integer("calls_deleted").notNull().default(0),
    deliveriesDeleted: integer("deliveries_deleted").notNull().default(0),
    reviewsDeleted: integer("reviews_deleted").notNull().default(0),
    callsRedacted: integer("calls_redacted").notNull().default(0),
    notesRedacted: integer("notes_redacted").notNull().default(0),
    /** Whether to delete stored bodies that nobody can read, because they may contain the number. */
    deleteUnreadable: boolean("delete_unreadable").notNull().default(false),
    /** Bodies that could not be read and were kept, and those of `deliveries_deleted` that could not be read. */
    unreadableKept: integer("unreadable_kept").notNull().default(0),
    unreadableDeleted: integer("unreadable_deleted").notNull().default(0),
    /** Damaged records of the spool of the machine that erased: kept on its disk, and not searched. */
    damagedKept: integer("damaged_kept").notNull().default(0),
    /** The erasure that this one repeats after the restore of an older database. It erases only what was stored before `stored_before`. */
    repeatOf: uuid("repeat_of"),
    storedBefore: instant("stored_before"),
    error: text("error"),
    requestedBy: text("requested_by"),
    requestedAt: instant("requested_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    index("erasures_requested_idx").on(table.requestedAt),
    check("erasures_state_check", isOneOf(table.state, ERASURE_STATES)),
    check("erasures_step_check", isOneOf(table.step, ERASURE_STEPS)),
    check("erasures_digits_check", sql`${table.state} = 'running' or ${table.digits} is null`),
  ],
);

/**
 * Finished erasures, to repeat them after the restore of an older database: what they erased, as a hash (`lib/privacy/erased-number.ts`). The
 * same rows are in a file beside the spool (`server/jobs/repeat-erasures.ts`).
 */
export const erasedNumbers = pgTable("erased_numbers", {
  /** The erasure's id. */
  id: uuid("id").primaryKey(),
  hash: text("hash").notNull(),
  salt: text("salt").notNull(),
  /** `+…67` */
  masked: text("masked").notNull(),
  /** The country's code, and how many digits the number has within the country. */
  country: text("country").notNull(),
  nationalLength: integer("national_length").notNull(),
  deleteUnreadable: boolean("delete_unreadable").notNull().default(false),
  erasedAt: instant("erased_at").notNull(),
  /** When the database was searched for this number. Null for a row that came from elsewhere and was not searched yet. */
  searchedAt: instant("searched_at"),
});

export type AuditEvent = typeof auditEvents.$inferSelect;
export type Erasure = typeof erasures.$inferSelect;
