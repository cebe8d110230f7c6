import { and, eq } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { twoFactor } from "@/db/schema/people";

/** A second factor as stored: both texts are encrypted with a key of AUTH_SECRET. */
export type StoredSecondFactor = { id: string; userId: string; secret: string; backupCodes: string };

const columns = {
  id: twoFactor.id,
  userId: twoFactor.userId,
  secret: twoFactor.secret,
  backupCodes: twoFactor.backupCodes,
};

/** All second factors, also those that are not yet confirmed. Not paged: there are at most as many as users. */
export async function listSecondFactors(): Promise<StoredSecondFactor[]> {
  return db.select(columns).from(twoFactor);
}

/** The second factor of a user; null without one. */
export async function readSecondFactor(userId: string): Promise<StoredSecondFactor | null> {
  const [found] = await db.select(columns).from(twoFactor).where(eq(twoFactor.userId, userId));
  return found ?? null;
}

/** Stores the same second factor encrypted with another key, unless it has changed meanwhile: a backup code may just have been used. */
export async function replaceSecondFactor(
  stored: StoredSecondFactor,
  encrypted: Pick<StoredSecondFactor, "secret" | "backupCodes">,
): Promise<void> {
  await db
    .update(twoFactor)
    .set(encrypted)
    .where(
      and(
        eq(twoFactor.id, stored.id),
        eq(twoFactor.secret, stored.secret),
        eq(twoFactor.backupCodes, stored.backupCodes),
      ),
    );
}
