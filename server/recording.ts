import { keepRecording, readRecording, type StoredRecording } from "@/db/calls/recording";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { hasToken, isPermanentUrl, type PermanentProblem } from "@/lib/recording/permanent-recording";
import {
  openRecording,
  type OpenedRecording,
  type StoreAnswer,
  type StoreProblem,
} from "@/lib/recording/recording-store";
import { isFetchable } from "@/lib/recording/recording-url";
import { fetchCall, type ApiErrorCode } from "@/lib/sarj/api";

import { openPermanent } from "./permanent-recording";
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

/** Opens a URL of the recording store. */
type Open = (url: string) => Promise<StoreAnswer>;

/**
 * Opens a call's recording, in the first of three ways that works: through the permanent URL, with the stored signed URL if it is usable,
 * and with new URLs from the API. If the store refuses a stored URL, it is refreshed once. Throws only for errors of the database.
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
  const open: Open = (url) => openRecording(url, { hosts: env.RECORDING_HOSTS, range, signal });

  const permanent = canAsk(stored.permanentUrl) ? await openPermanent(stored.permanentUrl, open) : null;
  if (permanent?.ok === true) {
    return permanent;
  }
  if (permanent !== null) {
    log("warn", "permanent_recording_failed", { call_id: callId, error_code: permanent.problem });
    if (signal.aborted) {
      return failureOf(permanent.problem);
    }
  }
  const rejected = permanent === null || stored.permanentUrl === null ? [] : [stored.permanentUrl];
  if (isUsable(stored, MARGIN_MS)) {
    const answer = await open(stored.url);
    if (answer.ok || answer.problem !== "refused") {
      return answer.ok ? answer : failureOf(answer.problem);
    }
    rejected.push(stored.url);
  }
  const fresh = await refresh(callId, rejected);
  if (!fresh.ok) {
    // In its last minute the stored URL still works: the store completes every response that started before the URL expired.
    const lastTry = !rejected.includes(stored.url ?? "") && isUsable(stored, 0) ? await open(stored.url) : null;
    return lastTry?.ok === true ? lastTry : withPermanentProblem(fresh, permanent?.problem ?? null, stored);
  }
  return openFresh(fresh, open, rejected);
}

/** Opens the signed URL of an answer of the API or, without one or if it fails, the permanent URL. */
async function openFresh(
  { url, permanentUrl }: FreshUrls,
  open: Open,
  rejected: readonly string[],
): Promise<OpenedRecording | RecordingFailure> {
  const answer = url === null ? null : await open(url);
  if (answer?.ok === true) {
    return answer;
  }
  const permanent =
    canAsk(permanentUrl) && !rejected.includes(permanentUrl) ? await openPermanent(permanentUrl, open) : null;
  if (permanent?.ok === true) {
    return permanent;
  }
  const problem = answer?.problem ?? permanent?.problem ?? "refused";
  return failureOf(problem);
}

/** Whether a permanent URL can be requested: it is on the API's origin, and there is a key or the URL contains a token. */
function canAsk(url: string | null): url is string {
  return url !== null && isPermanentUrl(url, env.SARJ_API_URL) && (apiAccess() !== null || hasToken(url));
}

/* ── New URLs from the API ───────────────────────────────────────────────────────────────────────────────────────── */

type FreshUrls = { url: string | null; permanentUrl: string | null };
type Refreshed = ({ ok: true } & FreshUrls) | RecordingFailure;

/** The running refreshes by call: at most one per call, so that twenty listeners cause one request to the API. */
const refreshes = perProcess("recording refreshes", () => new Map<string, Promise<Refreshed>>());

function refresh(callId: string, rejected: readonly string[]): Promise<Refreshed> {
  const running = refreshes.get(callId);
  if (running !== undefined) {
    return running;
  }
  const started = fetchUrls(callId, rejected).finally(() => refreshes.delete(callId));
  refreshes.set(callId, started);
  return started;
}

/** @param rejected the URLs that did not work */
async function fetchUrls(callId: string, rejected: readonly string[]): Promise<Refreshed> {
  // Another refresh, in this or another process, may have stored a new URL.
  const stored = (await readRecording(callId)) ?? { url: null, expiresAt: null, permanentUrl: null, purgedAt: null };
  if (isUsable(stored, MARGIN_MS) && !rejected.includes(stored.url)) {
    return { ok: true, url: stored.url, permanentUrl: stored.permanentUrl };
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
  const { recordingUrl: url, recordingExpiresAt: expiresAt, permanentRecordingUrl: permanentUrl } = answer.facts;
  const hasNew = url !== null || (permanentUrl !== null && !rejected.includes(permanentUrl));
  if (!hasNew) {
    return {
      ok: false,
      code: codeWithoutUrl({ ...stored, permanentUrl: permanentUrl ?? stored.permanentUrl }),
      reason: "no_recording",
    };
  }
  try {
    await keepRecording(callId, { url, expiresAt, permanentUrl }, rejected);
  } catch (error) {
    log("warn", "recording_not_kept", { call_id: callId, error_code: errorCode(error) });
  }
  return { ok: true, url, permanentUrl };
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

/* ── Which error ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/** The error if no URL is available: there was never one, it expired, or its host is not allowed. */
function codeWithoutUrl({ url, permanentUrl }: Pick<StoredRecording, "url" | "permanentUrl">): RecordingErrorCode {
  if (url === null && permanentUrl === null) {
    return "never_recorded";
  }
  const isAllowed =
    (url !== null && isFetchable(url, env.RECORDING_HOSTS)) ||
    (permanentUrl !== null && isPermanentUrl(permanentUrl, env.SARJ_API_URL));
  return isAllowed ? "expired" : "not_allowed_host";
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

/**
 * The error of a call with a permanent URL. A permanent URL does not expire, so if the vendor did not answer it, "expired" would be wrong:
 * the recording still exists.
 */
function withPermanentProblem(
  failure: RecordingFailure,
  problem: PermanentProblem | null,
  { url }: StoredRecording,
): RecordingFailure {
  if (problem === null || (failure.code !== "expired" && failure.code !== "never_recorded")) {
    return failure;
  }
  // Without any other URL, a refused key is not the end of the recording.
  return problem === "refused" && url === null && apiAccess() !== null
    ? { ok: false, code: "vendor_unavailable", reason: problem }
    : failureOf(problem);
}

function failureOf(problem: StoreProblem | PermanentProblem): RecordingFailure {
  const codes = {
    not_allowed_host: "not_allowed_host",
    // The store refuses a newly signed URL if the file was deleted.
    refused: "expired",
    not_found: "expired",
    timeout: "vendor_timeout",
    unreachable: "vendor_unavailable",
    unexpected_answer: "vendor_unavailable",
  } as const satisfies Record<StoreProblem | PermanentProblem, RecordingErrorCode>;
  return { ok: false, code: codes[problem], reason: problem };
}
