import { and, desc, eq, isNull, ne, type SQL, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import type { Lsn } from "@/db/driver/lsn";
import { organization } from "@/db/schema/organization";
import { account, session, user } from "@/db/schema/people";
import { type Role, ROLES } from "@/lib/people/role";
import type { SessionEnd, SessionEndReason } from "@/lib/people/session-end";
import { SESSION_LIMIT_DEFAULTS } from "@/lib/people/session-limits";

/**
 * Sessions. All times are compared by the clock of the database, which all processes share. An ended session is not deleted at once: its
 * row says why it ended, so that the sign-in page can say it.
 */

type SessionRow = typeof session.$inferSelect;
type UserRow = typeof user.$inferSelect;

type FoundSession =
  | {
      live: true;
      session: Omit<SessionRow, "endReason">;
      user: Omit<UserRow, "activatedAt" | "lastChangePosition">;
      /** The organization requires a second factor of this user, who has none. */
      lacksSecondFactor: boolean;
      lastChangePosition: Lsn | null;
    }
  | { live: false; reason: SessionEndReason };

/**
 * Reads a session by its token, with its user; null if there is none. It has ended if it was ended, if its user is deactivated, or if one
 * of the limits of the user's role has passed. `expiresAt` is given by the clock of this process, for callers that compare it.
 */
export async function findSession(token: string): Promise<FoundSession | null> {
  const [row] = await db
    .select({
      session: {
        id: session.id,
        token: session.token,
        expiresAt: session.expiresAt,
        ipAddress: session.ipAddress,
        userAgent: session.userAgent,
        lastSeenAt: session.lastSeenAt,
        userId: session.userId,
        createdAt: session.createdAt,
        updatedAt: session.updatedAt,
      },
      user: {
        id: user.id,
        name: user.name,
        email: user.email,
        emailVerified: user.emailVerified,
        image: user.image,
        role: user.role,
        deactivatedAt: user.deactivatedAt,
        lastSeenAt: user.lastSeenAt,
        twoFactorEnabled: user.twoFactorEnabled,
        createdAt: user.createdAt,
        updatedAt: user.updatedAt,
      },
      lacksSecondFactor,
      lastChangePosition: user.lastChangePosition,
      // The limit that was reached first.
      reason: sql<SessionEndReason | null>`case
        when ${session.endReason} is not null then ${session.endReason}
        when ${user.deactivatedAt} is not null then 'deactivated'
        when ${idleEnd} <= now() and ${idleEnd} < ${lifetimeEnd} then 'idle'
        when ${lifetimeEnd} <= now() then 'lifetime' end`,
      remainingMs: sql<number>`extract(epoch from ${lifetimeEnd} - now()) * 1000`.mapWith(Number),
    })
    .from(session)
    .innerJoin(user, eq(user.id, session.userId))
    .leftJoin(organization, eq(organization.id, true))
    .where(eq(session.token, token));
  if (row === undefined) {
    return null;
  }
  const { reason, remainingMs, ...found } = row;
  if (reason !== null) {
    return { live: false, reason };
  }
  return { ...found, live: true, session: { ...found.session, expiresAt: new Date(Date.now() + remainingMs) } };
}

/** When the session ends if nobody is active until then. */
const idleEnd = sql`coalesce(${session.lastSeenAt}, ${session.createdAt}) + ${limitOf("IdleMinutes")}`;
/** When the session ends in any case, or was ended. */
const lifetimeEnd = sql`least(${session.expiresAt}, ${session.createdAt} + ${limitOf("LifetimeMinutes")})`;

/** The limit of the user's role, as an interval. Without a row of `organization`, the default. */
function limitOf(limit: "IdleMinutes" | "LifetimeMinutes"): SQL {
  const ofRole = (role: Role) => {
    const defaults = SESSION_LIMIT_DEFAULTS[role];
    const standard = limit === "IdleMinutes" ? defaults.idle : defaults.lifetime;
    return sql`when ${role} then coalesce(${organization[`${role}${limit}`]}, ${standard}::integer)`;
  };
  return sql`make_interval(mins => case ${user.role} ${sql.join(ROLES.map(ofRole), sql` `)} end)`;
}

/**
 * Whether the organization requires a second factor of a user who has none, but a password to sign in with. `requiresSecondFactor` of
 * `lib/people` is the same rule for a page.
 */
const lacksSecondFactor = sql<boolean>`not ${user.twoFactorEnabled}
  and (${user.role} = 'administrator' or not coalesce(${organization.singleSignOnOnly}, false))
  and case coalesce(${organization.secondFactorRule}, 'nobody')
    when 'everyone' then true when 'administrators' then ${user.role} = 'administrator' else false end
  and exists (select 1 from ${account} as method where method.user_id = ${user.id} and method.provider_id = 'credential')`;

export type OpenSession = {
  id: string;
  userAgent: string | null;
  ipAddress: string | null;
  createdAt: Date;
  lastSeenAt: Date | null;
};

/** The precision of `lastSeenAt`: it is written at most once per this time. */
export const SEEN_EVERY_MS = 60_000;

/** A user's sessions that have not ended, most recently used first. */
export async function listSessions(userId: string): Promise<OpenSession[]> {
  return db
    .select({
      id: session.id,
      userAgent: session.userAgent,
      ipAddress: session.ipAddress,
      createdAt: session.createdAt,
      lastSeenAt: session.lastSeenAt,
    })
    .from(session)
    .innerJoin(user, eq(user.id, session.userId))
    .leftJoin(organization, eq(organization.id, true))
    .where(and(eq(session.userId, userId), sql`least(${idleEnd}, ${lifetimeEnd}) > now()`))
    .orderBy(desc(sql`coalesce(${session.lastSeenAt}, ${session.createdAt})`), desc(session.id));
}

/** Ends one session of a user. False if the user has no such session. */
export async function endSession(userId: string, sessionId: string): Promise<boolean> {
  return (await endWhere(db, "signed_out", and(eq(session.userId, userId), eq(session.id, sessionId)))) > 0;
}

/** Ends the session with this token, because somebody has signed in over it. */
export async function endReplacedSession(token: string): Promise<void> {
  await endWhere(db, "replaced", eq(session.token, token));
}

/**
 * Ends a session that has just begun with a password, unless the password and the second factor are still those that were read for it: what
 * changed them meanwhile has ended all sessions, and could not see this one. Returns whether it stays.
 */
export async function endUnlessUnchanged(
  begun: { id: string; userId: string },
  read: { passwordHash: string; twoFactorEnabled: boolean },
): Promise<boolean> {
  return db.transaction(async (transaction) => {
    // Waits for a change that is not yet committed.
    const [person] = await transaction
      .select({ twoFactorEnabled: user.twoFactorEnabled })
      .from(user)
      .where(eq(user.id, begun.userId))
      .for("share");
    const same = await transaction
      .select({ id: account.id })
      .from(account)
      .where(and(eq(account.userId, begun.userId), eq(account.password, read.passwordHash)));
    const isUnchanged = same.length > 0 && person?.twoFactorEnabled === read.twoFactorEnabled;
    if (!isUnchanged) {
      await endWhere(transaction, same.length === 0 ? "password" : "second_factor", eq(session.id, begun.id));
    }
    return isUnchanged;
  });
}

/**
 * Ends all sessions of a user, except the session with the id `except`. Returns the number of ended sessions.
 *
 * @param on the transaction of the change that is the reason
 */
export async function endSessions(
  userId: string,
  reason: SessionEnd,
  { except, on = db }: { except?: string; on?: Pick<Transaction, "update"> } = {},
): Promise<number> {
  return endWhere(
    on,
    reason,
    and(eq(session.userId, userId), except === undefined ? undefined : ne(session.id, except)),
  );
}

/** Ends all sessions of users who are not administrators. */
export async function endSessionsBelowAdministrator(on: Transaction, reason: SessionEnd): Promise<number> {
  return endWhere(
    on,
    reason,
    sql`exists (select 1 from ${user} where ${user}.id = ${session}.user_id and ${user}.role <> 'administrator')`,
  );
}

async function endWhere(
  on: Pick<Transaction, "update">,
  reason: SessionEnd,
  condition: SQL | undefined,
): Promise<number> {
  const ended = await on
    .update(session)
    .set({ expiresAt: sql`now()`, endReason: reason, updatedAt: sql`now()` })
    .where(and(condition, isOpen, isNull(session.endReason)))
    .returning({ id: session.id });
  return ended.length;
}

/** Not ended by somebody. The limits of the role may have passed. */
const isOpen = sql`${session.expiresAt} > now()`;

const isSeenLongAgo = sql`coalesce(${session.lastSeenAt} < now() - make_interval(secs => ${SEEN_EVERY_MS / 1000}), true)`;

/** Sets `lastSeenAt` of a session and of its user to now, unless it is less than `SEEN_EVERY_MS` ago. */
export async function markSeen(sessionId: string): Promise<void> {
  await db.transaction(async (transaction) => {
    const [seen] = await transaction
      .update(session)
      .set({ lastSeenAt: sql`now()` })
      .where(and(eq(session.id, sessionId), isOpen, isSeenLongAgo))
      .returning({ userId: session.userId });
    if (seen !== undefined) {
      await transaction
        .update(user)
        .set({ lastSeenAt: sql`now()` })
        .where(eq(user.id, seen.userId));
    }
  });
}
