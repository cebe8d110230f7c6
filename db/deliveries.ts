import { createHash, randomUUID } from "node:crypto";

import { sql } from "drizzle-orm";

import type { Interpretation, QuarantineReason } from "@/lib/sarj/webhook";

import { ingest } from "./client";
import { mergeCtes, sourceRank } from "./merge";

/** A webhook as it came in, before anybody thought about it. */
export type ReceivedDelivery = {
  /** The bytes as received, still compressed where `contentEncoding` says so. */
  body: Uint8Array;
  contentType: string | null;
  contentEncoding: string | null;
  sourceIp: string | null;
  secretLabel: string;
  /** When it was received, if that was earlier than now: it waited in the spool. */
  receivedAt: Date | null;
};

export type Recorded = {
  verdict: "applied" | "duplicate" | "superseded" | "quarantined";
  callId: string;
  deliveryId: string;
  /** Null unless quarantined. */
  reason: QuarantineReason | null;
};

/** Hex SHA-256 of a body: with the call's id the identity of a delivery. */
export function bodySha256(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/**
 * Stores a delivery and merges its call in one statement: after it returns both are durable, before it returns neither
 * is. The unique key on (call_id, body_sha256) is the idempotency: the same body again only counts up. Calling it twice
 * for one request is harmless, so a caller may retry after any error.
 */
export async function record(received: ReceivedDelivery, meaning: Interpretation): Promise<Recorded> {
  return meaning.understood ? recordCall(received, meaning) : recordQuarantined(received, meaning);
}

async function recordCall(
  received: ReceivedDelivery,
  { callId, facts, flags }: Interpretation & { understood: true },
): Promise<Recorded> {
  const deliveryId = randomUUID();
  const kind = facts.outcome === "complete" ? "complete" : "not_completed";
  const rank = sourceRank(kind, facts.endedAt);
  const rows = await ingest.execute<{
    id: string;
    verdict: Recorded["verdict"];
    times_received: number;
    won: boolean;
  }>(sql`
    with ${mergeCtes({ callId, facts, rank, deliveryId, receivedAt: received.receivedAt, alsoSet: onDelivery })}, stored as (
      insert into deliveries as kept (${deliveryColumns})
      select
        ${deliveryValues(callId, deliveryId, received)}, ${facts.outcome}::text,
        case when won then 'applied' else 'superseded' end, null, ${textArray(flags)}
      from merged
      on conflict (call_id, body_sha256) do update set
        times_received = kept.times_received + 1,
        last_received_at = now(),
        -- The same body may once have been set aside, for the address it came from.
        outcome = excluded.outcome,
        verdict = case when kept.verdict = 'quarantined' then excluded.verdict else kept.verdict end,
        reason = null
      returning id, verdict, times_received
    )
    select stored.id, stored.verdict, stored.times_received, merged.won from stored, merged
  `);
  const row = only(rows);
  const isNew = row.times_received === 1 || row.won;
  return { verdict: isNew ? row.verdict : "duplicate", callId, deliveryId: row.id, reason: null };
}

/** A delivery that changed a call's outcome may have changed what the API knows of it: it is asked again. */
const onDelivery = sql`,
      first_received_at = least(kept.first_received_at, excluded.first_received_at),
      last_received_at = greatest(kept.last_received_at, excluded.last_received_at),
      enrichment_state = case when (select won from merged) then 'pending' else kept.enrichment_state end,
      enrichment_attempts = case when (select won from merged) then 0 else kept.enrichment_attempts end,
      enrichment_due_at = case when (select won from merged) then now() else kept.enrichment_due_at end`;

async function recordQuarantined(
  received: ReceivedDelivery,
  { callId, reason }: Interpretation & { understood: false },
): Promise<Recorded> {
  const deliveryId = randomUUID();
  const rows = await ingest.execute<{ id: string }>(sql`
    insert into deliveries as kept (${deliveryColumns})
    values (${deliveryValues(callId, deliveryId, received)}, null, 'quarantined', ${reason}, '{}')
    on conflict (call_id, body_sha256) do update set
      times_received = kept.times_received + 1, last_received_at = now()
    returning id
  `);
  return { verdict: "quarantined", callId, deliveryId: only(rows).id, reason };
}

const deliveryColumns = sql.raw(
  "call_id, id, body, body_sha256, content_type, content_encoding, source_ip, secret_label, received_at, last_received_at, outcome, verdict, reason, flags",
);

function deliveryValues(callId: string, deliveryId: string, received: ReceivedDelivery) {
  const receivedAt = sql`coalesce(${received.receivedAt?.toISOString() ?? null}::timestamptz, now())`;
  return sql`${callId}, ${deliveryId}::uuid, ${Buffer.from(received.body)}::bytea, ${bodySha256(received.body)},
    ${received.contentType}::text, ${received.contentEncoding}::text, ${received.sourceIp}::text,
    ${received.secretLabel}::text, ${receivedAt}, ${receivedAt}`;
}

function textArray(values: readonly string[]) {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb))`;
}

function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) {
    throw new Error("the statement returned no row");
  }
  return row;
}
