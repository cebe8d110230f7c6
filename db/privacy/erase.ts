import { and, asc, eq, gt, sql } from "drizzle-orm";

import { db, jobs } from "@/db/driver/client";
import { callDetails, calls, reviews } from "@/db/schema/calls";
import { apiAnswers, contractSightings, deliveries } from "@/db/schema/deliveries";
import { erasures } from "@/db/schema/privacy";
import type { Json, TranscriptMessage } from "@/lib/call/facts";
import { ERASED, eraseNumber, numberPattern, numberPatternSource, type SoughtNumber } from "@/lib/phone/pattern";
import { searchTextOf } from "@/lib/text/search";

import { type ClaimedErasure, type ErasureProgress, progressColumns } from "./erasures";

/**
 * The four steps of an erasure: delete the calls to and from the number, remove the number from the details of other calls, delete the raw
 * bodies that contain it, and remove it from notes. Each batch is a transaction that also stores the progress of the erasure.
 */

export type ErasurePreview = {
  calls: number;
  deliveries: number;
  reviews: number;
  /** Other calls that mention the number; null if counting failed or took longer than eight seconds. */
  mentions: number | null;
};

/** Counts what an erasure of this number would delete and change now. */
export async function previewErasure(number: SoughtNumber): Promise<ErasurePreview> {
  const [row] = await db.execute<{ calls: number; deliveries: number; reviews: number }>(sql`
    with own as materialized (select call_id from calls where ${hasNumber(number)})
    select
      (select count(*)::integer from own) as calls,
      (select count(*)::integer from deliveries join own using (call_id)) as deliveries,
      (select count(*)::integer from reviews join own using (call_id)) as reviews
  `);
  const counts = row ?? { calls: 0, deliveries: 0, reviews: 0 };
  return { ...counts, mentions: await countMentions(number) };
}

async function countMentions(number: SoughtNumber): Promise<number | null> {
  try {
    return await db.transaction(async (transaction) => {
      await transaction.execute(sql`set local statement_timeout = '8s'`);
      const rows = await transaction.execute<{ count: number }>(sql`
        select count(*)::integer as count from call_details
        where ${mentionsNumber(number)} and call_id not in (select call_id from calls where ${hasNumber(number)})
      `);
      return rows[0]?.count ?? 0;
    });
  } catch {
    return null;
  }
}

/** Step `calls`: deletes up to `limit` calls to and from the number, with everything stored about them. */
export async function eraseCalls(
  erasure: ClaimedErasure,
  number: SoughtNumber,
  limit: number,
): Promise<ErasureProgress> {
  return jobs.transaction(async (transaction) => {
    const [row] = await transaction.execute<{ calls: number; deliveries: number; reviews: number }>(sql`
      with own as materialized (
        -- Locks the details first, as the merge does: a statement that is about to add to the call waits, then finds it deleted.
        select calls.call_id from call_details join calls using (call_id) where ${hasNumber(number)} limit ${limit} for update
      ),
      details as (delete from call_details using own where call_details.call_id = own.call_id),
      listed as (delete from import_items using own where import_items.call_id = own.call_id),
      decisions as (delete from reviews using own where reviews.call_id = own.call_id returning 1),
      bodies as (delete from deliveries using own where deliveries.call_id = own.call_id returning 1),
      answers as (delete from api_answers using own where api_answers.call_id = own.call_id),
      rows as (delete from calls using own where calls.call_id = own.call_id returning 1)
      select
        (select count(*)::integer from rows) as calls, (select count(*)::integer from bodies) as deliveries,
        (select count(*)::integer from decisions) as reviews
    `);
    const counts = row ?? { calls: 0, deliveries: 0, reviews: 0 };
    const progress: ErasureProgress = { step: counts.calls < limit ? "details" : "calls", cursor: "" };
    await transaction
      .update(erasures)
      .set({
        callsDeleted: sql`${erasures.callsDeleted} + ${counts.calls}`,
        deliveriesDeleted: sql`${erasures.deliveriesDeleted} + ${counts.deliveries}`,
        reviewsDeleted: sql`${erasures.reviewsDeleted} + ${counts.reviews}`,
        ...progressColumns(progress),
      })
      .where(eq(erasures.id, erasure.id));
    return progress;
  });
}

