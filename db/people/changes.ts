import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { type NewAuditEvent, recordIfChanged } from "@/db/privacy/audit";
import { oneTimeLinks, session, twoFactor, user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

/** Changes of a user. `event` is written in the same transaction, and only if something changed. */

/** Key of the advisory lock. Any number, as long as all processes use the same one and nothing else does. */
const ADMINISTRATORS_LOCK = 7_215_004;

/** `lastAdministrator`: the change would leave nobody who can administer. `gone`: no such user, or in another state. */
type ChangeAnswer = { ok: true } | { ok: false; reason: "lastAdministrator" | "gone" };

/** Takes effect with the user's next request. A former administrator's links stop working. */
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

/** Ends all sessions of an active user and refuses new ones. The user's own link and the links that they issued stop working. */
export async function deactivateUser(userId: string, event?: NewAuditEvent): Promise<ChangeAnswer> {
  return unlessLastAdministrator(userId, false, async (transaction) => {
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
    return recordIfChanged(transaction, changed, event);
  });
}

/** Restores a deactivated user with the same role, password and second factor, and without a session. False where there is none. */
export async function reactivateUser(userId: string, event?: NewAuditEvent): Promise<boolean> {
  return db.transaction(async (transaction) => {
    // A session may have begun during the deactivation. It was refused since then and would work again.
    await transaction.delete(session).where(eq(session.userId, userId));
    const changed = await transaction
      .update(user)
      .set({ deactivatedAt: null, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), isNotNull(user.deactivatedAt)))
      .returning({ id: user.id });
    return recordIfChanged(transaction, changed, event);
  });
}

/** For a user who has lost the phone: the password alone is enough again. False where there is no second factor. */
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

/** `name`: 1 to 100 characters, which the caller has checked. */
export async function renameUser(userId: string, name: string): Promise<void> {
  await db
    .update(user)
    .set({ name, updatedAt: sql`now()` })
    .where(eq(user.id, userId));
}

const isActive = and(isNotNull(user.activatedAt), isNull(user.deactivatedAt));

/**
 * Runs a change, unless it would leave no active administrator. `staysAdministrator`: whether the user is one after it. All processes
 * run these changes one at a time: two administrators who demote each other at once would each still see the other.
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
