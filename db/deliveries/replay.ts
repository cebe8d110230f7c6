import { and, asc, count, eq, lte, ne, sql } from "drizzle-orm";

import { mergeCtes, sourceRank } from "@/db/calls/merge";
import { jobs } from "@/db/driver/client";
import { deliveries } from "@/db/schema/deliveries";
import type { Verdict } from "@/lib/delivery/verdict";
import type { Interpretation, QuarantineReason } from "@/lib/sarj/interpret";

/**
 * Replay: a stored delivery goes through the same merge as one that comes now. It keeps the time at which it first came and the number
 * of times, and since the merge ranks facts by what the payload says, replaying it again changes nothing.
 */

export type StoredDelivery = {
  id: string;
  callId: string;
  body: Buffer;
  bodySha256: string;
  contentEncoding: string | null;
  receivedAt: Date;
  verdict: Verdict;
  reason: string | null;
};

const STORED_COLUMNS = {
  id: deliveries.id,
  callId: deliveries.callId,
  body: deliveries.body,
  bodySha256: deliveries.bodySha256,
  contentEncoding: deliveries.contentEncoding,
  receivedAt: deliveries.receivedAt,
  verdict: deliveries.verdict,
  reason: deliveries.reason,
};

/** A delivery to replay; null for an id that is not known. */
export async function readStoredDelivery(id: string): Promise<StoredDelivery | null> {
  const [row] = await jobs.select(STORED_COLUMNS).from(deliveries).where(eq(deliveries.id, id)).limit(1);
  return row ?? null;
}

/** A place in the order in which a reason's deliveries are worked off: the oldest first, as they came. */
export type ReplayPlace = { receivedAt: Date; id: string };

/** The ids of deliveries set aside for `reason`, beyond `after` and received by `until`, the oldest first. */
export async function listQuarantined(
  reason: QuarantineReason,
  { after, until, limit }: { after: ReplayPlace | null; until: Date; limit: number },
): Promise<ReplayPlace[]> {
  return jobs
    .select({ id: deliveries.id, receivedAt: deliveries.receivedAt })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.reason, reason),
        eq(deliveries.verdict, "quarantined"),
        lte(deliveries.receivedAt, until),
        after === null
          ? undefined
          : sql`(${deliveries.receivedAt}, ${deliveries.id}) > (${after.receivedAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(deliveries.receivedAt), asc(deliveries.id))
    .limit(limit);
}

/** How many deliveries are set aside for a reason. */
export async function countQuarantinedFor(reason: QuarantineReason): Promise<number> {
  const [row] = await jobs
    .select({ count: count() })
    .from(deliveries)
    .where(and(eq(deliveries.reason, reason), eq(deliveries.verdict, "quarantined")));
  return row?.count ?? 0;
}

export type ReplayVerdict = { verdict: Verdict; callId: string };

/** Keeps that a delivery was replayed and still is not understood. One that was understood before stays as it was. */
export async function keepQuarantined(delivery: StoredDelivery, reason: QuarantineReason): Promise<ReplayVerdict> {
  const [row] = await jobs
    .update(deliveries)
    .set({
      replayedAt: sql`now()`,
      reason: sql`case when ${deliveries.verdict} = 'quarantined' then ${reason}::text else ${deliveries.reason} end`,
    })
    .where(and(eq(deliveries.callId, delivery.callId), eq(deliveries.id, delivery.id)))
    .returning({ verdict: deliveries.verdict });
  return { verdict: row?.verdict ?? delivery.verdict, callId: delivery.callId };
}

/**
 * Merges the call of a stored delivery and writes the verdict, in one statement. A body that has meanwhile come again and been
 * understood under its call is only marked as that one's duplicate.
 */
export async function applyReplay(
  delivery: StoredDelivery,
  interpretation: Interpretation & { understood: true },
): Promise<ReplayVerdict> {
  const { callId, facts, flags } = interpretation;
  if (await hasTwin(delivery, callId)) {
    await jobs
      .update(deliveries)
      .set({ verdict: "duplicate", reason: null, replayedAt: sql`now()` })
      .where(and(eq(deliveries.callId, delivery.callId), eq(deliveries.id, delivery.id)));
    return { verdict: "duplicate", callId };
  }
  // Locked against a deletion, and against no delivery of the same body.
  const onlyWhile = sql`
    select from deliveries where call_id = ${delivery.callId} and id = ${delivery.id}::uuid for key share`;
  const rank = sourceRank(facts.outcome === "complete" ? "complete" : "not_completed", facts.endedAt);
  const rows = await jobs.execute<{ verdict: Verdict }>(sql`
    with before as (
      select facts -> 'outcome' ->> 'd' = ${delivery.id}::text as won from call_details where call_id = ${callId}
    ), ${mergeCtes({ callId, facts, rank, deliveryId: sql`${delivery.id}::text`, receivedAt: delivery.receivedAt, alsoSet: onReplay, onlyWhile })}
    update deliveries set
      call_id = ${callId}::text, outcome = ${facts.outcome}::text, reason = null, replayed_at = now(),
      flags = array(select jsonb_array_elements_text(${JSON.stringify(flags)}::text::jsonb)),
      verdict = case when merged.won then 'applied' else 'superseded' end
    from merged
    where deliveries.call_id = ${delivery.callId} and deliveries.id = ${delivery.id}::uuid
    returning verdict
  `);
  return { verdict: rows[0]?.verdict ?? delivery.verdict, callId };
}

/** The API is asked again about a call whose outcome this replay decides, unless the same delivery had decided it before. */
const onReplay = (() => {
  const isNews = sql`(select won from merged) and not coalesce((select won from before), false)`;
  return sql`,
      first_received_at = least(kept.first_received_at, excluded.first_received_at),
      last_received_at = greatest(kept.last_received_at, excluded.last_received_at),
      enrichment_state = case when ${isNews} then 'pending' else kept.enrichment_state end,
      enrichment_attempts = case when ${isNews} then 0 else kept.enrichment_attempts end,
      enrichment_due_at = case when ${isNews} then now() else kept.enrichment_due_at end`;
})();

async function hasTwin(delivery: StoredDelivery, callId: string): Promise<boolean> {
  const rows = await jobs
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.callId, callId),
        eq(deliveries.bodySha256, delivery.bodySha256),
        ne(deliveries.id, delivery.id),
      ),
    )
    .limit(1);
  return rows.length > 0;
}
