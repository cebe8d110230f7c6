import { randomUUID } from "node:crypto";

import { and, asc, eq, isNotNull, isNull, or, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { type AuditEntry, recordAudit } from "@/db/privacy/audit";
import { account, oneTimeLinks, session, twoFactor, user, verification } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

/** Any numbers, as long as every process uses the same ones. The first makes "the first" mean one, the second "the last". */
const FIRST_USER_LOCK = 7_215_003;
const ADMINISTRATORS_LOCK = 7_215_004;

export const USER_STATES = ["invited", "active", "deactivated"] as const;
export type UserState = (typeof USER_STATES)[number];

export type Person = {
  id: string;
  /** Empty while someone invited has not said it. */
  name: string;
  email: string;
  role: Role;
  state: UserState;
  lastSeenAt: Date | null;
  twoFactorEnabled: boolean;
  /** The ways in: none yet for somebody invited. */
  hasPassword: boolean;
  hasSingleSignOn: boolean;
  /** When the open invitation or reset link ends or ended; null where there is none. */
  linkExpiresAt: Date | null;
  isLinkExpired: boolean;
};

/** Everybody, by name. An organization has tens of them, so there are no pages. */
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
      hasPassword: hasWayIn("password"),
      hasSingleSignOn: hasWayIn("single sign-on"),
      linkExpiresAt: oneTimeLinks.expiresAt,
      isLinkExpired: sql<boolean>`coalesce(${oneTimeLinks.expiresAt} <= now(), false)`,
    })
    .from(user)
    .leftJoin(oneTimeLinks, eq(oneTimeLinks.userId, user.id))
    .orderBy(asc(sql`lower(coalesce(nullif(${user.name}, ''), ${user.email}))`), asc(user.id));
}

/** Whether somebody has this e-mail, in whatever state. It is stored in lower case. */
export async function isKnownEmail(email: string): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).where(eq(user.email, email)).limit(1);
  return rows.length > 0;
}

/** Whether anybody can sign in at all. */
export async function hasUsers(): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).limit(1);
  return rows.length > 0;
}

/**
 * Creates the first administrator if there is no user at all, and says whether it did. Safe to call from several processes at once.
 * `passwordHash` is better-auth's own (`hashPassword` of "better-auth/crypto"); the e-mail is stored in lower case, as better-auth
 * looks it up.
 */
