import { randomUUID } from "node:crypto";

import { and, eq, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { account, oneTimeLinks, verification } from "@/db/schema/people";

/** Sets a user's password, whether or not there was one. `passwordHash`: from `hashPassword` of "better-auth/crypto". */
export async function setPassword(transaction: Transaction, userId: string, passwordHash: string): Promise<void> {
  const changed = await transaction
    .update(account)
    .set({ password: passwordHash, updatedAt: sql`now()` })
    .where(and(eq(account.userId, userId), eq(account.providerId, "credential")))
    .returning({ id: account.id });
  if (changed.length === 0) {
    await transaction
      .insert(account)
      .values({ id: randomUUID(), accountId: userId, providerId: "credential", userId, password: passwordHash });
  }
}

/**
 * Call it when a password changes. It revokes what would still lead into the account without the new one: the one-time link, which
 * somebody may have found, and every sign-in that has passed the old password and waits for its second factor.
 */
export async function revokePendingAccess(userId: string): Promise<void> {
  await db.transaction((transaction) => revokePendingAccessIn(transaction, userId));
}

/** The same, within a transaction that changes the password. */
export async function revokePendingAccessIn(transaction: Transaction, userId: string): Promise<void> {
  await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.userId, userId));
  // better-auth stores the user's id as the value of a waiting sign-in.
  await transaction.delete(verification).where(eq(verification.value, userId));
}
