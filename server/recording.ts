import { keepRecording, readRecording, type StoredRecording } from "@/db/calls/recording";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { fetchCall, type ApiErrorCode } from "@/lib/sarj/api";
import { openRecording, type OpenedRecording, type StoreProblem } from "@/lib/sarj/recording-store";
import { isFetchable } from "@/lib/sarj/recording-url";

import { apiAccess } from "./vendor-api";

/** Each error has a message of its own in the player, and this HTTP status. */
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

/** A URL that expires sooner than this is refreshed first. */
const MARGIN_MS = 60_000;

/**
 * Opens a call's recording with the stored URL while that works, otherwise with a fresh one from the API. A stored URL that
 * the store refuses is refreshed once. Throws only for errors of the database.
 *
 * @param range one range of bytes, `bytes=0-99`; null for the whole recording
 * @param signal ends the exchange with the store, also while the body is read
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
  if (isGood(stored, MARGIN_MS)) {
    const answer = await open(stored.url);
    if (answer.ok || answer.problem !== "refused") {
      return answer.ok ? answer : failureOf(answer.problem);
    }
    rejected = stored.url;
  }
  const fresh = await refresh(callId, rejected);
  if (!fresh.ok) {
    // In its last minute the stored URL still works: a request that starts before it expires is served completely.
    const lastTry = rejected === null && isGood(stored, 0) ? await open(stored.url) : null;
    return lastTry?.ok === true ? lastTry : fresh;
  }
  const answer = await open(fresh.url);
  return answer.ok ? answer : failureOf(answer.problem);
}

type Refreshed = { ok: true; url: string } | RecordingFailure;

/** At most one refresh per call at a time: twenty listeners cause one request to the API. */
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
  // An earlier refresh, here or in another process, has stored its URL.
  const stored = (await readRecording(callId)) ?? { url: null, expiresAt: null, purgedAt: null };
  if (isGood(stored, MARGIN_MS) && stored.url !== rejected) {
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

function isGood(stored: StoredRecording, marginMs: number): stored is StoredRecording & { url: string } {
  const { url, expiresAt } = stored;
  return (
    url !== null &&
    isFetchable(url, env.RECORDING_HOSTS) &&
    (expiresAt === null || expiresAt.getTime() > Date.now() + marginMs)
  );
}

/** The error where no URL can be had: there never was one, it expired, or its host is not allowed. */
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
    // A URL that was just signed and is refused: the file was deleted.
    refused: "expired",
    timeout: "vendor_timeout",
    unreachable: "vendor_unavailable",
    unexpected_answer: "vendor_unavailable",
  } as const satisfies Record<StoreProblem, RecordingErrorCode>;
  return { ok: false, code: codes[problem], reason: problem };
}
