import { and, asc, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { account, oneTimeLinks, user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

import { isLinkValid } from "./one-time-links";

type UserState = "invited" | "active" | "deactivated";

export type Person = {
  id: string;
  /** May be empty while the user is invited. */
  name: string;
  email: string;
  role: Role;
  state: UserState;
  lastSeenAt: Date | null;
  twoFactorEnabled: boolean;
  /** Both are false for an invited user. */
  hasPassword: boolean;
  hasSingleSignOn: boolean;
  /** When the invitation or reset link expires; null if there is no link that works. */
  linkExpiresAt: Date | null;
};

/** All users, sorted by name. Not paged, because an organization has at most some dozens of users. */
export async function listUsers(): Promise<Person[]> {
  return db
    .select({
      id: user.id,
      name: user.name,
      email: user.email,
      role: user.role,
      state: sql<UserState>`case when ${user.deactivatedAt} is not null then 'deactivated'
        when ${user.activatedAt} is null then 'invited' else 'active' end`,
      lastSeenAt: user.lastSeenAt,
      twoFactorEnabled: user.twoFactorEnabled,
      hasPassword: hasSignInMethod("password"),
      hasSingleSignOn: hasSignInMethod("single sign-on"),
      linkExpiresAt: oneTimeLinks.expiresAt,
    })
    .from(user)
    .leftJoin(oneTimeLinks, and(eq(oneTimeLinks.userId, user.id), isLinkValid))
    .orderBy(asc(sql`lower(coalesce(nullif(${user.name}, ''), ${user.email}))`), asc(user.id));
}

/** Whether there is any user, in any state. If not, the setup page is open. */
export async function hasUsers(): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).limit(1);
  return rows.length > 0;
}

/** Whether a user in any state has this e-mail, which must be in lower case, as stored. */
export async function isKnownEmail(email: string): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).where(eq(user.email, email)).limit(1);
  return rows.length > 0;
}

/** The e-mail of a user; null if the user does not exist. */
export async function readEmail(userId: string): Promise<string | null> {
  const [row] = await db.select({ email: user.email }).from(user).where(eq(user.id, userId));
  return row?.email ?? null;
}

/** How a user can sign in. All values are false if the user does not exist. */
export async function readSignInMethods(
  userId: string,
): Promise<{ hasPassword: boolean; hasSingleSignOn: boolean; twoFactorEnabled: boolean }> {
  const [row] = await db
    .select({
      hasPassword: hasSignInMethod("password"),
      hasSingleSignOn: hasSignInMethod("single sign-on"),
      twoFactorEnabled: user.twoFactorEnabled,
    })
    .from(user)
    .where(eq(user.id, userId));
  return row ?? { hasPassword: false, hasSingleSignOn: false, twoFactorEnabled: false };
}

/** A condition for queries over `user`. better-auth stores each sign-in method as a row of `account`. */
export function hasSignInMethod(method: "password" | "single sign-on") {
  const isMethod =
    method === "password" ? sql`method.provider_id = 'credential'` : sql`method.provider_id <> 'credential'`;
  return sql<boolean>`exists (select 1 from ${account} as method where method.user_id = ${user}.id and ${isMethod})`;
}
