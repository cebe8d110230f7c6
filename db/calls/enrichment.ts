import { and, asc, count, eq, inArray, isNotNull, lte, sql } from "drizzle-orm";

import { jobs, replica } from "@/db/driver/client";
import { executePrepared } from "@/db/driver/prepared";
import { textArray } from "@/db/driver/text-array";
import { calls, type Call } from "@/db/schema/calls";
import type { EnrichmentState } from "@/lib/call/enrichment";
import type { CallFacts } from "@/lib/call/facts";
import { searchTextsOf } from "@/lib/call/search-texts";
import { KEY_REFUSALS } from "@/lib/sarj/api";

import { apiRank, incomingOf, mergeCtes } from "./merge";

/** A call that is due for enrichment, leased to this process. */
export type ClaimedCall = Pick<Call, "callId" | "outcome" | "endedAt" | "enrichmentState" | "verifiedAt"> & {
  /** Attempts since the state last changed, including this one. */
  attempts: number;
  /** Identifies the claim. If the row has another due time, the claim was lost to a newer webhook or to another process. */
  leasedUntil: Date;
};

/** Longer than a request to the API can take. After this time, the claims of a process that died are due again. */
const LEASE_SECONDS = 60;

/**
 * Claims up to `limit` due calls, those with the earliest due time first. It leases them by moving the due time ahead, so that no other
 * process claims them before it. With `skip locked`, two processes can claim at the same time without waiting.
 */
export async function claimDueCalls(limit: number): Promise<ClaimedCall[]> {
  // In a `with`, because Postgres may run a subquery in the condition once per row and lock different rows each time.
  const due = jobs.$with("due").as(
    jobs
      .select({ dueId: sql<string>`${calls.callId}`.as("due_id") })
      .from(calls)
      .where(and(isNotNull(calls.enrichmentDueAt), lte(calls.enrichmentDueAt, sql`now()`)))
      .orderBy(asc(calls.enrichmentDueAt))
      .limit(limit)
      .for("update", { skipLocked: true }),
  );
  const claimed = await jobs
    .with(due)
    .update(calls)
    .set({
      enrichmentDueAt: sql`now() + make_interval(secs => ${LEASE_SECONDS})`,
      enrichmentAttempts: sql`least(${calls.enrichmentAttempts} + 1, 1000)`,
    })
    .from(due)
    .where(eq(calls.callId, due.dueId))
    .returning({
      callId: calls.callId,
      outcome: calls.outcome,
      endedAt: calls.endedAt,
      enrichmentState: calls.enrichmentState,
      verifiedAt: calls.verifiedAt,
      attempts: calls.enrichmentAttempts,
      leasedUntil: calls.enrichmentDueAt,
    });
  return claimed.flatMap(({ leasedUntil, ...call }) => (leasedUntil === null ? [] : [{ ...call, leasedUntil }]));
}

export type NextStep = {
  state: EnrichmentState;
  /** Seconds until the next request to the API; null if there is none. */
  dueInSeconds: number | null;
  /** Whether the count of attempts restarts at 0, because the state changed. */
  resetAttempts: boolean;
};

/** The number of answers of the API that are kept per call. */
const KEPT_ANSWERS = 3;

/**
 * Merges the API's facts, keeps the answer and writes the next step, in one statement. The API's facts fill gaps and do not replace a webhook's values,
 * except the recording's URL (see `rankFacts`). A call that does not exist is created if `mayCreate` is true (an import), and `isNew` is
 * then true; otherwise the call was deleted in the meantime and stays deleted. If the claim was lost in the meantime, the facts are
 * merged but the next step is not changed.
 *
 * @param leasedUntil identifies the claim; null if the call was not claimed
 */
