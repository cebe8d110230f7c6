import { randomUUID } from "node:crypto";

import { sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { recordAuditEvent } from "@/db/privacy/audit";
import { user } from "@/db/schema/people";

import { setPassword } from "./password";

/** The key of an advisory lock: an arbitrary number that all processes share and nothing else uses. */
const FIRST_USER_LOCK = 7_215_003;

/**
 * Creates the first administrator if there are no users. Returns whether it did. Safe to call concurrently from several processes. The
 * audit event is written in the same transaction.
 */
export async function createFirstAdministrator(values: {
  name: string;
  /** Stored in lower case, because better-auth searches for lower case. */
  email: string;
  /** As better-auth makes it, with scrypt. */
  passwordHash: string;
  /** The IP address of the request; null if the environment names the administrator. */
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