export async function createFirstAdministrator(values: {
  name: string;
  email: string;
  passwordHash: string;
  /** Where the person is; null for who is made of the environment. */
  sourceIp: string | null;
}): Promise<boolean> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${FIRST_USER_LOCK})`);
    const existing = await transaction.select({ id: user.id }).from(user).limit(1);
    if (existing.length > 0) {
      return false;
    }
    const userId = randomUUID();
    await transaction.insert(user).values({
      id: userId,
      name: values.name,
      email: values.email.toLowerCase(),
      emailVerified: true,
      role: "administrator",
    });
    await transaction.insert(account).values({
      id: randomUUID(),
      accountId: userId,
      providerId: "credential",
      userId,
      password: values.passwordHash,
    });
    const email = values.email.toLowerCase();
    await recordAudit(
      {
        actor: { id: userId, name: values.name, email },
        action: "user_joined",
        subject: email,
        detail: { by: "set-up" },
        sourceIp: values.sourceIp,
      },
      transaction,
    );
    return true;
  });
}

/* ── What administrators do: `event` is written with the change, and only with it ──────────────────────────────────────────────────────────────────────────────────────── */

const isActive = and(isNotNull(user.activatedAt), isNull(user.deactivatedAt));

export type InviteAnswer = { ok: true; id: string; expiresAt: Date } | { ok: false; reason: "exists" };

/**
 * Makes somebody who can do nothing yet but use the link of `tokenHash` (SHA-256 in hex) within `hours`. `exists` where the e-mail
 * belongs to somebody already, in whatever state.
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
  event?: AuditEntry,
): Promise<InviteAnswer> {
  return db.transaction(async (transaction) => {
    const [added] = await transaction
      .insert(user)
      .values({
        id: randomUUID(),
        name: values.name,
        email: values.email.toLowerCase(),
        // An administrator vouches for it: nobody chooses an e-mail himself.
        emailVerified: true,
        role: values.role,
        activatedAt: null,
      })
      .onConflictDoNothing({ target: user.email })
      .returning({ id: user.id });
    if (added === undefined) {
      return { ok: false, reason: "exists" };
    }
    const [link] = await transaction
      .insert(oneTimeLinks)
      .values({
        tokenHash: values.tokenHash,
        userId: added.id,
        purpose: "invite",
        createdBy: values.invitedBy,
        expiresAt: hoursFromNow(values.hours),
      })
      .returning({ expiresAt: oneTimeLinks.expiresAt });
    await writeWith(transaction, event);
    return { ok: true, id: added.id, expiresAt: link?.expiresAt ?? new Date() };
  });
}

/**
 * A new link for somebody: an invitation for who is invited, a reset for who is active. The one before it works no longer. null where
 * there is no such person, or a deactivated one.
 */
export async function issueLink(values: {
  userId: string;
  tokenHash: string;
  hours: number;
  createdBy: string;
}): Promise<{ purpose: "invite" | "reset"; name: string; email: string; expiresAt: Date } | null> {
  return db.transaction(async (transaction) => {
    const [person] = await transaction
      .select({ name: user.name, email: user.email, activatedAt: user.activatedAt })
      .from(user)
      .where(and(eq(user.id, values.userId), isNull(user.deactivatedAt)))
      .for("update");
    if (person === undefined) {
      return null;
    }
    const { activatedAt, ...who } = person;
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
    return { purpose, ...who, expiresAt: issued?.expiresAt ?? new Date() };
  });
}

/** null where there is no such person. */
export async function readEmail(userId: string): Promise<string | null> {
  const [row] = await db.select({ email: user.email }).from(user).where(eq(user.id, userId));
  return row?.email ?? null;
}

/** Takes an invitation back: the person and the link are gone. False where it was accepted meanwhile. */
export async function revokeInvitation(userId: string, event?: AuditEntry): Promise<boolean> {
  return db.transaction(async (transaction) => {
    const gone = await transaction
      .delete(user)
      .where(and(eq(user.id, userId), isNull(user.activatedAt)))
      .returning({ id: user.id });
    return wasDone(transaction, gone, event);
  });
}

/** `lastAdministrator`: nobody could administer after it. `gone`: no such person, or not in a state for it. */
export type ChangeAnswer = { ok: true } | { ok: false; reason: "lastAdministrator" | "gone" };

/** Takes effect with the person's next request. Links made by who administers no longer work no longer either. */
export async function changeRole(userId: string, role: Role, event?: AuditEntry): Promise<ChangeAnswer> {
  return keepingAnAdministrator(userId, role === "administrator", async (transaction) => {
    const changed = await transaction
      .update(user)
      .set({ role, updatedAt: sql`now()` })
      .where(eq(user.id, userId))
      .returning({ id: user.id });
    if (role !== "administrator") {
      await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.createdBy, userId));
    }
    return wasDone(transaction, changed, event);
  });
}

/** Ends all sessions of the person at once; no new one begins, and open links work no longer: neither theirs nor those they made. */
export async function deactivateUser(userId: string, event?: AuditEntry): Promise<ChangeAnswer> {
  return keepingAnAdministrator(userId, false, async (transaction) => {
    const changed = await transaction
      .update(user)
      .set({ deactivatedAt: sql`now()`, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), isActive))
      .returning({ id: user.id });
    if (changed.length > 0) {
      await transaction.delete(session).where(eq(session.userId, userId));
      await transaction
        .delete(oneTimeLinks)
        .where(or(eq(oneTimeLinks.userId, userId), eq(oneTimeLinks.createdBy, userId)));
    }
    return wasDone(transaction, changed, event);
  });
}

/** With the role, the password and the second factor from before, and no session. */
export async function reactivateUser(userId: string, event?: AuditEntry): Promise<boolean> {
  return db.transaction(async (transaction) => {
    // One may have begun while the person was being deactivated; it has been refused since.
    await transaction.delete(session).where(eq(session.userId, userId));
    const changed = await transaction
      .update(user)
      .set({ deactivatedAt: null, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), isNotNull(user.deactivatedAt)))
      .returning({ id: user.id });
    return wasDone(transaction, changed, event);
  });
}

/** For who has lost the telephone: the password alone lets in again. False where there is no second factor. */
export async function removeSecondFactor(userId: string, event?: AuditEntry): Promise<boolean> {
  return db.transaction(async (transaction) => {
    await transaction.delete(twoFactor).where(eq(twoFactor.userId, userId));
    const changed = await transaction
      .update(user)
      .set({ twoFactorEnabled: false, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), eq(user.twoFactorEnabled, true)))
      .returning({ id: user.id });
    return wasDone(transaction, changed, event);
  });
}

type Transaction = Parameters<Parameters<typeof db.transaction>[0]>[0];

async function wasDone(transaction: Transaction, changed: unknown[], event?: AuditEntry): Promise<boolean> {
  if (changed.length > 0) {
    await writeWith(transaction, event);
  }
  return changed.length > 0;
}

async function writeWith(transaction: Transaction, event?: AuditEntry): Promise<void> {
  if (event !== undefined) {
    await recordAudit(event, transaction);
  }
}

/**
 * Runs a change after which the person administers only if `stays`. One at a time over all processes: two administrators who demote
 * each other at the same moment would each still see the other.
 */
async function keepingAnAdministrator(
  userId: string,
  stays: boolean,
  change: (transaction: Transaction) => Promise<boolean>,
): Promise<ChangeAnswer> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${ADMINISTRATORS_LOCK})`);
    if (!stays) {
      const administrators = await transaction
        .select({ id: user.id })
        .from(user)
        .where(and(eq(user.role, "administrator"), isActive));
      if (administrators.length === 1 && administrators[0]?.id === userId) {
        return { ok: false, reason: "lastAdministrator" };
      }
    }
    return (await change(transaction)) ? { ok: true } : { ok: false, reason: "gone" };
  });
}

