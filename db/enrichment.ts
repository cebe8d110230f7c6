import { and, asc, count, eq, isNotNull, lte, sql } from "drizzle-orm";

import type { CallFacts } from "@/lib/call-facts";

import { jobs } from "./client";
import { mergeCtes, sourceRank } from "./merge";
import { calls, type Call } from "./schema";

/** A call whose turn it is to be asked for. */
export type ClaimedCall = Pick<Call, "callId" | "outcome" | "endedAt" | "enrichmentState"> & {
  /** This attempt included, since the state last changed. */
  attempts: number;
};

/** Longer than an exchange with the API can take: a process that dies gives its claims back by itself. */
const LEASE_SECONDS = 60;

/**
 * Takes up to `limit` calls that are due, the longest waiting first, and leases them: the due time moves ahead, so no
 * other process takes them meanwhile (`skip locked` lets two claim side by side without waiting).
 */
export async function claimDueCalls(limit: number): Promise<ClaimedCall[]> {
  const due = jobs
    .select({ callId: calls.callId })
    .from(calls)
    .where(and(isNotNull(calls.enrichmentDueAt), lte(calls.enrichmentDueAt, sql`now()`)))
    .orderBy(asc(calls.enrichmentDueAt))
    .limit(limit)
    .for("update", { skipLocked: true });
  return jobs
    .update(calls)
    .set({
      enrichmentDueAt: sql`now() + make_interval(secs => ${LEASE_SECONDS})`,
      enrichmentAttempts: sql`least(${calls.enrichmentAttempts} + 1, 1000)`,
    })
    .where(sql`${calls.callId} in (${due})`)
    .returning({
      callId: calls.callId,
      outcome: calls.outcome,
      endedAt: calls.endedAt,
      enrichmentState: calls.enrichmentState,
      attempts: calls.enrichmentAttempts,
    });
}

export type NextStep = {
  state: Call["enrichmentState"];
  /** Seconds until the API is asked again; null for never. */
  dueInSeconds: number | null;
  /** Starts counting attempts anew: the call came a step further. */
  resetAttempts: boolean;
};

/** Merges what the API said and takes the call a step further, in one statement. The API's word fills, a webhook's stays. */
export async function applyApiFacts(callId: string, facts: CallFacts, answeredAt: Date, next: NextStep): Promise<void> {
  const alsoSet = sql`,
      verified_at = coalesce(kept.verified_at, now()),
      enrichment_error = null,
      enrichment_state = ${next.state}::text,
      enrichment_attempts = ${next.resetAttempts ? sql`0` : sql`kept.enrichment_attempts`},
      enrichment_due_at = ${dueAt(next.dueInSeconds)}`;
  const rank = sourceRank("api", answeredAt);
  await jobs.execute(sql`
    with ${mergeCtes({ callId, facts, rank, deliveryId: null, receivedAt: null, alsoSet })} select call_id from projected
  `);
}

/** Notes an attempt that brought nothing and when the next is due. `error` is a code, never a message. */
export async function noteFailedAttempt(
  callId: string,
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
    .where(eq(calls.callId, callId));
}

/** Asks the API for one call again, now. */
export async function requestEnrichment(callId: string): Promise<void> {
  await jobs
    .update(calls)
    .set({ enrichmentDueAt: sql`now()`, enrichmentAttempts: 0, enrichmentState: "pending" })
    .where(eq(calls.callId, callId));
}

/** How many calls are in which state of enrichment. */
export async function countEnrichmentStates(): Promise<Record<Call["enrichmentState"], number>> {
  const rows = await jobs
    .select({ state: calls.enrichmentState, count: count() })
    .from(calls)
    .groupBy(calls.enrichmentState);
  const counts = { pending: 0, awaiting_report: 0, done: 0, not_found: 0, failed: 0 };
  for (const row of rows) {
    counts[row.state] = row.count;
  }
  return counts;
}

function dueAt(seconds: number | null) {
  return seconds === null ? sql`null` : sql`now() + make_interval(secs => ${seconds})`;
}
