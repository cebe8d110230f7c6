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

/** How exact "last seen" is: it is written at most this often. */
export const SEEN_EVERY_MS = 5 * 60_000;

/** A user's sessions that have not expired, latest used first. */
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

/** Ends one session of a user. False where the user has no such session. */
export async function endSession(userId: string, sessionId: string): Promise<boolean> {
  const ended = await db
    .delete(session)
    .where(and(eq(session.userId, userId), eq(session.id, sessionId)))
    .returning({ id: session.id });
  return ended.length > 0;
}

/** Ends all sessions of a user, or all but `except`, and returns how many. */
export async function endSessions(userId: string, except?: string): Promise<number> {
  const ended = await db
    .delete(session)
    .where(and(eq(session.userId, userId), except === undefined ? undefined : ne(session.id, except)))
    .returning({ id: session.id });
  return ended.length;
}

/** Stores that a session and its user were seen now. */
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
