import { sql } from "drizzle-orm";

import { INCOMING, incomingRow, mergeCtes, ofMerged, setOnDelivery, webhookRank } from "@/db/calls/merge";
import type { Database } from "@/db/driver/client";
import { preparedQuery } from "@/db/driver/prepared";
import type { SearchTexts } from "@/lib/call/search-texts";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import { bodySha256, type ReceivedDelivery } from "@/lib/delivery/received-delivery";
import type { Verdict } from "@/lib/delivery/verdict";
import type { Interpretation } from "@/lib/sarj/interpret";

/** A delivery as a row of the statement. */
export type DeliveryRow = {
  /** No two rows of a statement may have the same key: Postgres changes a row only once in a statement. */
  key: string;
  callId: string;
  /** The group of its call, as far as this delivery tells: statements at the same time should have different ones. */
  contactId: string;
  /** Hex SHA-256 of the body. */
  bodySha256: string;
  /** The row as JSON. */
  json: string;
  /** Null unless it is to be quarantined. */
  reason: QuarantineReason | null;
};

export type StoredDelivery = { verdict: Verdict; deliveryId: string };

/** Makes the row of a delivery that is understood. */
export function rowOf(
  received: ReceivedDelivery,
  { callId, facts, flags }: Interpretation & { understood: true },
  search: SearchTexts,
): DeliveryRow {
  const { id: deliveryId, receivedAt } = received;
  const row = storedRow(received);
  const incoming = incomingRow({ callId, facts, search, rank: webhookRank(facts), deliveryId, receivedAt });
  return {
    key: callId,
    callId,
    contactId: facts.rootCallId ?? callId,
    bodySha256: row.body_sha256,
    json: JSON.stringify({ ...row, ...incoming, outcome: facts.outcome, flags }),
    reason: null,
  };
}

/** Makes the row of a delivery to quarantine. */
export function quarantinedRowOf(received: ReceivedDelivery, callId: string, reason: QuarantineReason): DeliveryRow {
  const row = storedRow(received);
  return {
    key: callId === "" ? row.body_sha256 : callId,
    callId,
    contactId: callId,
    bodySha256: row.body_sha256,
    json: JSON.stringify({ ...row, call_id: callId, received_at: received.receivedAt ?? undefined, reason }),
    reason,
  };
}

function storedRow({ id, body, contentType, contentEncoding, headers, sourceIp, secretLabel }: ReceivedDelivery) {
  return {
    id,
    // A view of the bytes. In base64, because JSON has no bytes: it is a third shorter than the driver's own form.
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64"),
    body_sha256: bodySha256(body),
    content_type: contentType ?? undefined,
    content_encoding: contentEncoding ?? undefined,
    headers: headers ?? undefined,
    source_ip: sourceIp ?? undefined,
    secret_label: secretLabel,
  };
}

/** More copies of one body than can be under way at once: a request that is tried again finds its id among them. */
const MAX_COPY_IDS = 1000;

/** Whether the request was not counted before. A try that was given up may have been committed nevertheless, and is then tried again. */
const isNewCopy = sql`(kept.id <> excluded.id and excluded.id <> all (kept.copy_ids))`;

/** A delivery of which the same body was quarantined earlier, because of its sender's address, and that is understood now. */
const isUnderstoodNow = sql`kept.verdict = 'quarantined' and excluded.reason is null`;

/**
 * Stores deliveries and merges their calls, in one statement with the same text for any number of rows. Rows of equal keys are not allowed. The result
 * is in the order of the rows.
 *
 * Postgres refuses all rows together: one row whose content it refuses, or whose call another session has locked for longer than
 * `lockTimeoutMs`, fails the others too. Throws the errors of the driver.
 */
