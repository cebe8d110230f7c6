import { randomUUID } from "node:crypto";

import { desc, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { calls, reviews } from "@/db/schema/calls";
import { user } from "@/db/schema/people";
import type { ReviewDecision } from "@/lib/call/review";

/** What people decide about a call: reviews with their history, and whether the call is a test. */

export type ReviewEntry = Awaited<ReturnType<typeof listReviews>>[number];

/** The decisions about a call, the latest first. The latest decision is the valid one. `userName` is null for a removed user. */
export async function listReviews(callId: string, limit = 50) {
  return db
    .select({
      id: reviews.id,
      decision: reviews.decision,
      note: reviews.note,
      createdAt: reviews.createdAt,
      userId: reviews.userId,
      userName: user.name,
    })
    .from(reviews)
    .leftJoin(user, eq(user.id, reviews.userId))
    .where(eq(reviews.callId, callId))
    .orderBy(desc(reviews.createdAt), desc(reviews.id))
    .limit(limit);
}

/**
 * Adds a decision and updates the call's row, in one statement. The lock on that row serializes concurrent decisions, and the decision's
 * time is read after the lock is acquired. Returns the decision's id, or null for an unknown call.
 */
export async function addReview(decision: {
  callId: string;
  decision: ReviewDecision;
  note: string | null;
  userId: string;
}): Promise<string | null> {
  const id = randomUUID();
  const rows = await db.execute<{ id: string }>(sql`
    with locked as (
      select call_id from calls where call_id = ${decision.callId} for update
    ), added as (
      insert into reviews (call_id, id, decision, note, user_id, created_at)
      select call_id, ${id}::uuid, ${decision.decision}::text, ${decision.note}::text, ${decision.userId}::text,
        clock_timestamp()
      from locked
      returning call_id, id, decision, created_at
    ), carried as (
      update calls set reviewed_at = case when added.decision = 'cleared' then null else added.created_at end
      from added where calls.call_id = added.call_id
    )
    select id from added
  `);
  return rows[0]?.id ?? null;
}

/** How long a decision can be undone. An older decision stays in the history, and can only be replaced by a new one. */
const UNDO_MINUTES = 10;

/**
 * Deletes a decision if it is the latest one about the call, is recent, and was made by this user. The previous decision is then valid
 * again. Returns false if the decision cannot be undone.
 */
export async function undoReview(callId: string, id: string, userId: string): Promise<boolean> {
  return db.transaction(async (transaction) => {
    // The lock is a separate statement, so that the next statement sees decisions that were added while this one waited.
    await transaction.execute(sql`select call_id from calls where call_id = ${callId} for update`);
    const rows = await transaction.execute(sql`
      with ranked as (
        select id, user_id, decision, created_at, row_number() over (order by created_at desc, id desc) as place
        from reviews where call_id = ${callId}
      ), taken as (
        delete from reviews using ranked
        where reviews.call_id = ${callId} and reviews.id = ranked.id and ranked.place = 1
          and ranked.id = ${id}::uuid and ranked.user_id = ${userId}
          and ranked.created_at > now() - make_interval(mins => ${UNDO_MINUTES})
        returning reviews.call_id
      )
      update calls
      set reviewed_at = (select case when decision = 'cleared' then null else created_at end from ranked where place = 2)
      from taken
      where calls.call_id = taken.call_id
      returning calls.call_id
    `);
    return rows.length > 0;
  });
}

/** Marks a call as a test, which statistics leave out, or removes the mark. Returns false for an unknown call. */
export async function markAsTest(callId: string, isTest: boolean): Promise<boolean> {
  const rows = await db
    .update(calls)
    .set({ isTest })
    .where(eq(calls.callId, callId))
    .returning({ callId: calls.callId });
  return rows.length > 0;
}
