import { and, asc, count, eq, inArray, isNotNull, lte, sql } from "drizzle-orm";

import { jobs, replica } from "@/db/driver/client";
import { calls, type Call } from "@/db/schema/calls";
import type { EnrichmentState } from "@/lib/call/enrichment";
import type { CallFacts } from "@/lib/call/facts";
import { KEY_REFUSALS } from "@/lib/sarj/api";

import { mergeCtes, sourceRank } from "./merge";

/** A call whose turn it is to be asked for. */
export type ClaimedCall = Pick<Call, "callId" | "outcome" | "endedAt" | "enrichmentState"> & {
  /** This attempt included, since the state last changed. */
  attempts: number;
  /** The claim's mark: whoever finds another due time on the row has lost it, to a newer webhook or to another process. */
  leasedUntil: Date;
};

/** Longer than an exchange with the API can take: a process that dies gives its claims back by itself. */
const LEASE_SECONDS = 60;

/**
 * Takes up to `limit` calls that are due, the longest waiting first, and leases them: the due time moves ahead, so no
 * other process takes them meanwhile (`skip locked` lets two claim side by side without waiting).
 */
export async function claimDueCalls(limit: number): Promise<ClaimedCall[]> {
  // In a `with`, not in the condition: there it may be run anew for every row, and lock other rows each time.
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
      attempts: calls.enrichmentAttempts,
      leasedUntil: calls.enrichmentDueAt,
    });
  return claimed.flatMap(({ leasedUntil, ...call }) => (leasedUntil === null ? [] : [{ ...call, leasedUntil }]));
}

export type NextStep = {
  state: EnrichmentState;
  /** Seconds until the API is asked again; null for never. */
  dueInSeconds: number | null;
  /** Starts counting attempts anew: the call came a step further. */
  resetAttempts: boolean;
};

/**
 * Merges what the API said and takes the call a step further, in one statement. The API's word fills, a webhook's stays. A call that
 * is not there is made if `mayMake` (it is imported, no webhook told of it), and `isNew` says so; else it was deleted meanwhile and
 * stays so. Where a claim was lost meanwhile, the facts are merged and what is left to do stays as the newer one has it.
 */
export async function applyApiFacts(
  callId: string,
  facts: CallFacts,
  answeredAt: Date,
  next: NextStep,
  { mayMake, leasedUntil }: { mayMake: boolean; leasedUntil: Date | null },
): Promise<{ isNew: boolean }> {
  const isHeld =
    leasedUntil === null ? sql`true` : sql`kept.enrichment_due_at = ${leasedUntil.toISOString()}::timestamptz`;
  const alsoSet = sql`,
      verified_at = coalesce(kept.verified_at, now()),
      enrichment_error = null,
      enrichment_state = case when ${isHeld} then ${next.state}::text else kept.enrichment_state end,
      enrichment_attempts = case when ${isHeld} and ${next.resetAttempts} then 0 else kept.enrichment_attempts end,
      enrichment_due_at = case when ${isHeld} then ${dueAt(next.dueInSeconds)} else kept.enrichment_due_at end`;
  const rank = sourceRank("api", answeredAt);
  const alsoInsert = {
    columns: sql`, verified_at, enrichment_state, enrichment_due_at`,
    values: sql`, now(), ${next.state}::text, ${dueAt(next.dueInSeconds)}`,
  };
  const ifThere = mayMake ? {} : { onlyWhile: sql`select from call_details where call_id = ${callId} for update` };
  const rows = await jobs.execute<{ is_new: boolean }>(sql`
    with ${mergeCtes({ callId, facts, rank, deliveryId: null, receivedAt: null, alsoSet, alsoInsert, ...ifThere })}
    select is_new from projected
  `);
  return { isNew: rows[0]?.is_new ?? false };
}

/** Notes an attempt that brought nothing and when the next is due, unless the claim was lost. `error` is a code, never a message. */
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

/** Asks the API for one call again, now. */
export async function requestEnrichment(callId: string): Promise<void> {
  await jobs
    .update(calls)
    .set({ enrichmentDueAt: sql`now()`, enrichmentAttempts: 0, enrichmentState: "pending" })
    .where(eq(calls.callId, callId));
}

/** How many calls still wait for the API, were not known to it, or were given up. Done calls and tests are not counted. */
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

/** Asks the API again, now, about every call that was given up. */
export async function retryFailed(): Promise<number> {
  const retried = await jobs
    .update(calls)
    .set({ enrichmentState: "pending", enrichmentAttempts: 0, enrichmentDueAt: sql`now()` })
    .where(eq(calls.enrichmentState, "failed"))
    .returning({ callId: calls.callId });
  return retried.length;
}

/** Makes the calls due now that were postponed because the vendor refused the key. */
export async function makeKeyRefusalsDue(): Promise<void> {
  await jobs
    .update(calls)
    .set({ enrichmentDueAt: sql`now()` })
    .where(and(isNotNull(calls.enrichmentDueAt), inArray(calls.enrichmentError, KEY_REFUSALS)));
}

function dueAt(seconds: number | null) {
  return seconds === null ? sql`null::timestamptz` : sql`now() + make_interval(secs => ${seconds})`;
}
