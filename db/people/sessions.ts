import { and, desc, eq, ne, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { session, user } from "@/db/schema/people";

export type OpenSession = {
  id: string;
  userAgent: string | null;
  ipAddress: string | null;
  createdAt: Date;
  lastSeenAt: Date | null;
};

/** The precision of `lastSeenAt`: it is written at most once per this time. */
export const SEEN_EVERY_MS = 5 * 60_000;

/** A user's sessions that have not expired, most recently used first. */
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
    .where(and(eq(session.userId, userId), sql`${session.expiresAt} > now()`))
    .orderBy(desc(sql`coalesce(${session.lastSeenAt}, ${session.createdAt})`), desc(session.id));
}

/** Ends one session of a user. False if the user has no such session. */
export async function endSession(userId: string, sessionId: string): Promise<boolean> {
  const ended = await db
    .delete(session)
    .where(and(eq(session.userId, userId), eq(session.id, sessionId)))
    .returning({ id: session.id });
  return ended.length > 0;
}

/** Ends all sessions of a user, except the session with the id `except`. Returns the number of ended sessions. */
export async function endSessions(userId: string, except?: string): Promise<number> {
  const ended = await db
    .delete(session)
    .where(and(eq(session.userId, userId), except === undefined ? undefined : ne(session.id, except)))
    .returning({ id: session.id });
  return ended.length;
}

/** Sets `lastSeenAt` of a session and of its user to now. */
export async function markSeen(sessionId: string): Promise<void> {
  await db.transaction(async (transaction) => {
    const [seen] = await transaction
      .update(session)
      .set({ lastSeenAt: sql`now()` })
      .where(eq(session.id, sessionId))
      .returning({ userId: session.userId });
    if (seen !== undefined) {
      await transaction
        .update(user)
        .set({ lastSeenAt: sql`now()` })
        .where(eq(user.id, seen.userId));
    }
  });
}
