import { and, asc, eq, inArray, lt, sql, type SQL } from "drizzle-orm";

import { CONTENT_COLUMNS } from "@/db/calls/read";
import { jobs, type Transaction } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";

/**
 * Everything that is stored in batches for a search that no index can answer, each in the order of its key. A batch is limited by bytes, because a
 * transcript may have megabytes.
 */

const MAX_ROWS = 500;
const MAX_BYTES = 8 * 1024 * 1024;

/** A batch and where the next one begins; null after the last one. */
export type Batch<Row> = { rows: Row[]; next: string | null };

/** The words of a call in `calls`, by column. The vendor decides what they contain. */
const WORDS = {
  outcome: calls.outcome,
  status: calls.status,
  direction: calls.direction,
  language: calls.language,
  interactionType: calls.interactionType,
  phoneNumber: calls.phoneNumber,
  scenarioId: calls.scenarioId,
  customerName: calls.customerName,
  goal: calls.goal,
  criteria: calls.criteria,
};

const TEXTS = { ...CONTENT_COLUMNS, permanentRecordingUrl: callDetails.permanentRecordingUrl };

type CallTexts = Awaited<ReturnType<typeof selectTexts>>[number];

/**
 * The texts of the calls after `cursor`, which is a call's id or "".
 *
 * @param before only calls that were first received before this moment; null for all
 */
export async function readCallTexts(cursor: string, before: Date | null): Promise<Batch<CallTexts>> {
  const keys = await jobs.execute<{ call_id: string; bytes: number }>(sql`
    select call_id, sum(bytes) over (order by call_id)::float8 as bytes from (
      select call_id, coalesce(pg_column_size(transcript), 0) + coalesce(pg_column_size(report), 0) + coalesce(pg_column_size(response_body), 0)
        + coalesce(pg_column_size(variables), 0) as bytes
      from call_details where call_id > ${cursor} order by call_id limit ${MAX_ROWS}
    ) sized order by call_id
  `);
  const ids = keys.filter(({ bytes }, at) => at === 0 || bytes <= MAX_BYTES).map(({ call_id: id }) => id);
  const rows = ids.length === 0 ? [] : await selectTexts(jobs, ids, before);
  const isLast = ids.length === keys.length && keys.length < MAX_ROWS;
  return { rows, next: isLast ? null : (ids.at(-1) ?? null) };
}

/** Reads the texts of calls again and locks them, in the order of their ids, as the merge does. */
export function lockCallTexts(transaction: Transaction, callIds: readonly string[]) {
  return selectTexts(transaction, callIds, null).for("update");
}

function selectTexts(on: Pick<Transaction, "select">, callIds: readonly string[], before: Date | null) {
  return on
    .select({ callId: callDetails.callId, words: WORDS, texts: TEXTS })
    .from(callDetails)
    .innerJoin(calls, eq(calls.callId, callDetails.callId))
    .where(
      and(inArray(callDetails.callId, [...callIds]), before === null ? undefined : lt(calls.firstReceivedAt, before)),
    )
    .orderBy(asc(callDetails.callId))
    .$dynamic();
}

/** The primary key of a delivery or of an answer of the API. */
export type BodyKey = [callId: string, id: string];
const BEFORE_FIRST: BodyKey = ["", "00000000-0000-0000-0000-000000000000"];

type StoredBody = {
  key: BodyKey;
  body: Buffer;
  contentEncoding: string | null;
  /** What else the row contains: headers, flags and other words. */
  words: (string | null)[];
};

/**
 * The bodies of deliveries and of answers of the API after `cursor`, as `next` of an earlier batch, or "".
 *
 * @param before only bodies that were received before this moment; null for all
 */
export async function readBodies(cursor: string, before: Date | null): Promise<Batch<StoredBody>> {
  const [callId, id] = cursor === "" ? BEFORE_FIRST : (JSON.parse(cursor) as BodyKey);
  const after = sql`(call_id, id) > (${callId}::text, ${id}::uuid)`;
  const until = (column: SQL) => (before === null ? sql`true` : sql`${column} < ${before.toISOString()}::timestamptz`);
  const rows = await jobs.execute<{
    call_id: string;
    id: string;
    body: Buffer | null;
    content_encoding: string | null;
    words: (string | null)[] | null;
  }>(sql`
    with keys as materialized (
      select call_id, id, sum(bytes) over (order by call_id, id) as bytes, row_number() over (order by call_id, id) as place from (
        select * from (
          (select call_id, id, octet_length(body) as bytes from deliveries where ${after} order by call_id, id limit ${MAX_ROWS})
          union all
          (select call_id, id, octet_length(body) from api_answers where ${after} order by call_id, id limit ${MAX_ROWS})
        ) both_kinds order by call_id, id limit ${MAX_ROWS}
      ) sized
    ), chosen as (select call_id, id from keys where bytes <= ${MAX_BYTES} or place = 1)
    select chosen.call_id, chosen.id, body, content_encoding, words from chosen left join (
      select call_id, id, body, content_encoding, received_at as at,
        jsonb_build_array(headers::text, content_type, outcome, reason) || to_jsonb(flags) as words
      from deliveries
      union all
      select call_id, id, body, null, answered_at, to_jsonb(flags) from api_answers
    ) stored on stored.call_id = chosen.call_id and stored.id = chosen.id and ${until(sql`stored.at`)}
    order by chosen.call_id, chosen.id
  `);
  const last = rows.at(-1);
  return {
    rows: rows.flatMap((row) =>
      row.body === null
        ? []
        : [
            {
              key: [row.call_id, row.id] as BodyKey,
              body: row.body,
              contentEncoding: row.content_encoding,
              words: row.words ?? [],
            },
          ],
    ),
    next: last === undefined ? null : JSON.stringify([last.call_id, last.id] satisfies BodyKey),
  };
}
