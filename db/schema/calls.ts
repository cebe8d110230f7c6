import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";

import { DIAL_RESULTS } from "@/lib/call/contact";
import { ENRICHMENT_STATES } from "@/lib/call/enrichment";
import { REVIEW_DECISIONS } from "@/lib/call/review";

import { instant, isOneOf, tsvector } from "./columns";
import { user } from "./people";

/**
 * Calls and their reviews. Every key of call data contains `call_id` and every join uses it, so the schema can be sharded by
 * `call_id`.
 *
 * All indexes are ascending, even for lists with the newest first, because Postgres can read them backwards. A descending
 * index made by drizzle (`DESC NULLS LAST`) cannot serve `ORDER BY … DESC`, which means NULLS FIRST.
 */

/**
 * Whether a call was dialled, in SQL. `cancelled` and `expired` are endings without a dial. The status decides only for a call that no webhook
 * has told of: while it is being dialled, it is in no rate either. An unknown outcome counts as a dial.
 */
const isNotDialled = sql.raw(
  "coalesce(outcome in ('cancelled','expired'), status in ('scheduled','queued','dialing','ringing','cancelled','expired'), false)",
);
/** The same for a call that reached the customer. */
const isReached = sql.raw(
  "coalesce(outcome = 'complete', status in ('in_progress','transferring','transferred','completed','max_duration_reached'), false)",
);

