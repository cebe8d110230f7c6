import { randomUUID } from "node:crypto";

import { and, eq, isNull, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { type NewAuditEvent, recordAuditEvent, recordIfChanged } from "@/db/privacy/audit";
import { oneTimeLinks, user } from "@/db/schema/people";
import type { LinkPurpose } from "@/lib/people/link-purpose";
import type { Role } from "@/lib/people/role";

import { revokePendingAccessIn, setPassword } from "./password";
import { endSessions } from "./sessions";

/**
 * Invitations and password resets: links that let a user choose a password, once. A user has at most one link, and it works only while
 * its issuer is an active administrator. `tokenHash` is `hashToken` of the token in the URL (SHA-256, hex).
 */

type InviteAnswer = { ok: true; id: string; expiresAt: Date } | { ok: false; reason: "exists" };

/**
 * Creates an invited user, who can only redeem the link, which expires after `hours`. `exists`: a user with this e-mail exists, in any
 * state. `event` is written in the same transaction.
 */
export async function inviteUser(
  values: {
    email: string;
    name: string;
    role: Role;
    tokenHash: string;
    hours: number;
    invitedBy: string;
  },
  event?: NewAuditEvent,
): Promise<InviteAnswer> {
  return db.transaction(async (transaction) => {
    const added = await transaction
      .insert(user)
      .values({
        id: randomUUID(),
        name: values.name,
        email: values.email.toLowerCase(),
        // The administrator has chosen the address, and users cannot change it.
        emailVerified: true,
        role: values.role,
        activatedAt: null,
      })
      .onConflictDoNothing({ target: user.email })
      .returning({ id: user.id });
    const [invited] = added;
    if (invited === undefined) {
      return { ok: false, reason: "exists" };
    }
    const [link] = await transaction
      .insert(oneTimeLinks)
      .values({
        tokenHash: values.tokenHash,
        userId: invited.id,
        purpose: "invite",
        createdBy: values.invitedBy,
        expiresAt: hoursFromNow(values.hours),
      })
      .returning({ expiresAt: oneTimeLinks.expiresAt });
    await recordIfChanged(transaction, added, event);
    return { ok: true, id: invited.id, expiresAt: link?.expiresAt ?? new Date() };
  });
}

/** Deletes an invited user and the link. False if the user does not exist or has accepted. `event` is written in the same transaction. */
export async function revokeInvitation(userId: string, event?: NewAuditEvent): Promise<boolean> {
  return db.transaction(async (transaction) => {
    const deleted = await transaction
      .delete(user)
      .where(and(eq(user.id, userId), isNull(user.activatedAt)))
      .returning({ id: user.id });
    return recordIfChanged(transaction, deleted, event);
  });
}

/**
 * Issues a new link, which replaces the previous one: an invitation for an invited user, a password reset for an active one. null if the
 * user does not exist or is deactivated.
 */
export async function issueLink(values: {
  userId: string;
  tokenHash: string;
  hours: number;
  createdBy: string;
}): Promise<{ purpose: LinkPurpose; name: string; email: string; expiresAt: Date } | null> {
  return db.transaction(async (transaction) => {
    const [person] = await transaction
      .select({ name: user.name, email: user.email, activatedAt: user.activatedAt })
      .from(user)
      .where(and(eq(user.id, values.userId), isNull(user.deactivatedAt)))
      .for("update");
    if (person === undefined) {
      return null;
    }
    const { name, email, activatedAt } = person;
    const purpose = activatedAt === null ? "invite" : "reset";
    const link = {
      tokenHash: values.tokenHash,
      purpose,
      createdBy: values.createdBy,
      createdAt: sql`now()`,
      expiresAt: hoursFromNow(values.hours),
    } as const;
    const [issued] = await transaction
      .insert(oneTimeLinks)
      .values({ ...link, userId: values.userId })
      .onConflictDoUpdate({ target: oneTimeLinks.userId, set: link })
      .returning({ expiresAt: oneTimeLinks.expiresAt });
    return { purpose, name, email, expiresAt: issued?.expiresAt ?? new Date() };
  });
}

export type OpenLink = {
  purpose: LinkPurpose;
  name: string;
  email: string;
  role: Role;
  /** The name of the administrator who issued the link; null if the name is empty. */
  from: string | null;
};

/** Reads a valid link; null if it is unknown, used, replaced or expired, its user is deactivated, or its issuer is no administrator. */
export async function readLink(tokenHash: string): Promise<OpenLink | null> {
  const from = sql<
    string | null
  >`(select nullif(issuer.name, '') from ${user} as issuer where issuer.id = ${oneTimeLinks.createdBy})`;
  const [link] = await db
    .select({ purpose: oneTimeLinks.purpose, name: user.name, email: user.email, role: user.role, from })
    .from(oneTimeLinks)
    .innerJoin(user, eq(user.id, oneTimeLinks.userId))
    .where(and(eq(oneTimeLinks.tokenHash, tokenHash), isNull(user.deactivatedAt), isLinkValid));
  return link ?? null;
}

/**
 * Redeems a link: sets the password, activates an invited user, and ends all sessions and pending sign-ins. Of several concurrent
 * requests, only one succeeds. null if the link is not valid (see `readLink`) or has another purpose. The audit event is written in the
 * same transaction.
 */
export async function redeemLink(values: {
  tokenHash: string;
  purpose: LinkPurpose;
  passwordHash: string;
  /** The new user's name. Ignored for a reset. */
  name?: string;
  /** The IP address of the request. */
  sourceIp?: string | null;
}): Promise<{ id: string; name: string; email: string } | null> {
  return db.transaction(async (transaction) => {
    const [link] = await transaction
      .delete(oneTimeLinks)
      .where(and(eq(oneTimeLinks.tokenHash, values.tokenHash), eq(oneTimeLinks.purpose, values.purpose), isLinkValid))
      .returning({ userId: oneTimeLinks.userId });
    if (link === undefined) {
      return null;
    }
    const [person] = await transaction
      .update(user)
      .set({
        ...(values.purpose === "invite" && values.name ? { name: values.name } : {}),
        activatedAt: sql`coalesce(${user.activatedAt}, now())`,
        updatedAt: sql`now()`,
      })
      .where(and(eq(user.id, link.userId), isNull(user.deactivatedAt)))
      .returning({ id: user.id, name: user.name, email: user.email });
    if (person === undefined) {
      return null;
    }
    await endSessions(link.userId, "password", { on: transaction });
    await revokePendingAccessIn(transaction, link.userId);
    await setPassword(transaction, link.userId, values.passwordHash);
    await recordAuditEvent(
      {
        actor: person,
        action: values.purpose === "invite" ? "user_joined" : "password_reset",
        subject: person.email,
        sourceIp: values.sourceIp ?? null,
      },
      transaction,
    );
    return person;
  });
}

/**
 * A condition for queries over `one_time_links`: the link has not expired, and its issuer is an active administrator. Deactivating or demoting
 * an administrator deletes the links that they issued; this condition also covers a link that is issued at the same time.
 */
export const isLinkValid = sql<boolean>`(${oneTimeLinks.expiresAt} > now() and exists (
  select 1 from ${user} as issuer
  where issuer.id = ${oneTimeLinks.createdBy} and issuer.role = 'administrator' and issuer.deactivated_at is null
))`;

function hoursFromNow(hours: number) {
  return sql`now() + make_interval(hours => ${hours})`;
}
