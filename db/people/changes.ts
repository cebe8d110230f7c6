import { and, eq, isNotNull, isNull, ne, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { type NewAuditEvent, recordIfChanged } from "@/db/privacy/audit";
import { organization } from "@/db/schema/organization";
import { account, oneTimeLinks, session, twoFactor, user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

import { revokePendingAccessIn } from "./password";
import { endSessions } from "./sessions";
import { hasSignInMethod } from "./users";

/** Changes of a user. `event` is written in the same transaction as the change, and only if a row changed. */

/** The key of an advisory lock: an arbitrary number that all processes share and nothing else uses. */
const ADMINISTRATORS_LOCK = 7_215_004;

/** `lastAdministrator`: the change would leave no active administrator. `gone`: the user does not exist or is in another state. */
type ChangeAnswer = { ok: true } | { ok: false; reason: "lastAdministrator" | "gone" };

/** Changes a user's role and ends all sessions. Links issued by a former administrator stop working. */
export async function changeRole(userId: string, role: Role, event?: NewAuditEvent): Promise<ChangeAnswer> {
  return unlessLastAdministrator(userId, role === "administrator", async (transaction) => {
    const changed = await transaction
      .update(user)
      .set({ role, updatedAt: sql`now()` })
      .where(eq(user.id, userId))
      .returning({ id: user.id });
    await endSessions(userId, "role", { on: transaction });
    if (role !== "administrator") {
      await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.createdBy, userId));
    }
    return recordIfChanged(transaction, changed, event);
  });
}

/**
 * Deactivates an active user: ends all sessions and refuses new ones. The user's link, the links that the user issued and pending sign-ins,
 * which wait for a second factor, stop working, and the user's devices are forgotten. A sign-in that is under way at the identity provider fails when it comes back.
 */
export async function deactivateUser(userId: string, event?: NewAuditEvent): Promise<ChangeAnswer> {
  return unlessLastAdministrator(userId, false, async (transaction) => {
    const changed = await transaction
      .update(user)
      .set({ deactivatedAt: sql`now()`, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), isActive))
      .returning({ id: user.id });
    if (changed.length > 0) {
      await endSessions(userId, "deactivated", { on: transaction });
      await revokePendingAccessIn(transaction, userId);
      await transaction.delete(oneTimeLinks).where(eq(oneTimeLinks.createdBy, userId));
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

/** Removes the second factor and ends all sessions and pending sign-ins, for a user who has lost their phone. False if the user has none. */
export async function removeSecondFactor(userId: string, event?: NewAuditEvent): Promise<boolean> {
  return db.transaction(async (transaction) => {
    await transaction.delete(twoFactor).where(eq(twoFactor.userId, userId));
    await endSessions(userId, "second_factor", { on: transaction });
    await revokePendingAccessIn(transaction, userId);
    const changed = await transaction
      .update(user)
      .set({ twoFactorEnabled: false, updatedAt: sql`now()` })
      .where(and(eq(user.id, userId), eq(user.twoFactorEnabled, true)))
      .returning({ id: user.id });
    return recordIfChanged(transaction, changed, event);
  });
}

/**
 * Disconnects single sign-on from a user and ends the other sessions. `onlyWay`: the user has no password, or may not sign in with it
 * because single sign-on is the only way in. `gone`: nothing was connected.
 *
 * @param except the id of the session that stays
 */
export async function disconnectSingleSignOn(
  userId: string,
  { except, event }: { except: string; event: NewAuditEvent },
): Promise<{ ok: true } | { ok: false; reason: "onlyWay" | "gone" }> {
  return db.transaction(async (transaction) => {
    const [person] = await transaction
      .select({
        hasPassword: hasSignInMethod("password"),
        isPasswordEnough: sql<boolean>`${user.role} = 'administrator' or not exists (
          select 1 from ${organization} where ${organization}.single_sign_on_only)`,
      })
      .from(user)
      .where(eq(user.id, userId))
      .for("update");
    if (!person?.hasPassword || !person.isPasswordEnough) {
      return { ok: false, reason: "onlyWay" };
    }
    const removed = await transaction
      .delete(account)
      .where(and(eq(account.userId, userId), ne(account.providerId, "credential")))
      .returning({ id: account.id });
    await endSessions(userId, "single_sign_on", { except, on: transaction });
    return (await recordIfChanged(transaction, removed, event)) ? { ok: true } : { ok: false, reason: "gone" };
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
