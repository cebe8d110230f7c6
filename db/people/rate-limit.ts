import { randomUUID } from "node:crypto";

import { eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { rateLimit } from "@/db/schema/people";

export type RateLimitRule = { key: string; max: number; windowSeconds: number };
type RateLimitAnswer = { ok: true } | { ok: false; retryAfterSeconds: number };

/**
 * Counts one attempt and returns whether it is within the limit. A single statement, so of any number of concurrent attempts exactly `max`
 * pass. A window begins with its first attempt, by the clock of the database, which all processes share.
 */
export async function takeAttempt({ key, max, windowSeconds }: RateLimitRule): Promise<RateLimitAnswer> {
  const now = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
  const isOver = sql`${rateLimit.lastRequest} <= ${now} - ${windowSeconds * 1000}`;
  const [row] = await db
    .insert(rateLimit)
    // A new id each time, because only conflicts on `key` are handled.
    .values({ id: randomUUID(), key, count: 1, lastRequest: sql`${now}` })
    .onConflictDoUpdate({
      target: rateLimit.key,
      set: {
        count: sql`case when ${isOver} then 1 else ${rateLimit.count} + 1 end`,
        lastRequest: sql`case when ${isOver} then ${now} else ${rateLimit.lastRequest} end`,
      },
    })
    .returning({
      count: rateLimit.count,
      remainingMs: sql<number>`${rateLimit.lastRequest} + ${windowSeconds * 1000} - ${now}`.mapWith(Number),
    });
  if (row === undefined || row.count <= max) {
    return { ok: true };
  }
  return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(row.remainingMs / 1000)) };
}

/** Subtracts one attempt from the count of a key, because the attempt succeeded. */
export async function returnAttempt(key: string): Promise<void> {
  await db
    .update(rateLimit)
    .set({ count: sql`greatest(0, ${rateLimit.count} - 1)` })
    .where(eq(rateLimit.key, key));
}

/** Resets the count of a key. A job deletes the counts that have ended (`expired.ts`). */
export async function forgetAttempts(key: string): Promise<void> {
  await db.delete(rateLimit).where(eq(rateLimit.key, key));
}
