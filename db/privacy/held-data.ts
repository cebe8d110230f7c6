import { and, asc, desc, eq, isNotNull, sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { callDetails, calls, reviews } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import { apiAnswers, deliveries } from "@/db/schema/deliveries";
import { auditEvents } from "@/db/schema/privacy";
import type { SoughtNumber } from "@/lib/phone/pattern";

import { findCallsWith } from "./conditions";
import type { Batch } from "./stored-texts";

/** Everything that is stored about the calls to and from a number, read call by call and body by body, because a body may have megabytes. */

const CALLS = 200;

/** The ids of the calls to and from a number, in batches. */
export async function* heldCallIds(number: SoughtNumber): AsyncGenerator<string[], void> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const { rows, next }: Batch<string> = await findCallsWith(number, cursor);
    for (let at = 0; at < rows.length; at += CALLS) {
      yield rows.slice(at, at + CALLS);
    }
    cursor = next;
  }
}

/** A call without its bodies; null if it was deleted meanwhile. Without the ids and names of users, who are other people. */
export async function readHeldCall(callId: string) {
  const [call] = await jobs.select().from(calls).where(eq(calls.callId, callId));
  if (call === undefined) {
    return null;
  }
  const [[details], [contact], decisions, events] = await Promise.all([
    jobs
      .select({
        transcript: callDetails.transcript,
        corrections: callDetails.corrections,
        report: callDetails.report,
        responseBody: callDetails.responseBody,
        variables: callDetails.variables,
      })
      .from(callDetails)
      .where(eq(callDetails.callId, callId)),
    jobs.select().from(contacts).where(eq(contacts.contactId, call.contactId)),
    jobs
      .select({ decision: reviews.decision, note: reviews.note, createdAt: reviews.createdAt })
      .from(reviews)
      .where(eq(reviews.callId, callId))
      .orderBy(asc(reviews.createdAt)),
    jobs
      .select({ at: auditEvents.at, action: auditEvents.action })
      .from(auditEvents)
      .where(eq(auditEvents.callId, callId))
      .orderBy(desc(auditEvents.at))
      .limit(1000),
  ]);
  return { call, details: details ?? null, contact: contact ?? null, decisions, events };
}

/** The deliveries of a call, with their bodies, one after the other. */
export async function* heldDeliveries(callId: string) {
  const keys = await jobs.select({ id: deliveries.id }).from(deliveries).where(eq(deliveries.callId, callId));
  for (const { id } of keys) {
    const [row] = await jobs
      .select({
        receivedAt: deliveries.receivedAt,
        timesReceived: deliveries.timesReceived,
        verdict: deliveries.verdict,
        headers: deliveries.headers,
        contentEncoding: deliveries.contentEncoding,
        body: deliveries.body,
      })
      .from(deliveries)
      .where(and(eq(deliveries.callId, callId), eq(deliveries.id, id)));
    if (row !== undefined) {
      yield row;
    }
  }
}

/** The answers of the API about a call, one after the other. */
export async function* heldAnswers(callId: string) {
  const keys = await jobs.select({ id: apiAnswers.id }).from(apiAnswers).where(eq(apiAnswers.callId, callId));
  for (const { id } of keys) {
    const [row] = await jobs
      .select({ answeredAt: apiAnswers.answeredAt, body: apiAnswers.body })
      .from(apiAnswers)
      .where(and(eq(apiAnswers.callId, callId), eq(apiAnswers.id, id)));
    if (row !== undefined) {
      yield row;
    }
  }
}

/** What people have noted about calls, note by note. */
export async function listNotesOfCalls(): Promise<{ callId: string; note: string }[]> {
  return jobs
    .select({ callId: reviews.callId, note: sql<string>`${reviews.note}` })
    .from(reviews)
    .where(isNotNull(reviews.note))
    .orderBy(asc(reviews.createdAt), asc(reviews.id));
}
