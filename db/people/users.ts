import { asc, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { account, oneTimeLinks, user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

type UserState = "invited" | "active" | "deactivated";

export type Person = {
  id: string;
  /** Empty until somebody invited has given it. */
  name: string;
  email: string;
  role: Role;
  state: UserState;
  lastSeenAt: Date | null;
  twoFactorEnabled: boolean;
  /** Both are false for somebody invited. */
  hasPassword: boolean;
  hasSingleSignOn: boolean;
  /** When the invitation or reset link expires or expired; null where there is none. */
  linkExpiresAt: Date | null;
  isLinkExpired: boolean;
};

/** All users by name. An organization has tens of them, so the list is not paged. */
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
      isLinkExpired: sql<boolean>`coalesce(${oneTimeLinks.expiresAt} <= now(), false)`,
    })
    .from(user)
    .leftJoin(oneTimeLinks, eq(oneTimeLinks.userId, user.id))
    .orderBy(asc(sql`lower(coalesce(nullif(${user.name}, ''), ${user.email}))`), asc(user.id));
}

/** Whether there is any user, in whatever state. Without one, the setup page is open. */
export async function hasUsers(): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).limit(1);
  return rows.length > 0;
}

/** Whether a user has this e-mail, in whatever state. E-mails are stored in lower case. */
export async function isKnownEmail(email: string): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).where(eq(user.email, email)).limit(1);
  return rows.length > 0;
}

/** The e-mail of a user; null where there is no such user. */
export async function readEmail(userId: string): Promise<string | null> {
  const [row] = await db.select({ email: user.email }).from(user).where(eq(user.id, userId));
  return row?.email ?? null;
}

/** How a user can sign in. All false where there is no such user. */
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

/** For a query over `user`: better-auth keeps each method as a row of `account`. */
function hasSignInMethod(method: "password" | "single sign-on") {
  const isMethod =
    method === "password" ? sql`method.provider_id = 'credential'` : sql`method.provider_id <> 'credential'`;
  return sql<boolean>`exists (select 1 from ${account} as method where method.user_id = ${user}.id and ${isMethod})`;
}
