import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, smallint, text } from "drizzle-orm/pg-core";

import { MIN_AUDIT_DAYS } from "@/lib/privacy/audit-rule";

import { instant } from "./columns";

/** One row: the organization's settings. */
export const organization = pgTable(
  "organization",
  {
    id: boolean("id").primaryKey().default(true),
    name: text("name").notNull().default("Callboard"),
    /** IANA name. All pages, charts and files use this zone. */
    timeZone: text("time_zone").notNull().default("Asia/Riyadh"),
    /** The ISO weekday on which the week begins: 1 is Monday, 7 is Sunday. */
    weekStart: smallint("week_start").notNull().default(7),
    /** Days after which retention deletes each kind of data; null keeps it forever. See `db/privacy/retention.ts`. */
    recordingDays: integer("recording_days"),
    transcriptDays: integer("transcript_days"),
    callDays: integer("call_days"),
    deliveryDays: integer("delivery_days"),
    /** Days after which events of the audit log are deleted; null keeps them forever. See `db/privacy/audit-rule.ts`. */
    auditDays: integer("audit_days"),
    /** True: operators must reveal each number, which is audited. False: operators see all numbers. Viewers never see numbers. */
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
    check("organization_audit_days_check", sql.raw(`"organization"."audit_days" >= ${MIN_AUDIT_DAYS}`)),
  ],
);

/** Small values that processes and pages share, one row per key: the refused API key, counters, the pace of imports. */
export const states = pgTable("states", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

export type Organization = typeof organization.$inferSelect;
