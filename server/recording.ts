import { keepRecording, readRecording, type StoredRecording } from "@/db/calls/recording";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { fetchCall, type ApiErrorCode } from "@/lib/sarj/api";
import { openRecording, type OpenedRecording, type StoreProblem } from "@/lib/sarj/recording-store";
import { isFetchable } from "@/lib/sarj/recording-url";

import { apiAccess } from "./vendor-api";

/** The error codes and their HTTP statuses. The player has a message for each code. */
export const RECORDING_ERRORS = {
  unknown_call: 404,
  never_recorded: 404,
  expired: 410,
  purged: 410,
  not_allowed_host: 502,
  vendor_unavailable: 502,
  vendor_timeout: 504,
  database_unavailable: 503,
} as const;
export type RecordingErrorCode = keyof typeof RECORDING_ERRORS;

/** `reason` is for the log: a code of the API or of the store. */
export type RecordingFailure = { ok: false; code: RecordingErrorCode; reason: string };

/** A URL that expires within this time is refreshed first. */
const MARGIN_MS = 60_000;

/**
 * Opens a call's recording with the stored URL if it is usable, otherwise with a new one from the API. If the store refuses the
 * stored URL, it is refreshed once. Throws only for errors of the database.
 *
 * @param range one range of bytes, such as `bytes=0-99`; null for the whole recording
 * @param signal aborts the request to the store, even while the body is being read
 */
export async function openCallRecording(
  callId: string,
  { range, signal }: { range: string | null; signal: AbortSignal },
): Promise<OpenedRecording | RecordingFailure> {
  const stored = await readRecording(callId);
  if (stored === null) {
    return { ok: false, code: "unknown_call", reason: "unknown_call" };
  }
  if (stored.purgedAt !== null) {
    return { ok: false, code: "purged", reason: "purged" };
  }
  const open = (url: string) => openRecording(url, { hosts: env.RECORDING_HOSTS, range, signal });

  let rejected: string | null = null;
  if (isUsable(stored, MARGIN_MS)) {
    const answer = await open(stored.url);
    if (answer.ok || answer.problem !== "refused") {
      return answer.ok ? answer : failureOf(answer.problem);
    }
    rejected = stored.url;
  }
  const fresh = await refresh(callId, rejected);
  if (!fresh.ok) {
    // In its last minute the stored URL still works: the store completes every response that started before the URL expired.
    const lastTry = rejected === null && isUsable(stored, 0) ? await open(stored.url) : null;
    return lastTry?.ok === true ? lastTry : fresh;
  }
  const answer = await open(fresh.url);
  return answer.ok ? answer : failureOf(answer.problem);
}

type Refreshed = { ok: true; url: string } | RecordingFailure;

/** The running refreshes by call: at most one per call, so that twenty listeners cause one request to the API. */
const refreshes = perProcess("recording refreshes", () => new Map<string, Promise<Refreshed>>());

function refresh(callId: string, rejected: string | null): Promise<Refreshed> {
  const running = refreshes.get(callId);
  if (running !== undefined) {
    return running;
  }
  const started = fetchUrl(callId, rejected).finally(() => refreshes.delete(callId));
  refreshes.set(callId, started);
  return started;
}

async function fetchUrl(callId: string, rejected: string | null): Promise<Refreshed> {
  // Another refresh, in this or another process, may have stored a new URL.
  const stored = (await readRecording(callId)) ?? { url: null, expiresAt: null, purgedAt: null };
  if (isUsable(stored, MARGIN_MS) && stored.url !== rejected) {
    return { ok: true, url: stored.url };
  }
  const access = apiAccess();
  if (access === null) {
    return { ok: false, code: codeWithoutUrl(stored), reason: "api_off" };
  }
  const answer = await fetchCall(access, callId);
  if (!answer.ok) {
    log("warn", "recording_not_refreshed", { call_id: callId, error_code: answer.error });
    return { ok: false, code: codeOfApiError(answer.error, stored), reason: answer.error };
  }
  const { recordingUrl: url, recordingExpiresAt: expiresAt } = answer.facts;
  if (url === null) {
    return { ok: false, code: codeWithoutUrl(stored), reason: "no_recording" };
  }
  try {
    await keepRecording(callId, { url, expiresAt }, rejected);
  } catch (error) {
    log("warn", "recording_not_kept", { call_id: callId, error_code: errorCode(error) });
  }
  return { ok: true, url };
}

/** Whether the stored URL may be fetched and stays valid for at least `marginMs`. */
function isUsable(stored: StoredRecording, marginMs: number): stored is StoredRecording & { url: string } {
  const { url, expiresAt } = stored;
  return (
    url !== null &&
    isFetchable(url, env.RECORDING_HOSTS) &&
    (expiresAt === null || expiresAt.getTime() > Date.now() + marginMs)
  );
}

/** The error if no URL is available: there was never one, it expired, or its host is not allowed. */
function codeWithoutUrl({ url }: StoredRecording): RecordingErrorCode {
  if (url === null) {
    return "never_recorded";
  }
  return isFetchable(url, env.RECORDING_HOSTS) ? "expired" : "not_allowed_host";
}

function codeOfApiError(error: ApiErrorCode, stored: StoredRecording): RecordingErrorCode {
  switch (error) {
    case "call_not_found":
      return codeWithoutUrl(stored);
    case "unauthorized":
    case "no_organization":
    case "wrong_call":
      return stored.url === null ? "vendor_unavailable" : codeWithoutUrl(stored);
    case "timeout":
      return "vendor_timeout";
    case "rate_limited":
    case "internal_error":
    case "unreachable":
    case "not_json":
    case "unexpected_answer":
      return "vendor_unavailable";
  }
}

function failureOf(problem: StoreProblem): RecordingFailure {
  const codes = {
    not_allowed_host: "not_allowed_host",
    // The store refuses a newly signed URL if the file was deleted.
    refused: "expired",
    timeout: "vendor_timeout",
    unreachable: "vendor_unavailable",
    unexpected_answer: "vendor_unavailable",
  } as const satisfies Record<StoreProblem, RecordingErrorCode>;
  return { ok: false, code: codes[problem], reason: problem };
}
