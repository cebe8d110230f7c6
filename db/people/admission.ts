import { and, eq, isNull, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { organization } from "@/db/schema/organization";
import { oneTimeLinks, user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

import { isLinkValid } from "./one-time-links";
import { hasSignInMethod } from "./users";

/** Who may have a session, and to whose account single sign-on may be connected. */

type Admission =
  | {
      ok: true;
      role: Role;
      /** An invited user signs in for the first time, by single sign-on, which accepts the invitation and deletes its link. */
      isJoining: boolean;
      /** The time of the database. */
      at: Date;
    }
  /**
   * `deactivated`: the user is deactivated or does not exist. `uninvited`: invited, but the invitation has ended. `singleSignOnOnly`: only
   * administrators may sign in with a password.
   */
  | { ok: false; reason: "deactivated" | "uninvited" | "singleSignOnOnly" };

/** Call it before a session is created; refuse the session if the answer says so. */
export async function admitAtSignIn(userId: string, { isByPassword }: { isByPassword: boolean }): Promise<Admission> {
  return db.transaction(async (transaction) => {
    const [person] = await transaction
      .select({
        role: user.role,
        activatedAt: user.activatedAt,
        isSingleSignOnOnly: sql<boolean>`exists (select 1 from ${organization} where single_sign_on_only)`,
        at: sql`clock_timestamp()::timestamptz(3)`.mapWith(user.updatedAt),
      })
      .from(user)
      .where(and(eq(user.id, userId), isNull(user.deactivatedAt)))
      .for("update");
    if (person === undefined) {
      return { ok: false, reason: "deactivated" };
    }
    if (isByPassword && person.isSingleSignOnOnly && person.role !== "administrator") {
      return { ok: false, reason: "singleSignOnOnly" };
    }
    const isJoining = person.activatedAt === null;
    if (isJoining) {
      const accepted = await transaction
        .delete(oneTimeLinks)
        .where(and(eq(oneTimeLinks.userId, userId), eq(oneTimeLinks.purpose, "invite"), isLinkValid))
        .returning({ userId: oneTimeLinks.userId });
      if (accepted.length === 0) {
        return { ok: false, reason: "uninvited" };
      }
    }
    await transaction
      .update(user)
      .set({ activatedAt: sql`coalesce(${user.activatedAt}, now())`, lastSeenAt: sql`now()` })
      .where(eq(user.id, userId));
    return { ok: true, role: person.role, isJoining, at: person.at };
  });
}

/**
 * Whether single sign-on may connect itself to a user whom only the verified e-mail identifies. `invited` and `bare` users have nothing that
 * this would skip: a `bare` one is active, but has neither a password nor a second factor. A `connected` one is somebody else at the provider, which
 * may give the e-mail of one person to another later (OpenID Connect Core, 5.7). All others connect it from inside their account.
 */
export async function connectsAtSignIn(
  userId: string,
): Promise<"invited" | "bare" | "connected" | "uninvited" | "deactivated" | "protected"> {
  const [person] = await db
    .select({
      activatedAt: user.activatedAt,
      deactivatedAt: user.deactivatedAt,
      isConnected: hasSignInMethod("single sign-on"),
      isProtected: sql<boolean>`${user.twoFactorEnabled} or ${hasSignInMethod("password")}`,
      isInvited: sql<boolean>`exists (select 1 from ${oneTimeLinks}
        where ${oneTimeLinks}.user_id = ${user}.id and ${oneTimeLinks}.purpose = 'invite' and ${isLinkValid})`,
    })
    .from(user)
    .where(eq(user.id, userId));
  if (person === undefined || person.deactivatedAt !== null) {
    return "deactivated";
  }
  if (person.isProtected) {
    return "protected";
  }
  if (person.isConnected) {
    return "connected";
  }
  return person.activatedAt !== null ? "bare" : person.isInvited ? "invited" : "uninvited";
}

/** Sets a user's name, from the identity provider, if it is empty: invitations may have no name. */
export async function setNameIfEmpty(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(and(eq(user.id, userId), eq(user.name, "")));
}