export async function applyApiFacts(
  callId: string,
  { facts, flags, body }: { facts: CallFacts; flags: readonly string[]; body: Uint8Array },
  answeredAt: Date,
  next: NextStep,
  { mayCreate, leasedUntil }: { mayCreate: boolean; leasedUntil: Date | null },
): Promise<{ isNew: boolean }> {
  const lease = sql`${leasedUntil?.toISOString() ?? null}::timestamptz`;
  const isHeld = sql`(${lease} is null or kept.enrichment_due_at = ${lease})`;
  const alsoSet = sql`,
      verified_at = coalesce(kept.verified_at, now()),
      enrichment_error = null,
      enrichment_state = case when ${isHeld} then ${next.state}::text else kept.enrichment_state end,
      enrichment_attempts = case when ${isHeld} and ${next.resetAttempts}::boolean then 0 else kept.enrichment_attempts end,
      enrichment_due_at = case when ${isHeld} then ${dueAt(next.dueInSeconds)} else kept.enrichment_due_at end`;
  const alsoInsert = {
    columns: sql`, verified_at, enrichment_state, enrichment_due_at`,
    values: sql`, now(), ${next.state}::text, ${dueAt(next.dueInSeconds)}`,
  };
  const incoming = incomingOf({
    callId,
    facts,
    search: await searchTextsOf(facts),
    rank: apiRank(answeredAt),
    deliveryId: null,
    receivedAt: null,
  });
  const ifThere = mayCreate ? {} : { onlyWhile: sql`select from call_details where call_id = ${callId} for update` };
  const rows = await executePrepared<{ is_new: boolean }>(
    jobs,
    sql`
    with ${mergeCtes({ incoming, alsoSet, alsoInsert, ...ifThere })}, answer as (
      insert into api_answers (call_id, body, answered_at, flags)
      select call_id, ${Buffer.from(body)}::bytea, ${answeredAt.toISOString()}::timestamptz, ${textArray(flags)} from merged
    ), outdated as (
      -- This statement does not see the row that it inserts.
      delete from api_answers where call_id = ${callId} and id in (
        select id from api_answers where call_id = ${callId} order by answered_at desc, id offset ${KEPT_ANSWERS - 1}
      )
    )
    select is_new from projected
  `,
  );
  return { isNew: rows[0]?.is_new ?? false };
}

/** Stores a failed attempt and the time of the next one, unless the claim was lost. `error` is a code, never a message. */
export async function noteFailedAttempt(
  call: Pick<ClaimedCall, "callId" | "leasedUntil">,
  error: string,
  next: NextStep & { countAttempt: boolean },
): Promise<void> {
  await jobs
    .update(calls)
    .set({
      enrichmentState: next.state,
      enrichmentError: error,
      enrichmentDueAt: dueAt(next.dueInSeconds),
      enrichmentAttempts: next.resetAttempts
        ? 0
        : next.countAttempt
          ? sql`${calls.enrichmentAttempts}`
          : sql`greatest(${calls.enrichmentAttempts} - 1, 0)`,
    })
    .where(and(eq(calls.callId, call.callId), eq(calls.enrichmentDueAt, call.leasedUntil)));
}

/** Makes one call due now, and restarts its count of attempts. */
export async function requestEnrichment(callId: string): Promise<void> {
  await jobs
    .update(calls)
    .set({ enrichmentDueAt: sql`now()`, enrichmentAttempts: 0, enrichmentState: "pending" })
    .where(eq(calls.callId, callId));
}

/** Counts the calls in each state other than `done`, without test calls. */
export async function countUnfinished(): Promise<Record<Exclude<EnrichmentState, "done">, number>> {
  const rows = await replica
    .select({ state: calls.enrichmentState, count: count() })
    .from(calls)
    .where(and(sql`${calls.enrichmentState} <> 'done'`, eq(calls.isTest, false)))
    .groupBy(calls.enrichmentState);
  const counts = { pending: 0, awaiting_report: 0, not_found: 0, failed: 0 };
  for (const { state, count: found } of rows) {
    if (state !== "done") {
      counts[state] = found;
    }
  }
  return counts;
}

/** Makes every failed call due now, and restarts its count of attempts. Returns the number of these calls. */
export async function retryFailed(): Promise<number> {
  const retried = await jobs
    .update(calls)
    .set({ enrichmentState: "pending", enrichmentAttempts: 0, enrichmentDueAt: sql`now()` })
    .where(eq(calls.enrichmentState, "failed"))
    .returning({ callId: calls.callId });
  return retried.length;
}

/** Makes the calls due now whose enrichment was postponed because the vendor refused the API key. */
export async function makeKeyRefusalsDue(): Promise<void> {
  await jobs
    .update(calls)
    .set({ enrichmentDueAt: sql`now()` })
    .where(and(isNotNull(calls.enrichmentDueAt), inArray(calls.enrichmentError, KEY_REFUSALS)));
}

/** Null without seconds. */
function dueAt(seconds: number | null) {
  return sql`now() + make_interval(secs => ${seconds}::double precision)`;
}
