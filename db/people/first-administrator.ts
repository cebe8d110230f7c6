import { randomUUID } from "node:crypto";

import { sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { recordAuditEvent } from "@/db/privacy/audit";
import { user } from "@/db/schema/people";

import { setPassword } from "./password";

/** Key of the advisory lock. Any number, as long as all processes use the same one and nothing else does. */
const FIRST_USER_LOCK = 7_215_003;

/**
 * Creates the first administrator if there is no user at all, and returns whether it did. Safe to call from several processes at once.
 * The audit event is written in the same transaction.
 */
export async function createFirstAdministrator(values: {
  name: string;
  /** Stored in lower case, as better-auth looks it up. */
  email: string;
  /** From `hashPassword` of "better-auth/crypto". */
  passwordHash: string;
  /** The address of the request; null where the environment names the administrator. */
  sourceIp: string | null;
}): Promise<boolean> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${FIRST_USER_LOCK})`);
    const existing = await transaction.select({ id: user.id }).from(user).limit(1);
    if (existing.length > 0) {
      return false;
    }
    const id = randomUUID();
    const email = values.email.toLowerCase();
    await transaction.insert(user).values({ id, name: values.name, email, emailVerified: true, role: "administrator" });
    await setPassword(transaction, id, values.passwordHash);
    await recordAuditEvent(
      {
        actor: { id, name: values.name, email },
        action: "user_joined",
        subject: email,
        detail: { by: "set-up" },
        sourceIp: values.sourceIp,
      },
      transaction,
    );
    return true;
  });
}
