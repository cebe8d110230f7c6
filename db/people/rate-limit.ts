import { randomUUID } from "node:crypto";

import { eq, lt, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { rateLimit } from "@/db/schema/people";

export type RateLimitRule = { key: string; max: number; windowSeconds: number };
export type RateLimitAnswer = { ok: true } | { ok: false; retryAfterSeconds: number };

const KEEP_MS = 24 * 60 * 60 * 1000;

/**
 * Takes one attempt, in one statement: the row's lock orders parallel attempts, so of a hundred at once exactly `max` pass. The window
 * is fixed and begins with its first attempt; the database's clock counts, which all processes share.
 */
export async function takeAttempt({ key, max, windowSeconds }: RateLimitRule): Promise<RateLimitAnswer> {
  const now = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
  const isOver = sql`${rateLimit.lastRequest} <= ${now} - ${windowSeconds * 1000}`;
  const [row] = await db
    .insert(rateLimit)
    // An id that nobody else inserts at this moment: a conflict on it is none on the key, and an error.
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
      leftMs: sql<number>`${rateLimit.lastRequest} + ${windowSeconds * 1000} - ${now}`.mapWith(Number),
    });
  if (row === undefined || row.count <= max) {
    return { ok: true };
  }
  return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(row.leftMs / 1000)) };
}

/** Gives one attempt back: it turned out to be a right one. */
export async function returnAttempt(key: string): Promise<void> {
  await db
    .update(rateLimit)
    .set({ count: sql`greatest(0, ${rateLimit.count} - 1)` })
    .where(eq(rateLimit.key, key));
}

/** Forgets a key's attempts, and whatever has long ended. */
export async function forgetAttempts(key: string): Promise<void> {
  await db.delete(rateLimit).where(eq(rateLimit.key, key));
  await db.delete(rateLimit).where(lt(rateLimit.lastRequest, Date.now() - KEEP_MS));
}
