import { randomUUID } from "node:crypto";

import { sql } from "drizzle-orm";

import { db } from "./client";
import { account, user } from "./schema";

/** Any number, as long as every process uses the same one: makes "the first" mean one. */
const FIRST_USER_LOCK = 7_215_003;

/** Whether anybody can sign in at all. */
export async function hasUsers(): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).limit(1);
  return rows.length > 0;
}

/**
 * Creates the first administrator if there is no user at all, and says whether it did. Safe to call from several processes at once.
 * `passwordHash` is better-auth's own (`hashPassword` of "better-auth/crypto"); the e-mail is stored in lower case, as better-auth
 * looks it up.
 */
export async function createFirstAdministrator(values: {
  name: string;
  email: string;
  passwordHash: string;
}): Promise<boolean> {
  return db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${FIRST_USER_LOCK})`);
    const existing = await transaction.select({ id: user.id }).from(user).limit(1);
    if (existing.length > 0) {
      return false;
    }
    const userId = randomUUID();
    await transaction.insert(user).values({
      id: userId,
      name: values.name,
      email: values.email.toLowerCase(),
      emailVerified: true,
      role: "administrator",
    });
    await transaction.insert(account).values({
      id: randomUUID(),
      accountId: userId,
      providerId: "credential",
      userId,
      password: values.passwordHash,
    });
    return true;
  });
}