/* ── One-time links ──────────────────────────────────────────────────────────────────────────────────────────────── */

export type OpenLink = {
  purpose: "invite" | "reset";
  name: string;
  email: string;
  role: Role;
  /** Who made it; null where that person is gone. */
  from: string | null;
};

/**
 * Of the row of `one_time_links` around it: who made it administers now, too. A link that is made while its maker is being deactivated
 * would outlive that otherwise.
 */
const isMakerInOffice = sql`exists (
  select 1 from ${user} as maker
  where maker.id = ${oneTimeLinks.createdBy} and maker.role = 'administrator' and maker.deactivated_at is null
)`;

/** What a link is for; null where it never was, was used, was replaced, has expired, or its maker administers no longer. */
export async function readLink(tokenHash: string): Promise<OpenLink | null> {
  const from = sql<
    string | null
  >`(select nullif(maker.name, '') from ${user} as maker where maker.id = ${oneTimeLinks.createdBy})`;
  const [link] = await db
    .select({ purpose: oneTimeLinks.purpose, name: user.name, email: user.email, role: user.role, from })
    .from(oneTimeLinks)
    .innerJoin(user, eq(user.id, oneTimeLinks.userId))
    .where(
      and(
        eq(oneTimeLinks.tokenHash, tokenHash),
        sql`${oneTimeLinks.expiresAt} > now()`,
        isNull(user.deactivatedAt),
        isMakerInOffice,
      ),
    );
  return link ?? null;
}

/**
 * Uses a link up: the password becomes this one, and everything that was open under the old one ends. Of several at once, one gets
 * through. null where the link is no longer good. `name` only counts for an invitation. It is written down as it happens.
 */
