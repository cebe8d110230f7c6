import { and, eq, isNotNull, lt, sql, type SQL } from "drizzle-orm";

import { jobs, type Transaction } from "@/db/driver/client";
import { textArray } from "@/db/driver/text-array";
import { callDetails, calls, reviews } from "@/db/schema/calls";
import { apiAnswers, contractSightings, deliveries } from "@/db/schema/deliveries";
import { imports } from "@/db/schema/imports";
import { erasures } from "@/db/schema/privacy";
import type { Json, TranscriptMessage } from "@/lib/call/facts";
import { searchTextsOf } from "@/lib/call/search-texts";
import { nextTurn } from "@/lib/next-turn";
import { containsNumber, containsNumberInTurns, eraseNumbers, eraseNumbersInTurns } from "@/lib/phone/erase";
import { ruleFor } from "@/lib/phone/number-forms";
import { numberPatternSource, type SoughtNumber } from "@/lib/phone/pattern";
import type { NumberRule } from "@/lib/transcript/joined-digits";

import { findCallsWith, hasNumber } from "./conditions";
import { type ClaimedErasure, type ErasureProgress, progressColumns } from "./erasures";
import { type BodyKey, lockCallTexts, readBodies, readCallTexts } from "./stored-texts";

/**
 * The four steps of an erasure: delete the calls to and from the number, remove the number from the texts of other calls, delete the raw
 * bodies that contain it, and remove it from notes. Each batch is a transaction that also stores the progress of the erasure. An erasure that
 * repeats an earlier one leaves alone what was stored after `storedBefore`.
 */

/** Step `calls`: looks at a batch of calls and deletes up to `limit` of those to and from the number, with everything stored about them. */
export async function eraseCalls(
  erasure: ClaimedErasure,
  number: SoughtNumber,
  limit: number,
): Promise<ErasureProgress> {
  const { rows, next } = await findCallsWith(number, erasure.cursor, erasure.storedBefore);
  const own = rows.slice(0, limit);
  const cursor = own.length < rows.length ? (own.at(-1) ?? null) : next;
  return jobs.transaction(async (transaction) => {
    if (own.length > 0) {
      const isStill = sql`${hasNumber(number)} and ${isBefore(erasure, sql`calls.first_received_at`)}`;
      await deleteCalls(transaction, erasure, sql`calls.call_id = any(${textArray(own)}) and ${isStill}`);
    }
    const progress: ErasureProgress = cursor === null ? { step: "details", cursor: "" } : { step: "calls", cursor };
    return storeProgress(transaction, erasure, progress);
  });
}

