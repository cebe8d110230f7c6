import { NO_FACTS, type CallFacts, type JsonObject } from "@/lib/call/facts";
import { isSilent } from "@/lib/text/silence";

import {
  anyJson,
  credibleInstant,
  bookedInstant,
  durationSeconds,
  FieldReader,
  isObject,
  phoneNumber,
  scenarioId,
  shortText,
} from "./fields";
import { parseJson } from "./json";
import {
  CALL_STATUSES,
  DIRECTIONS,
  onlyObject,
  readRecordings,
  readReport,
  readRetryFields,
  readTranscript,
  RETRY_FIELDS,
} from "./shared-fields";

/** How to reach the vendor's API. `baseUrl` has no trailing slash. */
export type ApiAccess = { baseUrl: string; apiKey: string };

/** The `error.type` values of the vendor that Callboard distinguishes, and Callboard's codes for other failures. */
export const API_ERRORS = [
  "unauthorized",
  "no_organization",
  "call_not_found",
  "rate_limited",
  "internal_error",
  "timeout",
  "unreachable",
  "not_json",
  "wrong_call",
  "unexpected_answer",
] as const;
export type ApiErrorCode = (typeof API_ERRORS)[number];

/** `body` is the answer as received, and `flags` are its fields that are not credible or unknown, see `lib/delivery/flags.ts`. */
export type CallAnswer =
  | { ok: true; facts: CallFacts; flags: string[]; body: Uint8Array }
  | { ok: false; error: ApiErrorCode; status: number | null };

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * `GET /calls/{call_id}`: the vendor's data about one call (`docs/sarj.md`). Never throws: each failure has a code. An answer
 * about another call gives `wrong_call`.
 *
 * @param timeoutMs limits the whole exchange, including the body
 */
export async function fetchCall(
  { baseUrl, apiKey }: ApiAccess,
  callId: string,
  { timeoutMs = 10_000, now = new Date() }: { timeoutMs?: number; now?: Date } = {},
): Promise<CallAnswer> {
  if (callId === "." || callId === "..") {
    // In a URL, such a path segment leads to another path, also when it is percent-encoded. So the API cannot know the call.
    return { ok: false, error: "call_not_found", status: null };
  }
  const exchange = await get(`${baseUrl}/calls/${encodeURIComponent(callId)}`, apiKey, timeoutMs);
  if (!exchange.ok) {
    return exchange;
  }
  const { status, body, notNumbers, bytes } = exchange;
  if (status !== 200) {
    return { ok: false, error: errorOf(status, body), status };
  }
  if (body === null) {
    return { ok: false, error: "not_json", status };
  }
  const data = onlyObject(body["data"]);
  if (data === null) {
    return { ok: false, error: "unexpected_answer", status };
  }
  const read = readAnswer(body, notNumbers, callId, now);
  return read === null ? { ok: false, error: "wrong_call", status } : { ok: true, ...read, body: bytes };
}

/**
 * Reads a stored answer of `GET /calls/{call_id}` again. Null if it is not about this call.
 *
 * @param answeredAt the time of the answer: later instants are not credible
 */
export function readCallAnswer(
  body: Uint8Array,
  callId: string,
  answeredAt: Date,
): { facts: CallFacts; flags: string[] } | null {
  const parsed = parseJson(body);
  return parsed.ok && isObject(parsed.value) ? readAnswer(parsed.value, parsed.notNumbers, callId, answeredAt) : null;
}

/** `GET /health`, which needs no key. Checks whether the API is reachable. Never throws. */
export async function fetchHealth(
  baseUrl: string,
  timeoutMs = 5000,
): Promise<{ ok: true } | { ok: false; error: ApiErrorCode; status: number | null }> {
  const exchange = await get(`${baseUrl}/health`, null, timeoutMs);
  if (!exchange.ok) {
    return exchange;
  }
  const { status, body } = exchange;
  return status === 200 && isObject(body?.["data"]) && body["data"]["status"] === "ok"
    ? { ok: true }
    : { ok: false, error: status === 200 ? "unexpected_answer" : errorOf(status, body), status };
}

/** Errors of the key itself: requests for other calls with the same key would fail too. */
export const KEY_REFUSALS: readonly ApiErrorCode[] = ["unauthorized", "no_organization"];

export function isKeyRefusal(error: ApiErrorCode): boolean {
  return KEY_REFUSALS.includes(error);
}

/** Whether a later retry may succeed. False if the key was refused or the answer was about another call. */
export function isWorthRetrying(error: ApiErrorCode): boolean {
  return !isKeyRefusal(error) && error !== "wrong_call";
}

