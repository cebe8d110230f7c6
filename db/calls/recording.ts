import { eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { callDetails } from "@/db/schema/calls";

/**
 * `purgedAt`: when the organization's retention rule deleted the recording. A purged recording is not requested from the vendor again.
 */
export type StoredRecording = { url: string | null; expiresAt: Date | null; purgedAt: Date | null };

/** Reads the stored URL of a call's recording; null for an unknown call. */
export async function readRecording(callId: string): Promise<StoredRecording | null> {
  // Postgres refuses NUL in text (22021), so no id contains it.
  if (callId.includes("\u0000")) {
    return null;
  }
  const [row] = await db
    .select({
      url: callDetails.recordingUrl,
      expiresAt: callDetails.recordingExpiresAt,
      purgedAt: callDetails.recordingPurgedAt,
    })
    .from(callDetails)
    .where(eq(callDetails.callId, callId))
    .limit(1);
  return row ?? null;
}

/**
 * Stores a newly signed URL for later requests. As in the merge, a stored URL that expires later is not replaced, unless it is
 * `rejected`: the URL that the store refused although it had not expired.
 */
export async function keepRecording(
  callId: string,
  fresh: { url: string; expiresAt: Date | null },
  rejected: string | null,
): Promise<void> {
  const expiresAt = fresh.expiresAt?.toISOString() ?? null;
  await db.execute(sql`
    with kept as (
      update call_details
      set
        recording_url = ${fresh.url}::text,
        recording_expires_at = ${expiresAt}::timestamptz,
        facts = jsonb_set(facts, '{recordingUrl}', jsonb_build_object('k', ${fresh.expiresAt?.getTime() ?? 0}::bigint))
      where
        call_id = ${callId}
        and recording_purged_at is null
        and (
          recording_url is null
          or recording_url = ${rejected}::text
          or coalesce(recording_expires_at, '-infinity') < coalesce(${expiresAt}::timestamptz, '-infinity')
        )
      returning call_id
    )
    update calls set has_recording = true from kept where calls.call_id = kept.call_id and not has_recording
  `);
}
