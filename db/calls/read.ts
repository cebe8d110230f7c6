import { eq } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";

/** What the sources have said about a call. The search columns, which are made from it, are left out: they may contain a megabyte. */
export const CONTENT_COLUMNS = {
  facts: callDetails.facts,
  transcript: callDetails.transcript,
  corrections: callDetails.corrections,
  report: callDetails.report,
  responseBody: callDetails.responseBody,
  variables: callDetails.variables,
  recordingUrl: callDetails.recordingUrl,
};

/** The details that a call's page shows. */
const DETAIL_COLUMNS = {
  ...CONTENT_COLUMNS,
  recordingExpiresAt: callDetails.recordingExpiresAt,
  recordingPurgedAt: callDetails.recordingPurgedAt,
  transcriptPurgedAt: callDetails.transcriptPurgedAt,
};

export type WholeCall = NonNullable<Awaited<ReturnType<typeof getCall>>>;

/** The phone number of a call; null if the call has none or is unknown. */
export async function readPhoneNumber(callId: string): Promise<string | null> {
  const [row] = await db
    .select({ phoneNumber: calls.phoneNumber })
    .from(calls)
    .where(eq(calls.callId, callId))
    .limit(1);
  return row?.phoneNumber ?? null;
}

/** Reads one call with its details; null for an unknown id. */
export async function getCall(callId: string) {
  // Postgres refuses NUL in text (22021), so no id contains it.
  if (callId.includes("\u0000")) {
    return null;
  }
  const [row] = await db
    .select({ call: calls, details: DETAIL_COLUMNS })
    .from(calls)
    .innerJoin(callDetails, eq(callDetails.callId, calls.callId))
    .where(eq(calls.callId, callId))
    .limit(1);
  return row ?? null;
}