/** @param which a condition for `calls` */
async function deleteCalls(transaction: Transaction, erasure: ClaimedErasure, which: SQL): Promise<void> {
  const [row] = await transaction.execute<{ calls: number; deliveries: number; reviews: number }>(sql`
    with own as materialized (
      -- Locks the details first, as the merge does: a statement that is about to add to the call waits, then finds it deleted.
      select calls.call_id from call_details join calls using (call_id) where ${which} for update
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
  await transaction
    .update(erasures)
    .set({
      callsDeleted: sql`${erasures.callsDeleted} + ${counts.calls}`,
      deliveriesDeleted: sql`${erasures.deliveriesDeleted} + ${counts.deliveries}`,
      reviewsDeleted: sql`${erasures.reviewsDeleted} + ${counts.reviews}`,
    })
    .where(eq(erasures.id, erasure.id));
}

/** Step `details`: searches a batch of other calls for the number and removes it from their texts. */
export async function redactDetails(erasure: ClaimedErasure, number: SoughtNumber): Promise<ErasureProgress> {
  const rule = ruleFor(number);
  const { rows, next } = await readCallTexts(erasure.cursor, erasure.storedBefore);
  const found: typeof rows = [];
  for (const row of rows) {
    const values = [...Object.values(row.words), ...Object.values(row.texts)] as Json[];
    for (const value of values) {
      if (await containsNumberInTurns(value, rule)) {
        found.push(row);
        break;
      }
    }
    await nextTurn();
  }
  return jobs.transaction(async (transaction) => {
    const isOwn = ({ words }: (typeof found)[number]) => containsNumber(words.phoneNumber, rule);
    const own = found.filter(isOwn).map(({ callId }) => callId);
    if (own.length > 0) {
      // A notation that the pattern of the first step does not know.
      await deleteCalls(transaction, erasure, sql`calls.call_id = any(${textArray(own)})`);
    }
    const others = found.filter((row) => !isOwn(row)).map(({ callId }) => callId);
    const locked = others.length === 0 ? [] : await lockCallTexts(transaction, others);
    for (const row of locked) {
      await redactCall(transaction, row, rule);
    }
    const progress: ErasureProgress =
      next === null ? { step: "deliveries", cursor: "" } : { step: "details", cursor: next };
    return storeProgress(transaction, erasure, progress, {
      callsRedacted: sql`${erasures.callsRedacted} + ${locked.length}`,
    });
  });
}

async function redactCall(
  transaction: Transaction,
  { callId, words, texts }: Awaited<ReturnType<typeof lockCallTexts>>[number],
  rule: NumberRule,
): Promise<void> {
  const clean = async <Value>(value: Value): Promise<Value> =>
    (await eraseNumbersInTurns(value as Json, rule)) as Value;
  const { facts, corrections, report, responseBody, variables, recordingUrl, permanentRecordingUrl } = texts;
  const transcript = (await clean(texts.transcript)) as TranscriptMessage[] | null;
  const { spoken } = await searchTextsOf({ transcript, variables: null, phoneNumber: null });
  // A URL without a part of it leads nowhere.
  const urls = {
    recordingUrl: recordingUrl !== null && containsNumber(recordingUrl, rule) ? null : recordingUrl,
    permanentRecordingUrl:
      permanentRecordingUrl !== null && containsNumber(permanentRecordingUrl, rule) ? null : permanentRecordingUrl,
  };
  await transaction
    .update(callDetails)
    .set({
      transcript,
      variables: await clean(variables),
      facts: await clean(facts),
      corrections: await clean(corrections),
      report: await clean(report),
      responseBody: await clean(responseBody),
      ...urls,
      search: transcript === null ? null : sql`to_tsvector('simple', ${spoken}::text)`,
      // The name comes from the variables. If they contained the number, the name may have been the number.
      ...((await containsNumberInTurns(variables as Json, rule)) ? { nameSearch: null } : {}),
    })
    .where(eq(callDetails.callId, callId));
  await transaction
    .update(calls)
    .set({ ...(await clean(words)), hasRecording: (urls.recordingUrl ?? urls.permanentRecordingUrl) !== null })
    .where(eq(calls.callId, callId));
}

/** What a search for the number in a body found. `unreadable`: nobody can read the body, so it may contain the number. */
export type BodyFinding = "found" | "not_found" | "unreadable";

/**
 * Step `deliveries`: searches a batch of deliveries and answers of the API for the number, and deletes those whose body or headers contain it.
 *
 * @param searchBody given the body and its content encoding
 */
export async function eraseDeliveries(
  erasure: ClaimedErasure,
  number: SoughtNumber,
  searchBody: (body: Buffer, contentEncoding: string | null) => Promise<BodyFinding>,
): Promise<ErasureProgress> {
  const rule = ruleFor(number);
  const { rows, next } = await readBodies(erasure.cursor, erasure.storedBefore);
  const toDelete: BodyKey[] = [];
  let unreadable = 0;
  for (const { key, body, contentEncoding, words } of rows) {
    const inWords = words.some((word) => containsNumber(word, rule));
    const finding = inWords ? "found" : await searchBody(body, contentEncoding);
    unreadable += finding === "unreadable" ? 1 : 0;
    if (finding === "found" || (finding === "unreadable" && erasure.deleteUnreadable)) {
      toDelete.push(key);
    }
  }
  const progress: ErasureProgress =
    next === null ? { step: "reviews", cursor: "" } : { step: "deliveries", cursor: next };
  return jobs.transaction(async (transaction) => {
    for (const [callId, id] of toDelete) {
      await transaction.delete(deliveries).where(and(eq(deliveries.callId, callId), eq(deliveries.id, id)));
      await transaction.delete(apiAnswers).where(and(eq(apiAnswers.callId, callId), eq(apiAnswers.id, id)));
    }
    return storeProgress(transaction, erasure, progress, {
      deliveriesDeleted: sql`${erasures.deliveriesDeleted} + ${toDelete.length}`,
      ...(erasure.deleteUnreadable
        ? { unreadableDeleted: sql`${erasures.unreadableDeleted} + ${unreadable}` }
        : // The steps may be repeated, and what was kept is found again.
          { unreadableKept: erasure.cursor === "" ? unreadable : sql`${erasures.unreadableKept} + ${unreadable}` }),
    });
  });
}

/**
 * The last step, `reviews`: removes the number from the notes of all reviews, from lists of calls to import, and from the names that the
 * contract watch has seen.
 */
export async function redactReviews(erasure: ClaimedErasure, number: SoughtNumber): Promise<void> {
  const rule = ruleFor(number);
  const pattern = numberPatternSource(number);
  await jobs.transaction(async (transaction) => {
    const notes = await transaction
      .select({ callId: reviews.callId, id: reviews.id, note: reviews.note })
      .from(reviews)
      .where(and(isNotNull(reviews.note), createdBefore(erasure, reviews.createdAt)));
    const withNumber = notes.filter(({ note }) => containsNumber(note, rule));
    for (const { callId, id, note } of withNumber) {
      await transaction
        .update(reviews)
        .set({ note: eraseNumbers(note, rule) })
        .where(and(eq(reviews.callId, callId), eq(reviews.id, id)));
    }
    const flags = await transaction
      .select({ flag: contractSightings.flag })
      .from(contractSightings)
      .where(createdBefore(erasure, contractSightings.firstSeenAt));
    for (const { flag } of flags.filter((row) => containsNumber(row.flag, rule))) {
      await transaction.delete(contractSightings).where(eq(contractSightings.flag, flag));
    }
    const files = await transaction
      .select({ id: imports.id, fileName: imports.fileName })
      .from(imports)
      .where(and(isNotNull(imports.fileName), createdBefore(erasure, imports.createdAt)));
    for (const { id, fileName } of files.filter((row) => containsNumber(row.fileName, rule))) {
      await transaction
        .update(imports)
        .set({ fileName: eraseNumbers(fileName, rule) })
        .where(eq(imports.id, id));
    }
    // Somebody may have pasted numbers where ids were asked for.
    await transaction.execute(sql`
      delete from import_items using imports
      where imports.id = import_items.import_id and import_items.call_id ~ ${pattern} and ${isBefore(erasure, sql`imports.created_at`)}
    `);
    await transaction
      .update(erasures)
      .set({ notesRedacted: sql`${erasures.notesRedacted} + ${withNumber.length}` })
      .where(eq(erasures.id, erasure.id));
  });
}

async function storeProgress(
  transaction: Transaction,
  erasure: ClaimedErasure,
  progress: ErasureProgress,
  counts: Parameters<ReturnType<typeof transaction.update<typeof erasures>>["set"]>[0] = {},
): Promise<ErasureProgress> {
  await transaction
    .update(erasures)
    .set({ ...counts, ...progressColumns(progress) })
    .where(eq(erasures.id, erasure.id));
  return progress;
}

function isBefore({ storedBefore }: ClaimedErasure, column: SQL): SQL {
  return storedBefore === null ? sql`true` : sql`${column} < ${storedBefore.toISOString()}::timestamptz`;
}

function createdBefore({ storedBefore }: ClaimedErasure, column: Parameters<typeof lt>[0]): SQL | undefined {
  return storedBefore === null ? undefined : lt(column, storedBefore);
}
