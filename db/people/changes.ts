import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { type NewAuditEvent, recordIfChanged } from "@/db/privacy/audit";
import { oneTimeLinks, session, twoFactor, user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

import { forgetDevicesIn } from "./known-devices";

/** Changes of a user. `event` is written in the same transaction as the change, and only if a row changed. */

/** The key of an advisory lock: an arbitrary number that all processes share and nothing else uses. */
const ADMINISTRATORS_LOCK = 7_215_004;

/** `lastAdministrator`: the change would leave no active administrator. `gone`: the user does not exist or is in another state. */
type ChangeAnswer = { ok: true } | { ok: false; reason: "lastAdministrator" | "gone" };

/** Changes a user's role, from the next request on. Links issued by a former administrator stop working. */
export async function changeRole(userId: string, role: Role, event?: NewAuditEvent): Promise<ChangeAnswer> {
  return unlessLastAdministrator(userId, role === "administrator", async (transaction) => {
    const changed = await transaction
      .update(user)
      .set({ role, updatedAt: sql`now()` })
      .where(eq(user.id, userId))
      .returning({ id: user.id });
    if (role !== "administrator") {
      await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.createdBy, userId));
    }
    return recordIfChanged(transaction, changed, event);
  });
}

/**
 * Deactivates an active user: ends all sessions and refuses new ones. The user's link and the links that the user issued stop working, and
 * the user's devices are forgotten.
 */
export async function deactivateUser(userId: string, event?: NewAuditEvent): Promise<ChangeAnswer> {
  return unlessLastAdministrator(userId, false, async (transaction) => {
    const changed = await transaction
      .update(user)
      .set({ deactivatedAt: sql`now()`, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), isActive))
      .returning({ id: user.id });
    if (changed.length > 0) {
      await transaction.delete(session).where(eq(session.userId, userId));
      await forgetDevicesIn(transaction, userId);
      await transaction
        .delete(oneTimeLinks)
        .where(or(eq(oneTimeLinks.userId, userId), eq(oneTimeLinks.createdBy, userId)));
    }
    return recordIfChanged(transaction, changed, event);
  });
}

/** Reactivates a user with the same role, password and second factor, and without sessions. False if the user is not deactivated. */
export async function reactivateUser(userId: string, event?: NewAuditEvent): Promise<boolean> {
  return db.transaction(async (transaction) => {
    // A session that was created during the deactivation has been refused since. Without this it would become valid.
    await transaction.delete(session).where(eq(session.userId, userId));
    const changed = await transaction
      .update(user)
      .set({ deactivatedAt: null, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), isNotNull(user.deactivatedAt)))
      .returning({ id: user.id });
    return recordIfChanged(transaction, changed, event);
  });
}

/** Removes the second factor, for a user who has lost their phone. False if the user has none. */
export async function removeSecondFactor(userId: string, event?: NewAuditEvent): Promise<boolean> {
  return db.transaction(async (transaction) => {
    await transaction.delete(twoFactor).where(eq(twoFactor.userId, userId));
    const changed = await transaction
      .update(user)
      .set({ twoFactorEnabled: false, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), eq(user.twoFactorEnabled, true)))
      .returning({ id: user.id });
    return recordIfChanged(transaction, changed, event);
  });
}

/** Renames a user. The caller has checked that `name` has 1 to 100 characters. */
export async function renameUser(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(eq(user.id, userId));
}

const isActive = and(isNotNull(user.activatedAt), isNull(user.deactivatedAt));

/**
 * Runs a change, unless it would leave no active administrator. `staysAdministrator`: whether the user is an administrator after the
 * change. A lock runs these changes one at a time: otherwise two administrators could demote each other at the same time.
 */
async function unlessLastAdministrator(
  userId: string,
  staysAdministrator: boolean,
  change: (transaction: Transaction) => Promise<boolean>,
): Promise<ChangeAnswer> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${ADMINISTRATORS_LOCK})`);
    if (!staysAdministrator) {
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
