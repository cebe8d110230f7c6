import { eq, sql, type SQL } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { textArray } from "@/db/driver/text-array";
import { callDetails } from "@/db/schema/calls";

/**
 * `purgedAt`: when the organization's retention rule deleted the recording. A purged recording is not requested from the vendor again.
 */
export type StoredRecording = {
  url: string | null;
  expiresAt: Date | null;
  /** Never expires, and needs the API key or contains a token. */
  permanentUrl: string | null;
  purgedAt: Date | null;
};

/** Reads the stored URLs of a call's recording; null for an unknown call. */
export async function readRecording(callId: string): Promise<StoredRecording | null> {
  // Postgres refuses NUL in text (22021), so no id contains it.
  if (callId.includes("\u0000")) {
    return null;
  }
  const [row] = await db
    .select({
      url: callDetails.recordingUrl,
      expiresAt: callDetails.recordingExpiresAt,
      permanentUrl: callDetails.permanentRecordingUrl,
      purgedAt: callDetails.recordingPurgedAt,
    })
    .from(callDetails)
    .where(eq(callDetails.callId, callId))
    .limit(1);
  return row ?? null;
}

/**
 * Stores the URLs of an answer of the API for later requests. As in the merge, a stored URL that expires later is not replaced, and neither
 * is a permanent one, unless it is `rejected`: a URL that did not work although it had not expired.
 */
export async function keepRecording(
  callId: string,
  fresh: Pick<StoredRecording, "url" | "expiresAt" | "permanentUrl">,
  rejected: readonly string[],
): Promise<void> {
  const expiresAt = fresh.expiresAt?.toISOString() ?? null;
  const isRejected = (column: SQL) => sql`${column} = any(${textArray(rejected)})`;
  await db.execute(sql`
    with current as (
      select
        ${fresh.url}::text is not null and (
          recording_url is null
          or ${isRejected(sql`recording_url`)}
          or coalesce(recording_expires_at, '-infinity') < coalesce(${expiresAt}::timestamptz, '-infinity')
        ) as takes_url,
        ${fresh.permanentUrl}::text is not null
          and (permanent_recording_url is null or ${isRejected(sql`permanent_recording_url`)}) as takes_permanent
      from call_details
      where call_id = ${callId} and recording_purged_at is null
      for update
    ), kept as (
      update call_details
      set
        recording_url = case when takes_url then ${fresh.url}::text else recording_url end,
        recording_expires_at = case when takes_url then ${expiresAt}::timestamptz else recording_expires_at end,
        permanent_recording_url = case when takes_permanent then ${fresh.permanentUrl}::text else permanent_recording_url end,
        facts = facts
          || case when takes_url then jsonb_build_object('recordingUrl', jsonb_build_object('k', ${fresh.expiresAt?.getTime() ?? 0}::bigint)) else '{}' end
          || case when takes_permanent then jsonb_build_object('permanentRecordingUrl', jsonb_build_object('k', 0)) else '{}' end
      from current
      where call_id = ${callId} and (takes_url or takes_permanent)
      returning call_id
    )
    update calls set has_recording = true from kept where calls.call_id = kept.call_id and not has_recording
  `);
}
