import { isDeepStrictEqual } from "node:util";

import { and, eq, sql } from "drizzle-orm";

import { apiRank, type Fact, incomingOf, mergeCtes, webhookRank } from "@/db/calls/merge";
import { jobs, type Transaction } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";
import { apiAnswers } from "@/db/schema/deliveries";
import { type CallFacts, type Json, NO_FACTS, type TranscriptMessage } from "@/lib/call/facts";
import { isNeverDialled } from "@/lib/call/outcome";
import { searchTextsOf } from "@/lib/call/search-texts";
import { readCallAnswer } from "@/lib/sarj/api";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";

import { factsToKeep, isAnythingLost, mergedFacts, type Source, wideFields } from "./outdated-facts";

/**
 * Limits for the bodies of one call, because the call is locked while they are read, and a hostile sender may have stored thousands. What is beyond
 * them counts as deleted.
 */
const MAX_BODIES = 200;
const MAX_BYTES = 32 * 1024 * 1024;

/** `erasing`: nothing was done, because a person is being erased, and a body that is about to be deleted must not be merged again. */
export type Reread = "changed" | "unchanged" | "gone" | "erasing";

/**
 * Reads everything that is stored about a call with the rules of today, in one transaction that locks the call as the merge does. Doing it again
 * changes nothing. What people decided about the call stays, and so does the state of its enrichment; but if a value is
 * removed that may have hidden one of the API, the call is fetched again. Quarantined deliveries are not read.
 */
export async function rereadCall(callId: string): Promise<Reread> {
  return jobs.transaction(async (transaction) => {
    const [stored] = await transaction.select().from(callDetails).where(eq(callDetails.callId, callId)).for("update");
    if (stored === undefined) {
      return "gone";
    }
    const [call] = await transaction
      .select({
        firstReceivedAt: calls.firstReceivedAt,
        lastReceivedAt: calls.lastReceivedAt,
        calledOffAt: calls.calledOffAt,
        verifiedAt: calls.verifiedAt,
        isErasing: sql<boolean>`exists (select from erasures where state = 'running')`,
        // An erasure deletes bodies of other people's calls too. Which ones is not kept.
        mayLackBodies: sql<boolean>`exists (
          select from erasures where deliveries_deleted > 0 and coalesce(finished_at, now()) >= ${calls.firstReceivedAt}
        )`,
      })
      .from(calls)
      .where(eq(calls.callId, callId));
    if (call === undefined || call.isErasing) {
      return call === undefined ? "gone" : "erasing";
    }
    const webhooks = await readDeliveries(transaction, callId);
    const answers = await readAnswers(transaction, callId);
    const sources = [...webhooks.sources, ...answers.sources].toSorted(
      (a, b) => a.receivedAt.getTime() - b.receivedAt.getTime(),
    );
    for (const source of sources) {
      source.facts = withoutPurged(source.facts, stored);
    }
    const isComplete =
      webhooks.isComplete &&
      !call.mayLackBodies &&
      webhooks.firstAt <= call.firstReceivedAt.getTime() &&
      webhooks.lastAt >= call.lastReceivedAt.getTime();

    const before = stored.facts as Record<string, Fact>;
    const kept = factsToKeep(stored, sources, isComplete);
    const merged = mergedFacts(stored, kept, sources);
    const isSame =
      isDeepStrictEqual(merged.facts, before) &&
      wideFields.every((field) => isDeepStrictEqual(merged.wide[field], stored[field])) &&
      !isCalledOffEarlier(sources, call.calledOffAt);
    if (!isSame) {
      await removeOthers(transaction, stored, kept);
      for (const source of sources.length === 0 ? [NOTHING] : sources) {
        await merge(transaction, callId, source);
      }
    }
    const isSearchNew = await buildSearch(transaction, callId, merged);
    const winner = merged.facts["outcome"]?.d ?? null;
    const noted =
      (await noteDeliveries(transaction, callId, webhooks.read, { winner, isMerged: !isSame })) +
      (await noteAnswers(transaction, callId, answers.read));
    const isPurged = stored.transcriptPurgedAt !== null || stored.recordingPurgedAt !== null;
    // The API would also return what retention has deleted, so a call that it has touched is not fetched again.
    const isDue =
      call.verifiedAt !== null && answers.read.length === 0 && !isPurged && isAnythingLost(before, merged.facts);
    if (isDue) {
      await transaction
        .update(calls)
        .set({ enrichmentState: "pending", enrichmentAttempts: 0, enrichmentDueAt: sql`now()` })
        .where(eq(calls.callId, callId));
    }
    return isSame && noted === 0 && !isSearchNew ? "unchanged" : "changed";
  });
}