type Exchange =
  | { ok: true; status: number; body: JsonObject | null; notNumbers: string[]; bytes: Uint8Array }
  | { ok: false; error: ApiErrorCode; status: number | null };

async function get(url: string, apiKey: string | null, timeoutMs: number): Promise<Exchange> {
  try {
    const response = await fetch(url, {
      headers: {
        accept: "application/json",
        "x-request-id": crypto.randomUUID(),
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const bytes = await readCapped(response);
    if (bytes === null) {
      return { ok: false, error: "unexpected_answer", status: response.status };
    }
    const parsed = parseJson(bytes);
    return {
      ok: true,
      status: response.status,
      body: parsed.ok && isObject(parsed.value) ? parsed.value : null,
      notNumbers: parsed.ok ? parsed.notNumbers : [],
      bytes,
    };
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
    return { ok: false, error: isTimeout ? "timeout" : "unreachable", status: null };
  }
}

async function readCapped(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function errorOf(status: number, body: JsonObject | null): ApiErrorCode {
  const error = body?.["error"];
  const type = isObject(error) ? error["type"] : null;
  if (type === "unauthorized" || type === "no_organization" || type === "call_not_found" || type === "internal_error") {
    return type;
  }
  if (status === 401) {
    return "unauthorized";
  }
  if (status === 429) {
    return "rate_limited";
  }
  if (status >= 500) {
    return "internal_error";
  }
  // A 404 without the vendor's `error.type` means a wrong base URL, not an unknown call.
  return body === null ? "not_json" : "unexpected_answer";
}

const ANSWER_FIELDS = ["data", "meta"];
const META_FIELDS = ["request_id"];
const CALL_FIELDS = [
  "id",
  "created_at",
  "updated_at",
  "status",
  "phone_number",
  "scenario_id",
  "language",
  "direction",
  "variables",
  "duration",
  "scheduled_at",
  "is_retry",
  "recording_url",
  "permanent_recording_url",
  "transcript",
  "report",
  "started_at",
  "ended_at",
  ...RETRY_FIELDS,
];

/** A code of a language, such as `ar` or `en-GB`. The contract names three; any other is no news. */
const LANGUAGE_CODE = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*$/i;

/** Null if the answer is not about the call. In its flags, `api.` stands for its `data`. */
function readAnswer(
  answer: JsonObject,
  notNumbers: readonly string[],
  callId: string,
  now: Date,
): { facts: CallFacts; flags: string[] } | null {
  const data = onlyObject(answer["data"]);
  if (data?.["id"] !== callId) {
    return null;
  }
  const { facts, flags } = readCall(data, now);
  const ofAnswer = new FieldReader("api.");
  for (const path of notNumbers) {
    ofAnswer.flag(path.replace(/^data(?:\[\])?\./, ""), "unbelievable");
  }
  ofAnswer.noteUnknown(answer, ANSWER_FIELDS);
  const { meta = null } = answer;
  if (isObject(meta)) {
    ofAnswer.noteUnknown(meta, META_FIELDS, "meta.");
  } else if (!isSilent(meta)) {
    ofAnswer.flag("meta", "unknown_form");
  }
  return { facts, flags: [...new Set([...flags, ...ofAnswer.flags])] };
}

function readCall(data: JsonObject, now: Date): { facts: CallFacts; flags: string[] } {
  const reader = new FieldReader("api.");
  const at = credibleInstant(now);
  const variables = reader.read(data, "variables", anyJson);
  if (variables !== null && !isObject(variables)) {
    reader.flag("variables", "unknown_form");
  }
  const language = reader.read(data, "language", shortText);
  if (language !== null && !LANGUAGE_CODE.test(language)) {
    reader.flagWord("language", language);
  }
  const facts: CallFacts = {
    ...NO_FACTS,
    status: reader.readWord(data, "status", CALL_STATUSES),
    direction: reader.readWord(data, "direction", DIRECTIONS),
    language,
    phoneNumber: reader.read(data, "phone_number", phoneNumber),
    scenarioId: reader.read(data, "scenario_id", scenarioId),
    durationSeconds: reader.read(data, "duration", durationSeconds),
    createdAt: reader.read(data, "created_at", at),
    updatedAt: reader.read(data, "updated_at", at),
    startedAt: reader.read(data, "started_at", at),
    endedAt: reader.read(data, "ended_at", at),
    scheduledAt: reader.read(data, "scheduled_at", bookedInstant(now)),
    variables,
    report: readReport(data, reader, now),
    ...readTranscript(data, "transcript", reader),
    ...readRetryFields(data, reader, now),
    ...readRecordings(data, reader),
  };
  reader.noteUnknown(data, CALL_FIELDS);
  return { facts, flags: reader.flags };
}
