import { and, asc, desc, eq, getTableColumns, gt, isNull, lt, or, sql } from "drizzle-orm";

import { db, jobs } from "@/db/driver/client";
import { callDetails, calls, reviews } from "@/db/schema/calls";
import { deliveries } from "@/db/schema/deliveries";
import { erasures, type Erasure } from "@/db/schema/privacy";
import type { Json, TranscriptMessage } from "@/lib/call/facts";
import { ERASED, eraseNumber, numberPattern, numberPatternSource, type SoughtNumber } from "@/lib/phone/pattern";
import type { ErasureStep } from "@/lib/privacy/erasure";
import { searchTextOf } from "@/lib/text/search";

/**
 * Erasing a person by phone number. Calls to or from the number go whole; where other calls mention it, the number alone
 * goes from them, and a raw body that holds it goes whole. The work is done in batches, each its own transaction; where
 * it stands is on the erasure's row, so it goes on wherever and whenever a process works on it.
 */

const LEASE_SECONDS = 120;

export type ErasurePreview = {
  calls: number;
  deliveries: number;
  reviews: number;
  /** Other calls that mention the number; null where looking took too long and only the erasure itself will tell. */
  mentions: number | null;
};

/** How much an erasure would take now. */
export async function previewErasure(number: SoughtNumber): Promise<ErasurePreview> {
  const [row] = await db.execute<{ calls: number; deliveries: number; reviews: number }>(sql`
    with own as materialized (select call_id from calls where ${isOf(number)})
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
        where ${mentions(number)} and call_id not in (select call_id from calls where ${isOf(number)})
      `);
      return rows[0]?.count ?? 0;
    });
  } catch {
    return null;
  }
}

/** Begins an erasure; the job does the rest. */
export async function startErasure(number: SoughtNumber, requestedBy: string): Promise<string> {
  const [row] = await db
    .insert(erasures)
    .values({ digits: number.digits, masked: number.masked, requestedBy })
    .returning({ id: erasures.id });
  if (row === undefined) {
    throw new Error("the statement returned no row");
  }
  return row.id;
}

/** What people are shown of an erasure: all but the number itself. */
const { digits: _digits, cursor: _cursor, leasedUntil: _leasedUntil, ...SHOWN } = getTableColumns(erasures);
export type ShownErasure = Omit<Erasure, "digits" | "cursor" | "leasedUntil">;

/** The last erasures, the newest first. */
export async function listErasures(limit = 50): Promise<ShownErasure[]> {
  return db.select(SHOWN).from(erasures).orderBy(desc(erasures.requestedAt)).limit(limit);
}

export async function getErasure(id: string): Promise<ShownErasure | null> {
  const [row] = await db.select(SHOWN).from(erasures).where(eq(erasures.id, id)).limit(1);
  return row ?? null;
}

export type ClaimedErasure = Erasure & { digits: string };

/** Takes the oldest erasure that nobody works on and leases it. */
export async function claimErasure(): Promise<ClaimedErasure | null> {
  // In a `with`, not in the condition: there it may be run anew for every row, and lock other rows each time.
  const next = jobs.$with("next").as(
    jobs
      .select({ nextId: sql<string>`${erasures.id}`.as("next_id") })
      .from(erasures)
      .where(and(eq(erasures.state, "running"), or(isNull(erasures.leasedUntil), lt(erasures.leasedUntil, sql`now()`))))
      .orderBy(asc(erasures.requestedAt))
      .limit(1)
      .for("update", { skipLocked: true }),
  );
  const [row] = await jobs
    .with(next)
    .update(erasures)
    .set({ leasedUntil: sql`now() + make_interval(secs => ${LEASE_SECONDS})` })
    .from(next)
    .where(eq(erasures.id, next.nextId))
    .returning(getTableColumns(erasures));
  return row === undefined || row.digits === null ? null : { ...row, digits: row.digits };
}

/** Gives a claim back, so that another process may go on at once; `fromTheStart` where something came in behind it. */
export async function releaseErasure(id: string, { fromTheStart = false } = {}): Promise<void> {
  const place = fromTheStart ? ({ step: "calls", cursor: "" } as const) : {};
  await jobs
    .update(erasures)
    .set({ leasedUntil: null, ...place })
    .where(eq(erasures.id, id));
}

/** Ends an erasure and forgets the number. */
export async function finishErasure(id: string, error: string | null): Promise<Erasure | null> {
  const [row] = await jobs
    .update(erasures)
    .set({
      state: error === null ? "done" : "failed",
      digits: null,
      error,
      leasedUntil: null,
      finishedAt: sql`now()`,
    })
    .where(eq(erasures.id, id))
    .returning();
  return row ?? null;
}

/** One batch's work: whether the step is through, and where the next batch begins. */
export type Batch = { isThrough: boolean; cursor: string };

