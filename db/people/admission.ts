import { and, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { oneTimeLinks, user } from "@/db/schema/people";

/**
 * Called before a session begins; `deactivated` refuses it. `joined`: an invited user has signed in for the first time, by single
 * sign-on, which accepts the invitation and deletes its link. `admitted`: any other user.
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

/** Gives a user the identity provider's name where they have none: an invitation may come without a name. */
export async function setNameIfEmpty(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(and(eq(user.id, userId), eq(user.name, "")));
}