export async function redeemLink(values: {
  tokenHash: string;
  purpose: "invite" | "reset";
  passwordHash: string;
  name?: string;
  /** Where the person is. */
  sourceIp?: string | null;
}): Promise<{ id: string; name: string; email: string } | null> {
  return db.transaction(async (transaction) => {
    const [link] = await transaction
      .delete(oneTimeLinks)
      .where(
        and(
          eq(oneTimeLinks.tokenHash, values.tokenHash),
          eq(oneTimeLinks.purpose, values.purpose),
          sql`${oneTimeLinks.expiresAt} > now()`,
          isMakerInOffice,
        ),
      )
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
    await transaction.delete(session).where(eq(session.userId, link.userId));
    await endWaysOf(transaction, link.userId);
    const changed = await transaction
      .update(account)
      .set({ password: values.passwordHash, updatedAt: sql`now()` })
      .where(and(eq(account.userId, link.userId), eq(account.providerId, "credential")))
      .returning({ id: account.id });
    if (changed.length === 0) {
      await transaction.insert(account).values({
        id: randomUUID(),
        accountId: link.userId,
        providerId: "credential",
        userId: link.userId,
        password: values.passwordHash,
      });
    }
    await recordAudit(
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
 * With a password goes what was begun under it: a link that somebody may have found, and a sign-in that waits for the second factor
 * alone. better-auth keeps the person of one as the row's value.
 */
export async function endOpenWays(userId: string): Promise<void> {
  await db.transaction((transaction) => endWaysOf(transaction, userId));
}

async function endWaysOf(transaction: Transaction, userId: string): Promise<void> {
  await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.userId, userId));
  await transaction.delete(verification).where(eq(verification.value, userId));
}

function hoursFromNow(hours: number) {
  return sql`now() + make_interval(hours => ${hours})`;
}

/* ── Signing in ──────────────────────────────────────────────────────────────────────────────────────────────────── */

/**
 * Called as a session begins. `deactivated` means that none may. `joined`: somebody invited has just come in by single sign-on, which
 * is as good as the link, which ends.
 */
export async function admitUser(userId: string): Promise<"admitted" | "joined" | "deactivated"> {
  const [person] = await db
    .select({ activatedAt: user.activatedAt, deactivatedAt: user.deactivatedAt })
    .from(user)
    .where(eq(user.id, userId));
  if (person === undefined || person.deactivatedAt !== null) {
    return "deactivated";
  }
  await db.transaction(async (transaction) => {
    await transaction
      .update(user)
      .set({ activatedAt: sql`coalesce(${user.activatedAt}, now())`, lastSeenAt: sql`now()` })
      .where(eq(user.id, userId));
    if (person.activatedAt === null) {
      await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.userId, userId));
    }
  });
  return person.activatedAt === null ? "joined" : "admitted";
}

/** Gives a name to who has none yet. */
export async function nameUser(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(and(eq(user.id, userId), eq(user.name, "")));
}

/* ── One's own account ───────────────────────────────────────────────────────────────────────────────────────────── */

/** 1 to 100 characters; the caller has seen to it. */
export async function renameUser(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(eq(user.id, userId));
}

/** The ways in that somebody has. */
export async function readWaysIn(
  userId: string,
): Promise<{ hasPassword: boolean; hasSingleSignOn: boolean; twoFactorEnabled: boolean }> {
  const [row] = await db
    .select({
      hasPassword: hasWayIn("password"),
      hasSingleSignOn: hasWayIn("single sign-on"),
      twoFactorEnabled: user.twoFactorEnabled,
    })
    .from(user)
    .where(eq(user.id, userId));
  return row ?? { hasPassword: false, hasSingleSignOn: false, twoFactorEnabled: false };
}

/** Of the row of `user` around it. */
function hasWayIn(way: "password" | "single sign-on") {
  const isOne = way === "password" ? sql`way.provider_id = 'credential'` : sql`way.provider_id <> 'credential'`;
  return sql<boolean>`exists (select 1 from ${account} as way where way.user_id = ${user}.id and ${isOne})`;
}
