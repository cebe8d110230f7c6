import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, smallint, text } from "drizzle-orm/pg-core";

import { instant } from "./columns";

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
    /** How many days after a call what is kept of it goes; null keeps it. See `db/privacy/retention.ts`. */
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

/** What the processes have to tell each other and the pages: one row a matter (the API's last answer, a secret's last use). */
export const states = pgTable("states", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

export type Organization = typeof organization.$inferSelect;
