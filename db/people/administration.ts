import { randomUUID } from "node:crypto";

import { eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { user } from "@/db/schema/people";
import type { Role } from "@/lib/people/role";

import { revokePendingAccessIn, setPassword } from "./password";
import { endSessions } from "./sessions";

/** What `npm run admin` does beyond the changes that pages offer. `event` is written in the same transaction. */

type FoundUser = { id: string; name: string; email: string; role: Role; isDeactivated: boolean };

/** The user with this e-mail, in any state; null if there is none. */
export async function findUser(email: string): Promise<FoundUser | null> {
  const [found] = await db
    .select({
      id: user.id,
      name: user.name,
      email: user.email,
      role: user.role,
      isDeactivated: sql<boolean>`${user.deactivatedAt} is not null`,
    })
    .from(user)
    .where(eq(user.email, email.toLowerCase()));
  return found ?? null;
}

/**
 * Sets a user's password, ends all sessions, links and pending sign-ins, and accepts the invitation of an invited user.
 *
 * @param passwordHash from `hashPassword` of "better-auth/crypto"
 */
export async function resetPassword(userId: string, passwordHash: string, event: NewAuditEvent): Promise<void> {
  await db.transaction(async (transaction) => {
    await transaction
      .update(user)
      .set({ activatedAt: sql`coalesce(${user.activatedAt}, now())`, updatedAt: sql`now()` })
      .where(eq(user.id, userId));
    await endSessions(userId, "password", { on: transaction });
    await revokePendingAccessIn(transaction, userId);
    await setPassword(transaction, userId, passwordHash);
    await recordAuditEvent(event, transaction);
  });
}

/** Creates an administrator. The caller has checked that nobody has this e-mail; the unique key rejects it otherwise. */
export async function addAdministrator(
  values: { name: string; email: string; passwordHash: string },
  event: NewAuditEvent,
): Promise<void> {
  await db.transaction(async (transaction) => {
    const id = randomUUID();
    const email = values.email.toLowerCase();
    await transaction.insert(user).values({ id, name: values.name, email, emailVerified: true, role: "administrator" });
    await setPassword(transaction, id, values.passwordHash);
    await recordAuditEvent(event, transaction);
  });
}
