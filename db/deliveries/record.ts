import { sql } from "drizzle-orm";

import { mergeCtes, receivedAtOf, setOnDelivery, webhookRank } from "@/db/calls/merge";
import type { Database } from "@/db/driver/client";
import { withConnection } from "@/db/driver/deadline-pool";
import { executePrepared } from "@/db/driver/prepared";
import { isDataRefused } from "@/db/driver/sql-state";
import { textArray } from "@/db/driver/text-array";
import { type SearchTexts, searchTextsOf } from "@/lib/call/search-texts";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import { bodySha256, type ReceivedDelivery } from "@/lib/delivery/received-delivery";
import type { Verdict } from "@/lib/delivery/verdict";
import type { Interpretation } from "@/lib/sarj/interpret";

export type Recorded = {
  verdict: Verdict;
  callId: string;
  deliveryId: string;
  /** Null unless quarantined. */
  reason: QuarantineReason | null;
};

/**
 * Stores a delivery and merges its call in one statement, so both become durable together. The unique key on (call_id,
 * body_sha256) makes this idempotent: the same body again only increments `times_received` and updates the times of receipt.
 * The caller may retry after any error; at worst the delivery counts once more.
 *
 * A delivery whose content Postgres refuses is quarantined as `not_storable`, so a thrown error is always about the
 * database and never about the delivery. Throws the errors of `withConnection`.
 *
 * @param withinMs the deadline for the whole work, including the wait for a connection
 */
export async function record(
  received: ReceivedDelivery,
  interpretation: Interpretation,
  { withinMs }: { withinMs: number },
): Promise<Recorded> {
  // Before a connection is taken, because a large transcript takes a while.
  const search = interpretation.understood ? await searchTextsOnce(interpretation) : NO_TEXTS;
  return withConnection(async (on) => {
    if (!interpretation.understood) {
      return recordQuarantined(received, interpretation, on);
    }
    try {
      return await recordCall(received, { ...interpretation, search }, on);
    } catch (error) {
      if (!isDataRefused(error)) {
        throw error;
      }
      const { callId } = interpretation;
      return recordQuarantined(received, { understood: false, callId, reason: "not_storable" }, on);
    }
  }, withinMs);
}

const NO_TEXTS: SearchTexts = { spoken: null, name: "" };

/** In an outage, hundreds of deliveries are tried several times a second: making these texts each time would take all of the processor. */
const searchTexts = new WeakMap<Interpretation, Promise<SearchTexts>>();

function searchTextsOnce(interpretation: Interpretation & { understood: true }): Promise<SearchTexts> {
  const texts = searchTexts.get(interpretation) ?? searchTextsOf(interpretation.facts);
  searchTexts.set(interpretation, texts);
  return texts;
}

async function recordCall(
  received: ReceivedDelivery,
  { callId, facts, flags, search }: Interpretation & { understood: true } & { search: SearchTexts },
  on: Database,
): Promise<Recorded> {
  const rank = webhookRank(facts);
  // A body that was quarantined earlier because of its sender's address keeps its row.
  const storedId = sql`coalesce((select id from before where verdict = 'quarantined'), ${received.id}::uuid)::text`;
  const rows = await executePrepared<{ id: string; verdict: Verdict; is_duplicate: boolean }>(
    on,
    sql`
    with before as (
      select id, verdict from deliveries where call_id = ${callId} and body_sha256 = ${bodySha256(received.body)}
    ), ${mergeCtes({ callId, facts, search, rank, deliveryId: storedId, receivedAt: received.receivedAt, alsoSet: onDelivery })}, stored as (
      insert into deliveries as kept (${deliveryColumns})
      select
        ${deliveryValues(callId, received)}, ${facts.outcome}::text,
        case when won then 'applied' else 'superseded' end, null, ${textArray(flags)}
      from merged
      on conflict (call_id, body_sha256) do update set
        ${receivedAgain},
        outcome = excluded.outcome,
        verdict = case when kept.verdict = 'quarantined' then excluded.verdict else kept.verdict end,
        flags = case when kept.verdict = 'quarantined' then excluded.flags else kept.flags end,
        stored_at = case when kept.verdict = 'quarantined' then excluded.stored_at else kept.stored_at end,
        reason = null
      returning id, verdict, times_received
    )
    select
      id, verdict, times_received > 1 and not exists (select from before where verdict = 'quarantined') as is_duplicate
    from stored
  `,
  );
  const row = only(rows);
  return { verdict: row.is_duplicate ? "duplicate" : row.verdict, callId, deliveryId: row.id, reason: null };
}

/** More copies of one body than can be under way at once: a request that is tried again finds its id among them. */
const MAX_COPY_IDS = 1000;

/** Whether the request was not counted before. A try that was given up may have been committed nevertheless, and is then tried again. */
const isNewCopy = sql`(kept.id <> excluded.id and excluded.id <> all (kept.copy_ids))`;

/** A delivery from the spool may be recorded after deliveries that were received later. */
const receivedAgain = sql`times_received = kept.times_received + ${isNewCopy}::integer,
        copy_ids = case when ${isNewCopy} then kept.copy_ids[greatest(cardinality(kept.copy_ids) - ${sql.raw(String(MAX_COPY_IDS - 2))}, 1):] || excluded.id else kept.copy_ids end,
        headers = coalesce(kept.headers, excluded.headers),
        received_at = least(kept.received_at, excluded.received_at),
        last_received_at = greatest(kept.last_received_at, excluded.last_received_at)`;

const onDelivery = setOnDelivery(sql`(select won from merged)`);

async function recordQuarantined(
  received: ReceivedDelivery,
  { callId, reason }: Interpretation & { understood: false },
  on: Database,
): Promise<Recorded> {
  const rows = await on.execute<{ id: string; verdict: Verdict }>(sql`
    insert into deliveries as kept (${deliveryColumns})
    values (${deliveryValues(callId, received)}, null, 'quarantined', ${reason}, '{}')
    on conflict (call_id, body_sha256) do update set ${receivedAgain}
    returning id, verdict
  `);
  const row = only(rows);
  // The same body may have been applied earlier, when an allowed address sent it.
  return row.verdict === "quarantined"
    ? { verdict: "quarantined", callId, deliveryId: row.id, reason }
    : { verdict: "duplicate", callId, deliveryId: row.id, reason: null };
}

const deliveryColumns = sql.raw(
  "call_id, id, body, body_sha256, content_type, content_encoding, headers, source_ip, secret_label, received_at, last_received_at, outcome, verdict, reason, flags",
);

function deliveryValues(callId: string, received: ReceivedDelivery) {
  const receivedAt = receivedAtOf(received.receivedAt);
  return sql`${callId}, ${received.id}::uuid, ${Buffer.from(received.body)}::bytea, ${bodySha256(received.body)},
    ${received.contentType}::text, ${received.contentEncoding}::text, ${received.headers === null ? null : JSON.stringify(received.headers)}::text::jsonb,
    ${received.sourceIp}::text,
    ${received.secretLabel}::text, ${receivedAt}, ${receivedAt}`;
}

function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) {
    throw new Error("the statement returned no row");
  }
  return row;
}
