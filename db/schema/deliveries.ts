import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { VERDICTS } from "@/lib/delivery/verdict";

import { bytea, instant, isOneOf } from "./columns";

/** The delivery log: every authenticated POST exactly as received. `call_id` is '' where the body has no credible one. */
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
    /** `superseded` is also set by a trigger of `call_details`: see `db/calls/merge.ts`. */
    verdict: text("verdict", { enum: VERDICTS }).notNull(),
    /** Why it is quarantined: a code of `lib/sarj/interpret.ts`. */
    reason: text("reason"),
    /** Fields that were not credible, unknown or cut: `path: problem`, see `lib/sarj/flags.ts`. */
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
    // A delivery's page knows only its id.
    index("deliveries_id_idx").on(table.id),
    check("deliveries_verdict_check", isOneOf(table.verdict, VERDICTS)),
  ],
);

export type Delivery = typeof deliveries.$inferSelect;
