import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/**
 * The tables. Every key of call data contains `call_id` and every join is on it, so the same schema shards by `call_id`.
 * Times are `timestamptz(3)`: a JavaScript Date holds milliseconds, and a keyset cursor made from a finer value skips rows.
 * Sets that the vendor controls are `text`, never an enum; sets that we control are `text` with a CHECK.
 *
 * Indexes are ascending, also for lists with the newest first: Postgres reads them backwards, and a descending one made by
 * drizzle (`DESC NULLS LAST`) serves no `ORDER BY … DESC`, which means NULLS FIRST.
 */

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

/** The inbox: every authenticated POST exactly as it came. `call_id` is '' where the body does not tell one. */
export const deliveries = pgTable(
  "deliveries",
  {
    callId: text("call_id").notNull(),
    id: uuid("id").notNull(),
    /** As received: still compressed where `content_encoding` says so. */
    body: bytea("body").notNull(),
    bodySha256: text("body_sha256").notNull(),
    contentType: text("content_type"),
    contentEncoding: text("content_encoding"),
    receivedAt: instant("received_at").notNull().defaultNow(),
    lastReceivedAt: instant("last_received_at").notNull().defaultNow(),
    timesReceived: integer("times_received").notNull().default(1),
    sourceIp: text("source_ip"),
    secretLabel: text("secret_label").notNull(),
    /** `payload.type` verbatim, null where the body could not be understood. */
    outcome: text("outcome"),
    verdict: text("verdict", { enum: ["applied", "duplicate", "superseded", "quarantined"] }).notNull(),
    /** Why it was quarantined or superseded: a code of `lib/sarj/webhook.ts`. */
    reason: text("reason"),
    /** Fields that came in a form that could not be believed and were stored as null: `path: problem`. */
    flags: text("flags")
      .array()
      .notNull()
      .default(sql`'{}'`),
    replayedAt: instant("replayed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.id] }),
    uniqueIndex("deliveries_body_key").on(table.callId, table.bodySha256),
    index("deliveries_received_idx").on(table.receivedAt, table.id),
    index("deliveries_verdict_idx").on(table.verdict, table.receivedAt, table.id),
    index("deliveries_reason_idx")
      .on(table.reason, table.receivedAt, table.id)
      .where(sql`reason is not null`),
    index("deliveries_secret_idx").on(table.secretLabel, table.receivedAt, table.id),
    // A delivery's page is asked for by its id alone: its call may not be known yet.
    index("deliveries_id_idx").on(table.id),
    check("deliveries_verdict_check", sql`${table.verdict} in ('applied','duplicate','superseded','quarantined')`),
  ],
);

/** One narrow row a call: all that a list, a filter or a chart reads. A projection of `call_details.facts`. */
export const calls = pgTable(
  "calls",
  {
    callId: text("call_id").primaryKey(),
    /** `payload.type` verbatim. Null only for a call that was imported by the API and never had a webhook. */
    outcome: text("outcome"),
    status: text("status"),
    direction: text("direction"),
    language: text("language"),
    interactionType: text("interaction_type"),
    phoneNumber: text("phone_number"),
    scenarioId: text("scenario_id"),
    /** Who was called, out of the call's variables. */
    customerName: text("customer_name"),
    /** `report.outcome.status` verbatim. */
    goal: text("goal"),
    /** The report's success criteria by their text: `{"<text>": {"met": true, "primary": false}}`. Null without a report. */
    criteria: jsonb("criteria").$type<Record<string, { met: boolean; primary: boolean }>>(),
    durationSeconds: integer("duration_seconds"),
    hasRecording: boolean("has_recording").notNull().default(false),
    createdAt: instant("created_at"),
    startedAt: instant("started_at"),
    endedAt: instant("ended_at"),
    /** The one time that lists and charts use. */
    occurredAt: instant("occurred_at")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(started_at, created_at, first_received_at)`),
    firstReceivedAt: instant("first_received_at").notNull().defaultNow(),
    lastReceivedAt: instant("last_received_at").notNull().defaultNow(),
    enrichmentState: text("enrichment_state", {
      enum: ["pending", "awaiting_report", "done", "not_found", "failed"],
    })
      .notNull()
      .default("pending"),
    enrichmentAttempts: smallint("enrichment_attempts").notNull().default(0),
    /** When the API is to be asked next; also the lease of whoever is asking. Null: nothing left to do. */
    enrichmentDueAt: instant("enrichment_due_at").default(sql`now()`),
    /** Why the last attempt failed: an `error.type` of the API or a code of `lib/sarj/api.ts`. */
    enrichmentError: text("enrichment_error"),
    /** When the API first confirmed that this call exists. */
    verifiedAt: instant("verified_at"),
    isTest: boolean("is_test").notNull().default(false),
    reviewedAt: instant("reviewed_at"),
  },
  (table) => [
    // The list pages by the first two; the statistics find all that they count in the rest and leave the table alone. A btree
    // row holds 2,704 bytes: `lib/sarj` and the merge cut these texts so that they fit, and no further one would.
    index("calls_occurred_idx").on(
      table.occurredAt,
      table.callId,
      table.outcome,
      table.goal,
      table.scenarioId,
      table.durationSeconds,
      table.isTest,
      table.enrichmentState,
    ),
    index("calls_outcome_idx").on(table.outcome, table.occurredAt, table.callId),
    // By duration, either way round with the calls that have none at the end. The outcome is for "no answer, by duration": none of
    // those has one, and a scan that looked into the table for each call on its way to them would take seconds.
    index("calls_longest_idx").on(sql`coalesce(duration_seconds, -1)`, table.callId, table.outcome),
    index("calls_shortest_idx").on(sql`coalesce(duration_seconds, 2147483647)`, table.callId, table.outcome),
    index("calls_phone_idx")
      .on(table.phoneNumber)
      .where(sql`phone_number is not null`),
    index("calls_scenario_idx")
      .on(table.scenarioId, table.occurredAt, table.callId)
      .where(sql`scenario_id is not null`),
    index("calls_reviewed_idx")
      .on(table.occurredAt, table.callId)
      .where(sql`reviewed_at is not null`),
    index("calls_first_received_idx").on(table.firstReceivedAt),
    index("calls_enrichment_due_idx")
      .on(table.enrichmentDueAt)
      .where(sql`enrichment_due_at is not null`),
    // Small, because nearly every call is done: the queue's counts and the calls that the vendor does not know.
    index("calls_enrichment_state_idx")
      .on(table.enrichmentState, table.occurredAt, table.callId)
      .where(sql`enrichment_state <> 'done'`),
    check(
      "calls_enrichment_state_check",
      sql`${table.enrichmentState} in ('pending','awaiting_report','done','not_found','failed')`,
    ),
  ],
);

/** The wide part, read when one call is opened, exported or searched. The merge happens here. */
export const callDetails = pgTable(
  "call_details",
  {
    callId: text("call_id").primaryKey(),
    /**
     * What is known and how good its source is: `{field: {v: value, k: rank}}`, see `db/merge.ts`. The wide fields below
     * have an entry without `v`.
     */
    facts: jsonb("facts").notNull(),
    transcript: jsonb("transcript"),
    corrections: jsonb("corrections"),
    report: jsonb("report"),
    responseBody: jsonb("response_body"),
    variables: jsonb("variables"),
    recordingUrl: text("recording_url"),
    recordingExpiresAt: instant("recording_expires_at"),
    /** When the organization's retention took it; it does not come back. */
    recordingPurgedAt: instant("recording_purged_at"),
    transcriptPurgedAt: instant("transcript_purged_at"),
    /** What was said, in the one spelling of `lib/search-text.ts`. */
    search: tsvector("search"),
    /** Who was called, in the same spelling. Here and not in `calls`, so that one scan finds either. */
    nameSearch: tsvector("name_search"),
  },
  (table) => [
    index("call_details_search_idx").using("gin", table.search),
    index("call_details_name_search_idx").using("gin", table.nameSearch),
  ],
);

/** What a person decided about a call. The latest row of a call stands; the older ones are its history. */
export const reviews = pgTable(
  "reviews",
  {
    callId: text("call_id").notNull(),
    id: uuid("id").notNull().defaultRandom(),
    decision: text("decision", { enum: ["resolved", "follow_up", "wrong_outcome", "cleared"] }).notNull(),
    note: text("note"),
    userId: text("user_id").references(() => user.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.id] }),
    index("reviews_call_idx").on(table.callId, table.createdAt),
    index("reviews_user_idx").on(table.userId),
    check("reviews_decision_check", sql`${table.decision} in ('resolved','follow_up','wrong_outcome','cleared')`),
  ],
);

/** One row: what the organization chose for everybody. */
export const organization = pgTable(
  "organization",
  {
    id: boolean("id").primaryKey().default(true),
    name: text("name").notNull().default("Callboard"),
    /** IANA name; every page, chart and file is in this zone. */
    timeZone: text("time_zone").notNull().default("Asia/Riyadh"),
    /** ISO weekday the week begins on, 1 Monday to 7 Sunday. */
    weekStart: smallint("week_start").notNull().default(7),
    /** How many days after a call what is kept of it goes; null keeps it. See `db/retention.ts`. */
    recordingDays: integer("recording_days"),
    transcriptDays: integer("transcript_days"),
    callDays: integer("call_days"),
    deliveryDays: integer("delivery_days"),
    /** Whether operators see numbers at once or reveal each, which is recorded. Viewers never see one. */
    maskNumbers: boolean("mask_numbers").notNull().default(false),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    check("organization_one_row", sql`${table.id}`),
    check("organization_week_start_check", sql`${table.weekStart} between 1 and 7`),
    check(
      "organization_days_check",
      sql`least(${table.recordingDays}, ${table.transcriptDays}, ${table.callDays}, ${table.deliveryDays}) >= 1`,
    ),
  ],
);

/** A list of calls that somebody wants fetched by the API: what came before Callboard, or what an outage lost. */
export const imports = pgTable(
  "imports",
  {
    id: uuid("id").primaryKey(),
    source: text("source", { enum: ["pasted", "file", "command"] }).notNull(),
    fileName: text("file_name"),
    userId: text("user_id").references(() => user.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    cancelledAt: instant("cancelled_at"),
  },
  (table) => [
    index("imports_created_idx").on(table.createdAt, table.id),
    index("imports_user_idx").on(table.userId),
    check("imports_source_check", sql`${table.source} in ('pasted','file','command')`),
  ],
);

/** One call of an import: what is left to do and what came of it. */
export const importItems = pgTable(
  "import_items",
  {
    importId: uuid("import_id")
      .notNull()
      .references(() => imports.id, { onDelete: "cascade" }),
    callId: text("call_id").notNull(),
    /** The place in the list, from 1. */
    position: integer("position").notNull(),
    state: text("state", { enum: ["pending", "imported", "already_there", "not_found", "failed", "cancelled"] })
      .notNull()
      .default("pending"),
    /** Why the last attempt failed: a code of `lib/sarj/api.ts`. */
    error: text("error"),
    attempts: smallint("attempts").notNull().default(0),
    /** When it is to be asked for next; also the lease of whoever is asking. Null: nothing left to do. */
    dueAt: instant("due_at").default(sql`now()`),
    doneAt: instant("done_at"),
  },
  (table) => [
    primaryKey({ columns: [table.importId, table.callId] }),
    index("import_items_position_idx").on(table.importId, table.position),
    index("import_items_state_idx").on(table.importId, table.state, table.position),
    index("import_items_due_idx")
      .on(table.dueAt, table.position)
      .where(sql`due_at is not null`),
    check(
      "import_items_state_check",
      sql`${table.state} in ('pending','imported','already_there','not_found','failed','cancelled')`,
    ),
  ],
);

/** What the processes have to tell each other and the pages: one row a matter (the API's last answer, a secret's last use). */
export const states = pgTable("states", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

/**
 * Who did what to personal data and to what others rely on. Append-only: a trigger refuses update, delete and truncate
 * (see the migration). No foreign keys: an event outlives the user and the call that it is about.
 */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    at: instant("at").notNull().defaultNow(),
    /** Null where nobody was signed in, or the product itself acted. */
    actorId: text("actor_id"),
    /** The name and address at that time. */
    actorName: text("actor_name"),
    actorEmail: text("actor_email"),
    action: text("action").notNull(),
    callId: text("call_id"),
    /** Whom or what else it is about: a user's address, a setting's name. */
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

/** Erasures of a person by phone number, past and under way. */
export const erasures = pgTable(
  "erasures",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    /** The number's digits while it is worked on; null from the end on, so that the record itself keeps nothing. */
    digits: text("digits"),
    /** `+…67` */
    masked: text("masked").notNull(),
    state: text("state", { enum: ["running", "done", "failed"] })
      .notNull()
      .default("running"),
    /** What is being looked through, and up to which key. */
    step: text("step", { enum: ["calls", "details", "deliveries", "reviews"] })
      .notNull()
      .default("calls"),
    cursor: text("cursor").notNull().default(""),
    leasedUntil: instant("leased_until"),
    callsDeleted: integer("calls_deleted").notNull().default(0),
    deliveriesDeleted: integer("deliveries_deleted").notNull().default(0),
    reviewsDeleted: integer("reviews_deleted").notNull().default(0),
    callsRedacted: integer("calls_redacted").notNull().default(0),
    notesRedacted: integer("notes_redacted").notNull().default(0),
    error: text("error"),
    requestedBy: text("requested_by"),
    requestedAt: instant("requested_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    index("erasures_requested_idx").on(table.requestedAt),
    check("erasures_state_check", sql`${table.state} in ('running','done','failed')`),
    check("erasures_step_check", sql`${table.step} in ('calls','details','deliveries','reviews')`),
    check("erasures_digits_check", sql`${table.state} = 'running' or ${table.digits} is null`),
  ],
);

/* ── The tables of better-auth, in its own names ─────────────────────────────────────────────────────────────────── */

export const user = pgTable(
  "user",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull().unique(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    role: text("role", { enum: ["viewer", "operator", "administrator"] })
      .notNull()
      .default("viewer"),
    /** Null while an invitation waits to be accepted. */
    activatedAt: instant("activated_at").defaultNow(),
    /** Not null: may not sign in, and has no sessions. */
    deactivatedAt: instant("deactivated_at"),
    /** To the nearest few minutes. */
    lastSeenAt: instant("last_seen_at"),
    twoFactorEnabled: boolean("two_factor_enabled").notNull().default(false),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [check("user_role_check", sql`${table.role} in ('viewer','operator','administrator')`)],
);

/** Links that let somebody choose a password, once: an invitation or a reset. One a person; the newest replaces the one before it. */
export const oneTimeLinks = pgTable(
  "one_time_links",
  {
    /** SHA-256 of the token in the link, in hex: who reads this table cannot use a link. */
    tokenHash: text("token_hash").primaryKey(),
    userId: text("user_id")
      .notNull()
      .unique()
      .references(() => user.id, { onDelete: "cascade" }),
    purpose: text("purpose", { enum: ["invite", "reset"] }).notNull(),
    createdBy: text("created_by").references(() => user.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [
    index("one_time_links_created_by_idx").on(table.createdBy),
    check("one_time_links_purpose_check", sql`${table.purpose} in ('invite','reset')`),
  ],
);

export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull().unique(),
    expiresAt: instant("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    /** To the nearest few minutes. */
    lastSeenAt: instant("last_seen_at"),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [index("session_user_idx").on(table.userId)],
);

export const account = pgTable(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: instant("access_token_expires_at"),
    refreshTokenExpiresAt: instant("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [index("account_user_idx").on(table.userId)],
);

export const verification = pgTable(
  "verification",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [index("verification_identifier_idx").on(table.identifier)],
);

/** The second factor of who has one: `secret` and `backup_codes` are encrypted with AUTH_SECRET. */
export const twoFactor = pgTable("two_factor", {
  id: text("id").primaryKey(),
  secret: text("secret").notNull(),
  backupCodes: text("backup_codes").notNull(),
  userId: text("user_id")
    .notNull()
    .unique()
    .references(() => user.id, { onDelete: "cascade" }),
  /** False between the picture being shown and the first right code. */
  verified: boolean("verified").notNull().default(true),
  failedVerificationCount: integer("failed_verification_count").notNull().default(0),
  lockedUntil: instant("locked_until"),
});

export const rateLimit = pgTable("rate_limit", {
  id: text("id").primaryKey(),
  key: text("key").notNull().unique(),
  count: integer("count").notNull(),
  lastRequest: bigint("last_request", { mode: "number" }).notNull(),
});

export type Delivery = typeof deliveries.$inferSelect;
export type Call = typeof calls.$inferSelect;
export type CallDetails = typeof callDetails.$inferSelect;
export type Review = typeof reviews.$inferSelect;
export type Import = typeof imports.$inferSelect;
export type ImportItem = typeof importItems.$inferSelect;
export type Organization = typeof organization.$inferSelect;
export type User = typeof user.$inferSelect;
export type AuditEvent = typeof auditEvents.$inferSelect;
export type Erasure = typeof erasures.$inferSelect;
export type Role = User["role"];
