import { and, asc, eq, lte, ne, sql } from "drizzle-orm";

import { incomingOf, mergeCtes, ofMerged, setOnDelivery, webhookRank } from "@/db/calls/merge";
import { jobs } from "@/db/driver/client";
import { executePrepared } from "@/db/driver/prepared";
import { textArray } from "@/db/driver/text-array";
import { deliveries } from "@/db/schema/deliveries";
import { searchTextsOf } from "@/lib/call/search-texts";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import type { Verdict } from "@/lib/delivery/verdict";
import type { Interpretation } from "@/lib/sarj/interpret";

/**
 * Replay merges a stored delivery again. The delivery keeps its time of receipt and its count. The merge ranks facts only by
 * the payload, so replaying a delivery twice changes nothing.
 */

export type StoredDelivery = {
  id: string;
  callId: string;
  body: Buffer;
  bodySha256: string;
  contentEncoding: string | null;
  sourceIp: string | null;
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
  sourceIp: deliveries.sourceIp,
  receivedAt: deliveries.receivedAt,
  verdict: deliveries.verdict,
  reason: deliveries.reason,
};

/** A delivery to replay; null for an unknown id. `id` is a UUID. */
export async function readStoredDelivery(id: string): Promise<StoredDelivery | null> {
  const [row] = await jobs.select(STORED_COLUMNS).from(deliveries).where(eq(deliveries.id, id)).limit(1);
  return row ?? null;
}

/** The key that replay pages by, oldest first. */
export type ReplayPlace = { receivedAt: Date; id: string };

/** The keys of deliveries quarantined for `reason`, later than `after` and received by `until`, oldest first. */
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

export type ReplayVerdict = { verdict: Verdict; callId: string };

/** Stores why a replayed delivery is not understood. The verdict stays, even if the delivery was understood earlier. */
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
 * Merges the call of a stored delivery and writes the verdict, in one statement. If another delivery with the same body is
 * already stored under the call, this one becomes a duplicate and is not merged. Throws 23505 if that delivery is stored
 * during the statement. A deleted delivery changes nothing.
 */
export async function applyReplay(
  delivery: StoredDelivery,
  interpretation: Interpretation & { understood: true },
): Promise<ReplayVerdict> {
  const { callId, facts, flags } = interpretation;
  if (await hasSameBody(delivery, callId)) {
    await jobs
      .update(deliveries)
      .set({ verdict: "duplicate", reason: null, replayedAt: sql`now()` })
      .where(and(eq(deliveries.callId, delivery.callId), eq(deliveries.id, delivery.id)));
    return { verdict: "duplicate", callId };
  }
  // The weakest lock that prevents deletion of the row: recording the same body again does not wait for it.
  const onlyWhile = sql`
    select from deliveries where call_id = ${delivery.callId} and id = ${delivery.id}::uuid for key share`;
  const search = await searchTextsOf(facts);
  const rank = webhookRank(facts);
  const incoming = incomingOf({
    callId,
    facts,
    search,
    rank,
    deliveryId: delivery.id,
    receivedAt: delivery.receivedAt,
  });
  const rows = await executePrepared<{ verdict: Verdict }>(
    jobs,
    sql`
    with before as (
      select facts -> 'outcome' ->> 'd' = ${delivery.id}::text as won from call_details where call_id = ${callId}
    ), ${mergeCtes({ incoming, alsoSet: onReplay, onlyWhile })}
    update deliveries set
      call_id = ${callId}::text, outcome = ${facts.outcome}::text, reason = null, replayed_at = now(),
      flags = ${textArray(flags)},
      -- The contract watch has not counted a row without flags, and finds it at its new place.
      stored_at = case when deliveries.flags = '{}' then now() else deliveries.stored_at end,
      verdict = case when merged.won then 'applied' else 'superseded' end
    from merged
    where deliveries.call_id = ${delivery.callId} and deliveries.id = ${delivery.id}::uuid
    returning verdict
  `,
  );
  return { verdict: rows[0]?.verdict ?? delivery.verdict, callId };
}

/** Requires that the delivery did not decide the outcome before: a second replay must not fetch the call from the API again. */
const onReplay = setOnDelivery(sql`${ofMerged("won")} and not coalesce((select won from before), false)`);

/** Whether another delivery with the same body is stored under the call. */
async function hasSameBody(delivery: StoredDelivery, callId: string): Promise<boolean> {
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
