import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { VERDICTS } from "@/lib/delivery/verdict";

import { bytea, instant, isOneOf } from "./columns";

/** The delivery log: every authenticated POST exactly as received. `call_id` is '' if the body has no credible call id. */
export const deliveries = pgTable(
  "deliveries",
  {
    callId: text("call_id").notNull(),
    id: uuid("id").notNull(),
    /** As received: compressed if `content_encoding` says so. */
    body: bytea("body").notNull(),
    bodySha256: text("body_sha256").notNull(),
    contentType: text("content_type"),
    contentEncoding: text("content_encoding"),
    /** The request's headers, without cookies, authorization and our own secrets: see `lib/http/kept-headers.ts`. Null before they were kept. */
    headers: jsonb("headers").$type<Record<string, string>>(),
    receivedAt: instant("received_at").notNull().defaultNow(),
    lastReceivedAt: instant("last_received_at").notNull().defaultNow(),
    timesReceived: integer("times_received").notNull().default(1),
    /** The ids of the latest requests that repeated this body, so that a request whose statement is tried again counts once. */
    copyIds: uuid("copy_ids")
      .array()
      .notNull()
      .default(sql`'{}'`),
    sourceIp: text("source_ip"),
    secretLabel: text("secret_label").notNull(),
    /** `payload.type` verbatim; null if the delivery was never merged. */
    outcome: text("outcome"),
    /** A trigger of `call_details` also sets `superseded`: see `db/calls/merge.ts`. */
    verdict: text("verdict", { enum: VERDICTS }).notNull(),
    /** Why the delivery is quarantined: a code of `lib/delivery/quarantine-reason.ts`. */
    reason: text("reason"),
    /** Fields that are not credible, unknown or cut: `path: problem`, see `lib/delivery/flags.ts`. */
    flags: text("flags")
      .array()
      .notNull()
      .default(sql`'{}'`),
    replayedAt: instant("replayed_at"),
    /** When the row was written, by the database's clock. Orders the rows for the contract watch. */
    storedAt: instant("stored_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.id] }),
    // The same body again (`db/deliveries/record-rows.ts`), and the deliveries of a call.
    uniqueIndex("deliveries_body_key").on(table.callId, table.bodySha256),
    // The log, newest first (`db/deliveries/list.ts`), the arrivals of each hour (`arrivals.ts`), and what retention deletes, oldest first.
    index("deliveries_received_idx").on(table.receivedAt, table.id),
    // The log of one verdict, and how many deliveries are quarantined, which `/api/health` and each page ask (`health.ts`).
    index("deliveries_verdict_idx").on(table.verdict, table.receivedAt, table.id),
    // The quarantine by reason: its counts, and the batches that are replayed (`replay.ts`). Nearly empty.
    index("deliveries_reason_idx")
      .on(table.reason, table.receivedAt, table.id)
      .where(sql`reason is not null`),
    // When each secret was used last, and the log of one secret. A secret that is about to be removed may have no delivery among millions.
    index("deliveries_secret_idx").on(table.secretLabel, table.receivedAt, table.id),
    // The page of a delivery knows only its id. Ids begin with their time, so the index grows at its end.
    index("deliveries_id_idx").on(table.id),
    // The contract watch goes on behind its cursor (`sightings.ts`). Nearly empty.
    index("deliveries_flagged_idx")
      .on(table.storedAt, table.id)
      .where(sql`flags <> '{}'`),
    check("deliveries_verdict_check", isOneOf(table.verdict, VERDICTS)),
  ],
);

/** The latest answers of `GET /calls/{call_id}`, as received. Kept, masked, deleted and erased like the bodies of deliveries. */
export const apiAnswers = pgTable(
  "api_answers",
  {
    callId: text("call_id").notNull(),
    id: uuid("id").notNull().defaultRandom(),
    body: bytea("body").notNull(),
    /** When the answer was requested, which is its rank in the merge. */
    answeredAt: instant("answered_at").notNull(),
    storedAt: instant("stored_at").notNull().defaultNow(),
    flags: text("flags")
      .array()
      .notNull()
      .default(sql`'{}'`),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.id] }),
    index("api_answers_answered_idx").on(table.answeredAt, table.callId, table.id),
    index("api_answers_flagged_idx")
      .on(table.storedAt, table.id)
      .where(sql`flags <> '{}'`),
  ],
);

/** The contract watch: every flag that was seen, and how often. Computed from the flags of `deliveries` and `api_answers`. */
export const contractSightings = pgTable("contract_sightings", {
  /** `path: problem`, see `lib/delivery/flags.ts`. */
  flag: text("flag").primaryKey(),
  /** The number of deliveries, or of answers of the API. */
  count: integer("count").notNull(),
  firstSeenAt: instant("first_seen_at").notNull(),
  lastSeenAt: instant("last_seen_at").notNull(),
});

export type Delivery = typeof deliveries.$inferSelect;