/** What today's rules read in a stored row, and what the row says of it. */
type ReadRow = { id: string; outcome: string | null; flags: string[]; stored: StoredReading };
type StoredReading = { outcome: string | null; flags: string[]; verdict: string | null };

/** A source without facts: merging it only writes to `calls` what `call_details` contains. */
const NOTHING: Source = { deliveryId: null, facts: NO_FACTS, rank: 0, receivedAt: new Date(0) };

async function readDeliveries(transaction: Transaction, callId: string) {
  const rows = await transaction.execute<{
    id: string;
    body: Buffer;
    content_encoding: string | null;
    received_at: string;
    last_received_at: string;
    stored: StoredReading;
    total: number;
  }>(sql`
    select
      id, body, content_encoding, received_at, last_received_at, total,
      jsonb_build_object('outcome', outcome, 'flags', flags, 'verdict', verdict) as stored
    from (
      select *,
        count(*) over ()::integer as total, row_number() over by_worth as place, sum(octet_length(body)) over by_worth as bytes
      from deliveries
      where call_id = ${callId} and verdict in ('applied', 'superseded')
      window by_worth as (order by verdict, received_at desc, id rows unbounded preceding)
    ) as ranked
    where place <= ${MAX_BODIES} and (bytes <= ${MAX_BYTES} or place = 1)
    order by received_at, id
  `);
  const sources: Source[] = [];
  const read: ReadRow[] = [];
  for (const { id, body, content_encoding: contentEncoding, received_at, stored } of rows) {
    const receivedAt = new Date(received_at);
    const understood = await interpret({ body, contentEncoding }, { now: receivedAt, allowedAddresses: ANY_ADDRESS });
    if (understood.understood && understood.callId === callId) {
      const { facts, flags } = understood;
      sources.push({ deliveryId: id, facts, rank: webhookRank(facts), receivedAt });
      read.push({ id, outcome: facts.outcome, flags, stored });
    }
  }
  return {
    sources,
    read,
    isComplete: sources.length === (rows[0]?.total ?? 0),
    firstAt: Math.min(...rows.map((row) => Date.parse(row.received_at))),
    lastAt: Math.max(...rows.map((row) => Date.parse(row.last_received_at))),
  };
}

async function readAnswers(transaction: Transaction, callId: string) {
  const rows = await transaction
    .select({ id: apiAnswers.id, body: apiAnswers.body, answeredAt: apiAnswers.answeredAt, flags: apiAnswers.flags })
    .from(apiAnswers)
    .where(eq(apiAnswers.callId, callId));
  const sources: Source[] = [];
  const read: ReadRow[] = [];
  for (const { id, body, answeredAt, flags } of rows) {
    const answer = readCallAnswer(body, callId, answeredAt);
    if (answer !== null) {
      sources.push({ deliveryId: null, facts: answer.facts, rank: apiRank(answeredAt), receivedAt: answeredAt });
      read.push({ id, outcome: null, flags: answer.flags, stored: { outcome: null, flags, verdict: null } });
    }
  }
  return { sources, read };
}

/** What retention has deleted is not stored again. */
function withoutPurged(
  facts: CallFacts,
  {
    transcriptPurgedAt,
    recordingPurgedAt,
  }: Pick<typeof callDetails.$inferSelect, "transcriptPurgedAt" | "recordingPurgedAt">,
): CallFacts {
  return {
    ...facts,
    ...(transcriptPurgedAt === null ? {} : { transcript: null, corrections: null }),
    ...(recordingPurgedAt === null
      ? {}
      : { recordingUrl: null, recordingExpiresAt: null, permanentRecordingUrl: null }),
  };
}

