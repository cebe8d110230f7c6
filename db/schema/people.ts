import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";

import { LINK_PURPOSES } from "@/lib/people/link-purpose";
import { NOTICE_KINDS } from "@/lib/people/notice";
import { ROLES } from "@/lib/people/role";
import { SESSION_ENDS } from "@/lib/people/session-end";

import { instant, isOneOf, logPosition } from "./columns";

export const user = pgTable(
  "user",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull().unique(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    role: text("role", { enum: ROLES }).notNull().default("viewer"),
    /** Null until the user accepts the invitation. */
    activatedAt: instant("activated_at").defaultNow(),
    /** If not null, the user cannot sign in and has no sessions. */
    deactivatedAt: instant("deactivated_at"),
    /** To the nearest few minutes. */
    lastSeenAt: instant("last_seen_at"),
    twoFactorEnabled: boolean("two_factor_enabled").notNull().default(false),
    /** Where the primary's log ended after the user's last change. Null without a replica. See `db/people/last-change.ts`. */
    lastChangePosition: logPosition("last_change_position"),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [check("user_role_check", isOneOf(table.role, ROLES))],
);

/** One-time links to choose a password: invitations and resets. A user has at most one; a new link replaces the old one. */
export const oneTimeLinks = pgTable(
  "one_time_links",
  {
    /** Hex SHA-256 of the token in the link, so that this table does not reveal usable links. */
    tokenHash: text("token_hash").primaryKey(),
    userId: text("user_id")
      .notNull()
      .unique()
      .references(() => user.id, { onDelete: "cascade" }),
    purpose: text("purpose", { enum: LINK_PURPOSES }).notNull(),
    createdBy: text("created_by").references(() => user.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
  },
  (table) => [
    index("one_time_links_created_by_idx").on(table.createdBy),
    check("one_time_links_purpose_check", isOneOf(table.purpose, LINK_PURPOSES)),
  ],
);

/** Read it through `db/people/sessions.ts`: a session can be over before `expires_at`. */
export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull().unique(),
    /** The latest end. The limits of the role, in `organization`, usually end the session before. In the past once it was ended. */
    expiresAt: instant("expires_at").notNull(),
    /** Why the session was ended before its time; null while it has not been. */
    endReason: text("end_reason", { enum: SESSION_ENDS }),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    /** The latest activity of a person, to the nearest minute. Pages that refresh themselves do not count. */
    lastSeenAt: instant("last_seen_at"),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    index("session_user_idx").on(table.userId),
    index("session_expires_idx").on(table.expiresAt),
    check("session_end_reason_check", isOneOf(table.endReason, SESSION_ENDS)),
  ],
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
  (table) => [
    index("verification_identifier_idx").on(table.identifier),
    index("verification_expires_idx").on(table.expiresAt),
  ],
);

/** A user's second factor. `secret` and `backup_codes` are encrypted with AUTH_SECRET. */
export const twoFactor = pgTable("two_factor", {
  id: text("id").primaryKey(),
  secret: text("secret").notNull(),
  backupCodes: text("backup_codes").notNull(),
  userId: text("user_id")
    .notNull()
    .unique()
    .references(() => user.id, { onDelete: "cascade" }),
  /** False until the user enters a correct code for the first time. */
  verified: boolean("verified").notNull().default(true),
  failedVerificationCount: integer("failed_verification_count").notNull().default(0),
  lockedUntil: instant("locked_until"),
});

export const rateLimit = pgTable(
  "rate_limit",
  {
    id: text("id").primaryKey(),
    key: text("key").notNull().unique(),
    count: integer("count").notNull(),
    lastRequest: bigint("last_request", { mode: "number" }).notNull(),
  },
  (table) => [index("rate_limit_last_request_idx").on(table.lastRequest)],
);

/** The browsers in which a user has completed a sign-in, second factor included. Several users may share a browser, each with a row. */
export const knownDevices = pgTable(
  "known_devices",
  {
    id: uuid("id").notNull().unique().defaultRandom(),
    /** Hex SHA-256 of the token in the browser's cookie. */
    tokenHash: text("token_hash").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    userAgent: text("user_agent"),
    createdAt: instant("created_at").notNull().defaultNow(),
    /** The latest sign-in. */
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tokenHash, table.userId] }),
    index("known_devices_user_idx").on(table.userId, table.lastSeenAt),
  ],
);

/** What an account's owner is told: sign-ins from new devices, changes of what protects the account, attempts to get in. */
export const notices = pgTable(
  "notices",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: NOTICE_KINDS }).notNull(),
    detail: jsonb("detail").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    readAt: instant("read_at"),
    /** When the e-mail is sent or tried again; null if there is nothing to send: it was sent, given up, or e-mail was not set up. */
    mailDueAt: instant("mail_due_at"),
    mailTries: integer("mail_tries").notNull().default(0),
    mailedAt: instant("mailed_at"),
  },
  (table) => [
    index("notices_user_idx").on(table.userId, table.createdAt),
    index("notices_mail_due_idx")
      .on(table.mailDueAt)
      .where(sql`mail_due_at is not null`),
    check("notices_kind_check", isOneOf(table.kind, NOTICE_KINDS)),
  ],
);

export type User = typeof user.$inferSelect;