/** One narrow row per call, with everything that lists, filters and charts read. A projection of `call_details.facts`. */
export const calls = pgTable(
  "calls",
  {
    callId: text("call_id").primaryKey(),
    /** `payload.type` verbatim. Null only for a call that was imported from the API and had no webhook. */
    outcome: text("outcome"),
    status: text("status"),
    direction: text("direction"),
    language: text("language"),
    interactionType: text("interaction_type"),
    phoneNumber: text("phone_number"),
    /** The digits of the number, without leading zeros and a trunk prefix in parentheses, for the filter. */
    phoneDigits: text("phone_digits").generatedAlwaysAs(
      sql.raw(String.raw`ltrim(regexp_replace(phone_number, '\(0|[^0-9]', '', 'g'), '0')`),
    ),
    scenarioId: text("scenario_id"),
    /** The customer's name, from the call's variables. */
    customerName: text("customer_name"),
    /** `report.outcome.status` verbatim. */
    goal: text("goal"),
    /** The report's success criteria, keyed by text: `{"<text>": {"met": true, "primary": false}}`. Null without a report. */
    criteria: jsonb("criteria").$type<Record<string, { met: boolean; primary: boolean }>>(),
    durationSeconds: integer("duration_seconds"),
    hasRecording: boolean("has_recording").notNull().default(false),
    createdAt: instant("created_at"),
    startedAt: instant("started_at"),
    endedAt: instant("ended_at"),
    /** When the call was or is booked to be dialled. Null for a call that was dialled at once. */
    scheduledAt: instant("scheduled_at"),
    /** When the vendor last changed its record of the call. Only the API says it. */
    updatedAt: instant("updated_at"),
    /** When a webhook first said that the call ended without a dial. */
    calledOffAt: instant("called_off_at"),
    /** The retry group's first dial, or the call itself: see `db/schema/contacts.ts`. */
    contactId: text("contact_id")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(root_call_id, call_id)`),
    rootCallId: text("root_call_id"),
    /** Which dial of its group this is, from 1. Null if no source says so. */
    attempt: integer("attempt"),
    /** When the group's next dial is booked, as of this dial. */
    nextRetryAt: instant("next_retry_at"),
    /** Whether any source contains one of the three fields of a retry group. The vendor sends them since September 2026. */
    hasRetryFields: boolean("has_retry_fields").notNull().default(false),
    /** Whether the call was dialled and reached the customer: the only place that decides it. */
    dialResult: text("dial_result", { enum: DIAL_RESULTS })
      .notNull()
      .generatedAlwaysAs(
        sql`case when ${isReached} then 'reached' when ${isNotDialled} then 'not_dialled' else 'not_reached' end`,
      ),
    /**
     * When the call took place, by which lists and charts order and group calls: the answer, else the dial, else its creation, else when it was
     * first heard of. A call that was never dialled stands at the moment it was called off.
     */
    occurredAt: instant("occurred_at")
      .notNull()
      .generatedAlwaysAs(
        sql`case when ${isNotDialled} then coalesce(called_off_at, updated_at, created_at, first_received_at) else coalesce(started_at, scheduled_at, created_at, first_received_at) end`,
      ),
    firstReceivedAt: instant("first_received_at").notNull().defaultNow(),
    lastReceivedAt: instant("last_received_at").notNull().defaultNow(),
    enrichmentState: text("enrichment_state", { enum: ENRICHMENT_STATES }).notNull().default("pending"),
    enrichmentAttempts: smallint("enrichment_attempts").notNull().default(0),
    /** When to fetch the call from the API next. A process that fetches it moves this time ahead, as a lease. Null: finished. */
    enrichmentDueAt: instant("enrichment_due_at").default(sql`now()`),
    /** Why the last attempt failed: a code of `lib/sarj/api.ts`, or `not_storable` if Postgres refused the answer. */
    enrichmentError: text("enrichment_error"),
    /** When the API first confirmed that this call exists. */
    verifiedAt: instant("verified_at"),
    isTest: boolean("is_test").notNull().default(false),
    reviewedAt: instant("reviewed_at"),
  },
  (table) => [
    // The list pages by the first two columns; the statistics use index-only scans for the others. An index row holds at
    // most 2,704 bytes: `lib/sarj` and the merge limit these texts to fit, and another text column would not fit.
    index("calls_occurred_idx").on(
      table.occurredAt,
      table.callId,
      table.outcome,
      table.goal,
      table.scenarioId,
      table.durationSeconds,
      table.isTest,
      table.enrichmentState,
      table.dialResult,
    ),
    // The calls of a contact: the trigger that computes its row, which every delivery runs, and the page of a call.
    index("calls_contact_idx").on(table.contactId, table.occurredAt, table.callId),
    // Order by duration in either direction, with calls without a duration last. The outcome is included for "no answer, by
    // duration": those calls have no duration, and reading the table rows of all calls before them would take seconds. With the column itself, calls of
    // a duration are counted in this index alone.
    index("calls_duration_idx")
      .on(sql`coalesce(duration_seconds, -1)`, table.callId, table.outcome, table.durationSeconds)
      .concurrently(),
    index("calls_shortest_idx").on(sql`coalesce(duration_seconds, 2147483647)`, table.callId, table.outcome),
    // A whole number: other calls of the customer, and numbers stored without their country.
    index("calls_phone_digits_idx")
      .on(table.phoneDigits)
      .where(sql`phone_digits is not null`),
    // A part of a number, by all groups of three digits in it (function `digit_groups`, migration 0013). New entries wait in a list that every search
    // reads, and that the delivery which fills it sorts in: so it is short.
    index("calls_phone_groups_idx")
      .using("gin", sql`digit_groups(phone_digits)`)
      .with({ gin_pending_list_limit: 512 })
      .concurrently(),
    // The list of reviewed calls. Only those.
    index("calls_reviewed_idx")
      .on(table.occurredAt, table.callId)
      .where(sql`reviewed_at is not null`),
    // The calls to ask the API about next (`db/calls/enrichment.ts`). Only those that wait.
    index("calls_enrichment_due_idx")
      .on(table.enrichmentDueAt)
      .where(sql`enrichment_due_at is not null`),
    // Small, because nearly every call is done. Serves the counts of the queue and the list of calls unknown to the vendor.
    index("calls_enrichment_state_idx")
      .on(table.enrichmentState, table.occurredAt, table.callId)
      .where(sql`enrichment_state <> 'done'`),
    // The newest calls of a kind (`db/schema/statistics.ts`): for each kind that a filter selects, a list reads the first ones here.
    index("calls_kind_idx")
      .on(
        sql`call_kind(scenario_id, outcome, goal, direction, language, attempt, dial_result, not is_test and enrichment_state <> 'not_found')`,
        table.occurredAt,
        table.callId,
      )
      .concurrently(),
    // The same with a duration between two others: calls that were not answered have none, and there are millions of them.
    index("calls_kind_duration_idx")
      .on(
        sql`call_kind(scenario_id, outcome, goal, direction, language, attempt, dial_result, not is_test and enrichment_state <> 'not_found')`,
        sql`coalesce(duration_seconds, -1)`,
        table.callId,
      )
      .concurrently(),
    check("calls_attempt_check", sql`attempt >= 1`),
    check("calls_enrichment_state_check", isOneOf(table.enrichmentState, ENRICHMENT_STATES)),
  ],
);

/**
 * The wide part of a call, read when one call is opened, exported or searched. The merge (`db/calls/merge.ts`) writes to this
 * table. When it changes which delivery the outcome came from, the trigger `call_details_outcome_changed` (migration 0007,
 * because drizzle cannot declare triggers) marks the earlier delivery as `superseded`.
 */
export const callDetails = pgTable(
  "call_details",
  {
    callId: text("call_id").primaryKey(),
    /** `{field: {v: value, k: rank of its source}}`: see `db/calls/merge.ts`. For the wide columns below, `v` is what `calls` needs of them. */
    facts: jsonb("facts").notNull(),
    transcript: jsonb("transcript"),
    corrections: jsonb("corrections"),
    report: jsonb("report"),
    responseBody: jsonb("response_body"),
    variables: jsonb("variables"),
    recordingUrl: text("recording_url"),
    recordingExpiresAt: instant("recording_expires_at"),
    /** On the API's origin, without an expiry. With `?t=` it is a credential. */
    permanentRecordingUrl: text("permanent_recording_url"),
    /** When retention deleted the recording's URL, which is never stored again. */
    recordingPurgedAt: instant("recording_purged_at"),
    transcriptPurgedAt: instant("transcript_purged_at"),
    /** The words of the transcript, normalized by `lib/text/search.ts`. */
    search: tsvector("search"),
    /** The customer's name, normalized the same way. In this table rather than in `calls`, so that one scan searches both. */
    nameSearch: tsvector("name_search"),
  },
  (table) => [
    index("call_details_search_idx").using("gin", table.search),
    index("call_details_name_search_idx").using("gin", table.nameSearch),
    // The names of all variables, for the head of an export: equal for all calls with the same names, so that a query jumps from one
    // set of names to the next (`db/calls/variables.ts`). A number, because an index row holds no list of 100,000 names.
    index("call_details_variable_names_idx")
      .on(sql`hashtextextended(jsonb_path_query_array(variables, '$.keyvalue().key')::text, 0)`)
      .where(sql`jsonb_typeof(variables) = 'object'`)
      .concurrently(),
  ],
);

/** Reviews of calls. The latest row of a call is valid; the older rows are the history. */
export const reviews = pgTable(
  "reviews",
  {
    callId: text("call_id").notNull(),
    id: uuid("id").notNull().defaultRandom(),
    decision: text("decision", { enum: REVIEW_DECISIONS }).notNull(),
    note: text("note"),
    userId: text("user_id").references(() => user.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.id] }),
    index("reviews_call_idx").on(table.callId, table.createdAt),
    index("reviews_user_idx").on(table.userId),
    check("reviews_decision_check", isOneOf(table.decision, REVIEW_DECISIONS)),
  ],
);

export type Call = typeof calls.$inferSelect;
export type CallDetails = typeof callDetails.$inferSelect;
export type Review = typeof reviews.$inferSelect;
