import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

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
    receivedAt: instant("received_at").notNull().defaultNow(),
    lastReceivedAt: instant("last_received_at").notNull().defaultNow(),
    timesReceived: integer("times_received").notNull().default(1),
    sourceIp: text("source_ip"),
    secretLabel: text("secret_label").notNull(),
    /** `payload.type` verbatim; null if the delivery was never merged. */
    outcome: text("outcome"),
    /** A trigger of `call_details` also sets `superseded`: see `db/calls/merge.ts`. */
    verdict: text("verdict", { enum: VERDICTS }).notNull(),
    /** Why the delivery is quarantined: a code of `lib/delivery/quarantine-reason.ts`. */
    reason: text("reason"),
    /** Fields that are not credible, unknown or cut: `path: problem`, see `lib/sarj/flags.ts`. */
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
    // The page of a delivery knows only its id.
    index("deliveries_id_idx").on(table.id),
    check("deliveries_verdict_check", isOneOf(table.verdict, VERDICTS)),
  ],
);

export type Delivery = typeof deliveries.$inferSelect;
