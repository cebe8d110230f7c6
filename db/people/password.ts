import { randomUUID } from "node:crypto";

import { and, eq, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { account, oneTimeLinks, verification } from "@/db/schema/people";

import { forgetDevicesIn } from "./known-devices";

/** Sets or replaces a user's password. `passwordHash`: as better-auth makes it, with scrypt. */
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
 * Call it when a password changes. It revokes the user's one-time link and pending sign-ins (those that have passed the old password and
 * wait for their second factor), which would otherwise give access without the new password. It also forgets the user's devices.
 *
 * @param deviceTokenHash the device on which the user changed the password, which stays known
 */
export async function revokePendingAccess(userId: string, deviceTokenHash: string | null): Promise<void> {
  await db.transaction((transaction) => revokePendingAccessIn(transaction, userId, deviceTokenHash));
}

/** Like `revokePendingAccess`, within the transaction that changes the password. */
export async function revokePendingAccessIn(
  transaction: Transaction,
  userId: string,
  deviceTokenHash: string | null = null,
): Promise<void> {
  await forgetDevicesIn(transaction, userId, deviceTokenHash);
  await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.userId, userId));
  // better-auth stores the user's id as the value of a pending sign-in.
  await transaction.delete(verification).where(eq(verification.value, userId));
}
