import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, smallint, text } from "drizzle-orm/pg-core";

import type { Role } from "@/lib/people/role";
import { SECOND_FACTOR_RULES } from "@/lib/people/second-factor-rule";
import { MAX_LIFETIME_MINUTES, SESSION_LIMIT_DEFAULTS } from "@/lib/people/session-limits";
import { MIN_AUDIT_DAYS } from "@/lib/privacy/audit-rule";

import { instant, isOneOf } from "./columns";

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
    /** Who must have a second factor. A person without a password is exempt: the identity provider asks for theirs. */
    secondFactorRule: text("second_factor_rule", { enum: SECOND_FACTOR_RULES }).notNull().default("nobody"),
    /** True: only administrators can sign in with a password. */
    singleSignOnOnly: boolean("single_sign_on_only").notNull().default(false),
    /** Minutes without activity after which a session ends, by the role of its user. */
    viewerIdleMinutes: idleMinutes("viewer"),
    operatorIdleMinutes: idleMinutes("operator"),
    administratorIdleMinutes: idleMinutes("administrator"),
    /** Minutes after the sign-in at which a session ends in any case, by the role of its user. */
    viewerLifetimeMinutes: lifetimeMinutes("viewer"),
    operatorLifetimeMinutes: lifetimeMinutes("operator"),
    administratorLifetimeMinutes: lifetimeMinutes("administrator"),
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
    check("organization_second_factor_check", isOneOf(table.secondFactorRule, SECOND_FACTOR_RULES)),
    check(
      "organization_session_limits_check",
      sql`least(${table.viewerIdleMinutes}, ${table.operatorIdleMinutes}, ${table.administratorIdleMinutes},
          ${table.viewerLifetimeMinutes}, ${table.operatorLifetimeMinutes}, ${table.administratorLifetimeMinutes}) >= 1
        and greatest(${table.viewerLifetimeMinutes}, ${table.operatorLifetimeMinutes}, ${table.administratorLifetimeMinutes})
          <= ${sql.raw(String(MAX_LIFETIME_MINUTES))}`,
    ),
  ],
);

function idleMinutes(role: Role) {
  return integer(`${role}_idle_minutes`).notNull().default(SESSION_LIMIT_DEFAULTS[role].idle);
}

function lifetimeMinutes(role: Role) {
  return integer(`${role}_lifetime_minutes`).notNull().default(SESSION_LIMIT_DEFAULTS[role].lifetime);
}

/** Small values that processes and pages share, one row per key: the refused API key, counters, the pace of imports. */
export const states = pgTable("states", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

export type Organization = typeof organization.$inferSelect;