/** Step `details`: searches up to `limit` other calls for the number and removes it from their texts. */
export async function redactDetails(
  erasure: ClaimedErasure,
  number: SoughtNumber,
  limit: number,
): Promise<ErasureProgress> {
  const pattern = numberPattern(number);
  const source = numberPatternSource(number);
  return jobs.transaction(async (transaction) => {
    const batch = transaction
      .select({ callId: callDetails.callId })
      .from(callDetails)
      .where(gt(callDetails.callId, erasure.cursor))
      .orderBy(asc(callDetails.callId))
      .limit(limit)
      .as("batch");
    const [range] = await transaction
      .select({ last: sql<string | null>`max(${batch.callId})`, count: sql<number>`count(*)::integer` })
      .from(batch);
    const last = range?.last ?? null;
    let redacted = 0;
    if (last !== null) {
      const rows = await transaction
        .select()
        .from(callDetails)
        .where(and(sql`call_id > ${erasure.cursor}`, sql`call_id <= ${last}`, mentionsNumber(number)))
        .for("update");
      for (const row of rows) {
        const clean = <Value>(value: Value): Value => eraseNumber(value as Json, pattern) as Value;
        const transcript = clean(row.transcript) as TranscriptMessage[] | null;
        await transaction
          .update(callDetails)
          .set({
            transcript,
            variables: clean(row.variables),
            facts: clean(row.facts),
            corrections: clean(row.corrections),
            report: clean(row.report),
            responseBody: clean(row.responseBody),
            search: transcript === null ? null : sql`to_tsvector('simple', ${searchTextOf(transcript)}::text)`,
            // The name comes from the variables. If they contained the number, the name may have been the number.
            nameSearch: sql`case when ${callDetails.variables}::text ~ ${source} then null else ${callDetails.nameSearch} end`,
          })
          .where(eq(callDetails.callId, row.callId));
        await transaction
          .update(calls)
          .set({
            customerName: sql`regexp_replace(${calls.customerName}, ${source}, ${ERASED}, 'g')`,
            criteria: sql`regexp_replace(${calls.criteria}::text, ${source}, ${ERASED}, 'g')::jsonb`,
          })
          .where(eq(calls.callId, row.callId));
        redacted += 1;
      }
    }
    const progress: ErasureProgress =
      last === null || (range?.count ?? 0) < limit
        ? { step: "deliveries", cursor: "" }
        : { step: "details", cursor: last };
    await transaction
      .update(erasures)
      .set({ callsRedacted: sql`${erasures.callsRedacted} + ${redacted}`, ...progressColumns(progress) })
      .where(eq(erasures.id, erasure.id));
    return progress;
  });
}

/** The primary key of a delivery or of an answer of the API. */
type DeliveryKey = [callId: string, id: string];
const BEFORE_FIRST_DELIVERY: DeliveryKey = ["", "00000000-0000-0000-0000-000000000000"];

/**
 * Step `deliveries`: searches up to `limit` deliveries and answers of the API for the number, and deletes those whose raw body or headers
 * contain it.
 *
 * @param containsNumber whether a body contains the number, given the body's content encoding
 */
export async function eraseDeliveries(
  erasure: ClaimedErasure,
  limit: number,
  containsNumber: (body: Buffer, contentEncoding: string | null) => Promise<boolean>,
): Promise<ErasureProgress> {
  const [callId, id] = erasure.cursor === "" ? BEFORE_FIRST_DELIVERY : (JSON.parse(erasure.cursor) as DeliveryKey);
  const rows = await jobs.execute<{
    call_id: string;
    id: string;
    body: Buffer;
    headers: string | null;
    content_encoding: string | null;
  }>(sql`
    select call_id, id, body, headers::text as headers, content_encoding from deliveries
    where (call_id, id) > (${callId}::text, ${id}::uuid)
    union all
    select call_id, id, body, null, null from api_answers
    where (call_id, id) > (${callId}::text, ${id}::uuid)
    order by call_id, id
    limit ${limit}
  `);
  const found: DeliveryKey[] = [];
  for (const row of rows) {
    if (
      (await containsNumber(row.body, row.content_encoding)) ||
      (await containsNumber(Buffer.from(row.headers ?? ""), null))
    ) {
      found.push([row.call_id, row.id]);
    }
  }
  const last = rows.at(-1);
  const progress: ErasureProgress =
    last === undefined || rows.length < limit
      ? { step: "reviews", cursor: "" }
      : { step: "deliveries", cursor: JSON.stringify([last.call_id, last.id] satisfies DeliveryKey) };
  await jobs.transaction(async (transaction) => {
    for (const [callId, id] of found) {
      await transaction.delete(deliveries).where(and(eq(deliveries.callId, callId), eq(deliveries.id, id)));
      await transaction.delete(apiAnswers).where(and(eq(apiAnswers.callId, callId), eq(apiAnswers.id, id)));
    }
    await transaction
      .update(erasures)
      .set({
        deliveriesDeleted: sql`${erasures.deliveriesDeleted} + ${found.length}`,
        ...progressColumns(progress),
      })
      .where(eq(erasures.id, erasure.id));
  });
  return progress;
}

/** The last step, `reviews`: removes the number from the notes of all reviews, and from the names that the contract watch has seen. */
export async function redactReviews(erasure: ClaimedErasure, number: SoughtNumber): Promise<void> {
  const pattern = numberPattern(number);
  await jobs.transaction(async (transaction) => {
    const rows = await transaction
      .select({ callId: reviews.callId, id: reviews.id, note: reviews.note })
      .from(reviews)
      .where(sql`${reviews.note} ~ ${numberPatternSource(number)}`)
      .for("update");
    for (const row of rows) {
      await transaction
        .update(reviews)
        .set({ note: eraseNumber(row.note ?? "", pattern) })
        .where(and(eq(reviews.callId, row.callId), eq(reviews.id, row.id)));
    }
    await transaction.delete(contractSightings).where(sql`${contractSightings.flag} ~ ${numberPatternSource(number)}`);
    await transaction
      .update(erasures)
      .set({ notesRedacted: sql`${erasures.notesRedacted} + ${rows.length}` })
      .where(eq(erasures.id, erasure.id));
  });
}

/** A condition for queries over `calls`: the call was to or from the number, in any notation. */
function hasNumber(number: SoughtNumber) {
  return sql`calls.phone_number ~ ${numberPatternSource(number)}`;
}

/** A condition for queries over `call_details`: some text or JSON contains the number. */
function mentionsNumber(number: SoughtNumber) {
  return sql`concat_ws(' ', facts, transcript, corrections, report, response_body, variables) ~ ${numberPatternSource(number)}`;
}
