import { and, desc, eq, ne, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { account, knownDevices, user } from "@/db/schema/people";
import { auditEvents } from "@/db/schema/privacy";

/**
 * The devices (browsers) in which a user has completed a sign-in. `tokenHash` is `hashToken` of the token in the browser's cookie
 * (SHA-256, hex).
 */

/** A user keeps this many devices, the latest ones: a program without cookies is a new device at each sign-in. */
const MAX_DEVICES = 50;
/** Browsers delete a cookie 400 days after it was last set. */
const KEEP_DAYS = 400;

export type KnownDevice = { id: string; userAgent: string | null; createdAt: Date; lastSeenAt: Date; isThis: boolean };

/** What a sign-in has to know of the account with this e-mail; null if there is none that can sign in with a password. */
export async function readAccountOfSignIn(
  email: string,
  tokenHash: string | null,
): Promise<{ userId: string; twoFactorEnabled: boolean; deviceId: string | null } | null> {
  const [row] = await db
    .select({ userId: user.id, twoFactorEnabled: user.twoFactorEnabled, deviceId: knownDevices.id })
    .from(user)
    .innerJoin(account, and(eq(account.userId, user.id), eq(account.providerId, "credential")))
    .leftJoin(knownDevices, and(eq(knownDevices.userId, user.id), eq(knownDevices.tokenHash, tokenHash ?? "")))
    .where(eq(user.email, email.toLowerCase()))
    .limit(1);
  return row ?? null;
}

/** The id of this user's device; null if it is not known. */
export async function readDeviceId(userId: string, tokenHash: string): Promise<string | null> {
  const [row] = await db
    .select({ id: knownDevices.id })
    .from(knownDevices)
    .where(and(eq(knownDevices.userId, userId), eq(knownDevices.tokenHash, tokenHash)));
  return row?.id ?? null;
}

/** Makes a device known, or notes that it was used again. Returns whether it is new for this user. */
export async function rememberDevice(values: {
  userId: string;
  tokenHash: string;
  userAgent: string | null;
}): Promise<boolean> {
  const userAgent = values.userAgent?.slice(0, 500) ?? null;
  const [row] = await db
    .insert(knownDevices)
    .values({ ...values, userAgent })
    .onConflictDoUpdate({
      target: [knownDevices.tokenHash, knownDevices.userId],
      set: { userAgent, lastSeenAt: sql`now()` },
    })
    // `xmax` is 0 in a row that this statement inserted.
    .returning({ isNew: sql<boolean>`${knownDevices}.xmax = 0` });
  const isNew = row?.isNew ?? false;
  if (isNew) {
    await db.execute(sql`
      delete from ${knownDevices} where user_id = ${values.userId} and (
        last_seen_at < now() - make_interval(days => ${KEEP_DAYS}) or id in (
          select id from ${knownDevices} where user_id = ${values.userId}
          order by last_seen_at desc, id offset ${MAX_DEVICES}
        )
      )
    `);
  }
  return isNew;
}

/** Whether the audit log has a sign-in of this user. */
export async function hasSignedInBefore(userId: string): Promise<boolean> {
  const rows = await db
    .select({ id: auditEvents.id })
    .from(auditEvents)
    .where(and(eq(auditEvents.actorId, userId), eq(auditEvents.action, "sign_in")))
    .limit(1);
  return rows.length > 0;
}

/** A user's known devices, most recently used first. `isThis`: the device with this token. */
export async function listDevices(userId: string, tokenHash: string | null): Promise<KnownDevice[]> {
  return db
    .select({
      id: knownDevices.id,
      userAgent: knownDevices.userAgent,
      createdAt: knownDevices.createdAt,
      lastSeenAt: knownDevices.lastSeenAt,
      isThis: sql<boolean>`${knownDevices.tokenHash} = ${tokenHash ?? ""}`,
    })
    .from(knownDevices)
    .where(eq(knownDevices.userId, userId))
    .orderBy(desc(knownDevices.lastSeenAt), desc(knownDevices.id));
}

/** Forgets one device of a user. False if the user has no such device. */
export async function forgetDevice(userId: string, deviceId: string): Promise<boolean> {
  const forgotten = await db
    .delete(knownDevices)
    .where(and(eq(knownDevices.userId, userId), eq(knownDevices.id, deviceId)))
    .returning({ id: knownDevices.id });
  return forgotten.length > 0;
}

/** Forgets all devices of a user, except the device with this token. */
export async function forgetDevicesIn(
  transaction: Transaction,
  userId: string,
  exceptTokenHash: string | null = null,
): Promise<void> {
  await transaction
    .delete(knownDevices)
    .where(and(eq(knownDevices.userId, userId), ne(knownDevices.tokenHash, exceptTokenHash ?? "")));
}