export async function recordRows(
  on: Database,
  rows: readonly DeliveryRow[],
  lockTimeoutMs: number,
): Promise<StoredDelivery[]> {
  const json = `[${rows.map((row) => row.json).join(",")}]`;
  const stored = await recordQuery(on, { lockTimeout: String(lockTimeoutMs), json });
  const results: StoredDelivery[] = [];
  for (const { place, id, verdict, is_duplicate: isDuplicate } of stored) {
    const isQuarantined = rows[place - 1]?.reason !== null;
    // The same body may have been applied earlier, when an allowed address sent it.
    const isKnown = isQuarantined ? verdict !== "quarantined" : isDuplicate;
    results[place - 1] = { verdict: isKnown ? "duplicate" : verdict, deliveryId: id };
  }
  if (stored.length !== rows.length) {
    throw new Error("the statement did not return each row");
  }
  return results;
}

const incoming = sql`
      select
        call_id, coalesce(quarantined_id, id)::text as delivery_id, received_at, is_never_dialled,
        case when quarantined_id is null then facts else jsonb_set(facts, '{outcome,d}', to_jsonb(quarantined_id)) end as facts,
        transcript, corrections, report, response_body, variables, recording_url, recording_expires_at, permanent_recording_url, spoken, name
      from given where reason is null`;

const onDelivery = setOnDelivery(ofMerged("won"));

const recordQuery = preparedQuery<{ place: number; id: string; verdict: Verdict; is_duplicate: boolean }>(sql`
    with limits as materialized (
      -- For this statement, and before it takes a lock.
      select set_config('lock_timeout', ${sql.placeholder("lockTimeout")}, true) as lock_timeout
    ), given as materialized (
      select
        given.*,
        -- A body that was quarantined earlier because of its sender's address keeps its row.
        (
          select id from deliveries
          where deliveries.call_id = given.call_id and deliveries.body_sha256 = given.body_sha256 and verdict = 'quarantined'
        ) as quarantined_id
      from limits cross join rows from (
        json_to_recordset(${sql.placeholder("json")}::text::json) as (
          id uuid, body text, body_sha256 text, content_type text, content_encoding text, headers jsonb, source_ip text, secret_label text,
          outcome text, flags text[], reason text, ${INCOMING}
        )
      ) with ordinality as given
      where limits.lock_timeout is not null
    ), ${mergeCtes({ incoming, alsoSet: onDelivery })}, stored as (
      insert into deliveries as kept (
        call_id, id, body, body_sha256, content_type, content_encoding, headers, source_ip, secret_label, received_at, last_received_at,
        outcome, verdict, reason, flags
      )
      select
        given.call_id, id, decode(body, 'base64'), body_sha256, content_type, content_encoding, headers, source_ip, secret_label,
        least(given.received_at, now()), least(given.received_at, now()), outcome,
        case when reason is not null then 'quarantined' when won then 'applied' else 'superseded' end, reason, coalesce(flags, '{}')
      from given left join merged using (call_id)
      order by given.call_id, body_sha256
      on conflict (call_id, body_sha256) do update set
        times_received = kept.times_received + ${isNewCopy}::integer,
        copy_ids = case when ${isNewCopy} then kept.copy_ids[greatest(cardinality(kept.copy_ids) - ${sql.raw(String(MAX_COPY_IDS - 2))}, 1):] || excluded.id else kept.copy_ids end,
        headers = coalesce(kept.headers, excluded.headers),
        -- A delivery from the spool may be recorded after deliveries that were received later.
        received_at = least(kept.received_at, excluded.received_at),
        last_received_at = greatest(kept.last_received_at, excluded.last_received_at),
        outcome = case when excluded.reason is null then excluded.outcome else kept.outcome end,
        verdict = case when ${isUnderstoodNow} then excluded.verdict else kept.verdict end,
        flags = case when ${isUnderstoodNow} then excluded.flags else kept.flags end,
        stored_at = case when ${isUnderstoodNow} then excluded.stored_at else kept.stored_at end,
        reason = case when excluded.reason is null then null else kept.reason end
      returning call_id, body_sha256, id, verdict, times_received
    )
    select
      ordinality::integer as place, stored.id, stored.verdict, times_received > 1 and quarantined_id is null as is_duplicate
    from stored join given using (call_id, body_sha256)
  `);