/** Whether a source says that the call ended without a dial, and `calls` does not say so, or says that it was later. */
function isCalledOffEarlier(sources: readonly Source[], calledOffAt: Date | null): boolean {
  return sources.some(
    ({ facts, receivedAt }) => isNeverDialled(facts.outcome) && (calledOffAt === null || receivedAt < calledOffAt),
  );
}

/** Removes the facts that are not in `kept`, and the values of their columns. */
async function removeOthers(
  transaction: Transaction,
  stored: typeof callDetails.$inferSelect,
  kept: Record<string, Fact>,
): Promise<void> {
  const cleared = Object.fromEntries(wideFields.filter((field) => !(field in kept)).map((field) => [field, null]));
  await transaction
    .update(callDetails)
    .set({
      facts: kept,
      ...cleared,
      ...("recordingUrl" in kept ? {} : { recordingExpiresAt: null }),
    })
    .where(eq(callDetails.callId, stored.callId));
}

/** Writes the texts for the search again, also those of facts whose bodies were deleted. Returns whether they have changed. */
async function buildSearch(
  transaction: Transaction,
  callId: string,
  { facts, wide }: ReturnType<typeof mergedFacts>,
): Promise<boolean> {
  const number = facts["phoneNumber"]?.v;
  const { spoken, name } = await searchTextsOf({
    transcript: (wide.transcript ?? null) as TranscriptMessage[] | null,
    variables: (wide.variables ?? null) as Json,
    phoneNumber: typeof number === "string" ? number : null,
  });
  const search = sql`to_tsvector('simple', ${spoken}::text)`;
  const nameSearch = sql`to_tsvector('simple', ${name}::text)`;
  const changed = await transaction
    .update(callDetails)
    .set({ search, nameSearch })
    .where(
      and(
        eq(callDetails.callId, callId),
        sql`(
          coalesce(${callDetails.search}, '') is distinct from coalesce(${search}, '')
          or coalesce(${callDetails.nameSearch}, '') is distinct from ${nameSearch}
        )`,
      ),
    )
    .returning({ callId: callDetails.callId });
  return changed.length > 0;
}

async function merge(
  transaction: Transaction,
  callId: string,
  { facts, rank, receivedAt, deliveryId }: Source,
): Promise<void> {
  const search = await searchTextsOf(facts);
  const incoming = incomingOf({ callId, facts, search, rank, deliveryId, receivedAt });
  await transaction.execute(sql`
    with ${mergeCtes({ incoming, alsoSet: sql.empty() })}
    select call_id from projected
  `);
}

/**
 * Writes to the deliveries what today's rules read in them, and their verdicts. Returns how many changed.
 *
 * @param isMerged whether they were merged again: then the trigger of `call_details` may have changed their verdicts since they were read
 */
async function noteDeliveries(
  transaction: Transaction,
  callId: string,
  read: readonly ReadRow[],
  { winner, isMerged }: { winner: string | null; isMerged: boolean },
): Promise<number> {
  const changed = read
    .map(({ id, outcome, flags, stored }) => {
      const verdict = id === winner ? "applied" : "superseded";
      return {
        id,
        outcome,
        flags,
        verdict,
        isChanged: isMerged || !isDeepStrictEqual({ outcome, flags, verdict }, stored),
      };
    })
    .filter(({ isChanged }) => isChanged);
  if (changed.length > 0) {
    await transaction.execute(sql`
      update deliveries set outcome = read.outcome, flags = read.flags, verdict = read.verdict
      from jsonb_to_recordset(${JSON.stringify(changed)}::text::jsonb) as read(id uuid, outcome text, flags text[], verdict text)
      where deliveries.call_id = ${callId} and deliveries.id = read.id
    `);
  }
  return changed.length;
}

async function noteAnswers(transaction: Transaction, callId: string, read: readonly ReadRow[]): Promise<number> {
  const changed = read.filter(({ flags, stored }) => !isDeepStrictEqual(flags, stored.flags));
  for (const { id, flags } of changed) {
    await transaction
      .update(apiAnswers)
      .set({ flags })
      .where(and(eq(apiAnswers.callId, callId), eq(apiAnswers.id, id)));
  }
  return changed.length;
}
