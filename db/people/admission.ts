import { and, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { oneTimeLinks, user } from "@/db/schema/people";

/**
 * Call it before a session is created. `deactivated`: the user is deactivated or does not exist, so refuse the session. `joined`: an
 * invited user signs in for the first time, by single sign-on, which accepts the invitation and deletes its link. `admitted`: any other
 * active user.
 */
export async function admitAtSignIn(userId: string): Promise<"admitted" | "joined" | "deactivated"> {
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

/** Sets a user's name, from the identity provider, if it is empty: invitations may have no name. */
export async function setNameIfEmpty(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(and(eq(user.id, userId), eq(user.name, "")));
}