/** Takes up to `limit` of the number's own calls, with all about them. */
export async function eraseCalls(erasure: ClaimedErasure, number: SoughtNumber, limit: number): Promise<Batch> {
  return jobs.transaction(async (transaction) => {
    const [row] = await transaction.execute<{ calls: number; deliveries: number; reviews: number }>(sql`
      with own as materialized (
        -- The details first, as the merge locks them: whoever is about to add to the call waits, and then finds it gone.
        select calls.call_id from call_details join calls using (call_id) where ${isOf(number)} limit ${limit} for update
      ),
      details as (delete from call_details using own where call_details.call_id = own.call_id),
      listed as (delete from import_items using own where import_items.call_id = own.call_id),
      decisions as (delete from reviews using own where reviews.call_id = own.call_id returning 1),
      bodies as (delete from deliveries using own where deliveries.call_id = own.call_id returning 1),
      rows as (delete from calls using own where calls.call_id = own.call_id returning 1)
      select
        (select count(*)::integer from rows) as calls, (select count(*)::integer from bodies) as deliveries,
        (select count(*)::integer from decisions) as reviews
    `);
    const counts = row ?? { calls: 0, deliveries: 0, reviews: 0 };
    const isThrough = counts.calls < limit;
    await transaction
      .update(erasures)
      .set({
        callsDeleted: sql`${erasures.callsDeleted} + ${counts.calls}`,
        deliveriesDeleted: sql`${erasures.deliveriesDeleted} + ${counts.deliveries}`,
        reviewsDeleted: sql`${erasures.reviewsDeleted} + ${counts.reviews}`,
        ...step(isThrough ? "details" : "calls", "", LEASE_SECONDS),
      })
      .where(eq(erasures.id, erasure.id));
    return { isThrough, cursor: "" };
  });
}

/** Takes the number out of what other calls say, a batch of `limit` calls looked through. */
export async function redactDetails(erasure: ClaimedErasure, number: SoughtNumber, limit: number): Promise<Batch> {
  const pattern = numberPattern(number);
  const source = numberPatternSource(number);
  return jobs.transaction(async (transaction) => {
    const looked = transaction
      .select({ callId: callDetails.callId })
      .from(callDetails)
      .where(gt(callDetails.callId, erasure.cursor))
      .orderBy(asc(callDetails.callId))
      .limit(limit)
      .as("looked");
    const [range] = await transaction
      .select({ last: sql<string | null>`max(${looked.callId})`, count: sql<number>`count(*)::integer` })
      .from(looked);
    const last = range?.last ?? null;
    let redacted = 0;
    if (last !== null) {
      const rows = await transaction
        .select()
        .from(callDetails)
        .where(and(sql`call_id > ${erasure.cursor}`, sql`call_id <= ${last}`, mentions(number)))
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
            // It is of the same variables; a name that is a number is no name to be found by.
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
    const isThrough = (range?.count ?? 0) < limit;
    const cursor = isThrough ? "" : (last ?? "");
    await transaction
      .update(erasures)
      .set({
        callsRedacted: sql`${erasures.callsRedacted} + ${redacted}`,
        ...step(isThrough ? "deliveries" : "details", cursor, LEASE_SECONDS),
      })
      .where(eq(erasures.id, erasure.id));
    return { isThrough, cursor };
  });
}

/** Where a page of raw bodies begins: the key of the last one that was looked at. */
const deliveryCursor = (callId: string, id: string) => JSON.stringify([callId, id]);
const FIRST_DELIVERY: [string, string] = ["", "00000000-0000-0000-0000-000000000000"];

/**
 * Deletes raw bodies that hold the number, a batch of `limit` looked through.
 *
 * @param holds whether a body, decoded as its sender said, holds the number
 */
export async function eraseDeliveries(
  erasure: ClaimedErasure,
  limit: number,
  holds: (body: Buffer, contentEncoding: string | null) => Promise<boolean>,
): Promise<Batch> {
  const [callId, id] = erasure.cursor === "" ? FIRST_DELIVERY : (JSON.parse(erasure.cursor) as [string, string]);
  const rows = await jobs
    .select({
      callId: deliveries.callId,
      id: deliveries.id,
      body: deliveries.body,
      contentEncoding: deliveries.contentEncoding,
    })
    .from(deliveries)
    .where(sql`(${deliveries.callId}, ${deliveries.id}) > (${callId}::text, ${id}::uuid)`)
    .orderBy(asc(deliveries.callId), asc(deliveries.id))
    .limit(limit);
  const found: { callId: string; id: string }[] = [];
  for (const row of rows) {
    if (await holds(row.body, row.contentEncoding)) {
      found.push({ callId: row.callId, id: row.id });
    }
  }
  const last = rows.at(-1);
  const isThrough = rows.length < limit;
  const cursor = isThrough || last === undefined ? "" : deliveryCursor(last.callId, last.id);
  await jobs.transaction(async (transaction) => {
    for (const row of found) {
      await transaction.delete(deliveries).where(and(eq(deliveries.callId, row.callId), eq(deliveries.id, row.id)));
    }
    await transaction
      .update(erasures)
      .set({
        deliveriesDeleted: sql`${erasures.deliveriesDeleted} + ${found.length}`,
        ...step(isThrough ? "reviews" : "deliveries", cursor, LEASE_SECONDS),
      })
      .where(eq(erasures.id, erasure.id));
  });
  return { isThrough, cursor };
}

/** Takes the number out of what people wrote about calls. */
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
    await transaction
      .update(erasures)
      .set({ notesRedacted: sql`${erasures.notesRedacted} + ${rows.length}` })
      .where(eq(erasures.id, erasure.id));
  });
}

function step(name: ErasureStep, cursor: string, leaseSeconds: number) {
  return { step: name, cursor, leasedUntil: sql`now() + make_interval(secs => ${leaseSeconds})` };
}

/** The number as the vendor wrote it, whatever stands between its digits, with or without the country. */
function isOf(number: SoughtNumber) {
  return sql`calls.phone_number ~ ${numberPatternSource(number)}`;
}

function mentions(number: SoughtNumber) {
  return sql`concat_ws(' ', facts, transcript, corrections, report, response_body, variables) ~ ${numberPatternSource(number)}`;
}
