import { NO_NEXT_RETRY, type CallFacts, type Json, type JsonObject } from "@/lib/call/facts";
import { GOAL_STATUS } from "@/lib/call/goal";
import { booleanOf, criteriaOf, reportGoal, shareOf, textOf } from "@/lib/call/report";
import { recordingExpiry } from "@/lib/recording/recording-url";
import { isSilent } from "@/lib/text/silence";

import {
  anyJson,
  bookedInstant,
  credibleInstant,
  type FieldReader,
  isObject,
  recordingUrl,
  retryAttempt,
  callId,
} from "./fields";
import { readCorrections, readMessages } from "./messages";

/** The fields that the webhook and `GET /calls/{call_id}` have in common (`docs/sarj.md`). */

/** An object, also as JSON text or alone in a list, which can mean nothing else. Null for anything else. */
export function onlyObject(value: Json | undefined): JsonObject | null {
  const read = anyJson.parse(value);
  const only = Array.isArray(read) && read.length === 1 ? read[0] : read;
  return isObject(only) ? only : null;
}

/** The words that the contract names. The sets are open: another word is kept and flagged. */
export const DIRECTIONS: readonly string[] = ["inbound", "outbound"];

export const CALL_STATUSES: readonly string[] = [
  "scheduled",
  "queued",
  "dialing",
  "ringing",
  "in_progress",
  "transferring",
  "transferred",
  "completed",
  "timeout",
  "user_rejected",
  "max_duration_reached",
  "failed",
  "voicemail",
  "cancelled",
  "expired",
];

/* ── The retry group ─────────────────────────────────────────────────────────────────────────────────────────────── */

export const RETRY_FIELDS = ["retry_attempt_number", "root_call_id", "next_retry_at"];

/**
 * Where the call stands in its retry group. `next_retry_at: null` is a value, "no further dial is coming"; only a missing field, or one that
 * cannot be read, says nothing.
 */
export function readRetryFields(
  source: JsonObject,
  reader: FieldReader,
  now: Date,
): Pick<CallFacts, "rootCallId" | "retryAttempt" | "nextRetryAt"> {
  const saysNone = Object.hasOwn(source, "next_retry_at") && isSilent(source["next_retry_at"]);
  return {
    rootCallId: reader.read(source, "root_call_id", callId),
    retryAttempt: reader.read(source, "retry_attempt_number", retryAttempt),
    nextRetryAt: saysNone ? NO_NEXT_RETRY : reader.read(source, "next_retry_at", bookedInstant(now)),
  };
}

/* ── The recording ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** Both URLs of the recording, and when the signed one expires. */
export function readRecordings(
  source: JsonObject,
  reader: FieldReader,
): Pick<CallFacts, "recordingUrl" | "recordingExpiresAt" | "permanentRecordingUrl"> {
  const url = reader.read(source, "recording_url", recordingUrl);
  return {
    recordingUrl: url,
    recordingExpiresAt: url === null ? null : recordingExpiry(url),
    permanentRecordingUrl: reader.read(source, "permanent_recording_url", recordingUrl),
  };
}

/* ── The report ──────────────────────────────────────────────────────────────────────────────────────────────────── */

const REPORT_FIELDS = ["generated_at", "outcome", "callback"];
const OUTCOME_FIELDS = ["status", "reason", "success_criteria"];
const CRITERION_FIELDS = ["text", "achieved", "is_primary"];
const CALLBACK_FIELDS = ["origin", "callback_at", "confidence", "context_brief", "matches_tool_capture"];

const GOAL_STATUSES: ReadonlySet<string> = new Set(Object.values(GOAL_STATUS).filter((status) => status !== null));
const CALLBACK_ORIGINS: ReadonlySet<string> = new Set(["customer_requested", "inferred_follow_up"]);

/**
 * The report, in whatever form it came. Only in the typed form, which has an `outcome` with a status, is a field outside the contract worth noticing:
 * other reports are the scenario's own. What `lib/call/report.ts` cannot read of the typed form is flagged here.
 */
export function readReport(source: JsonObject, reader: FieldReader, now: Date): Json | null {
  const raw = reader.read(source, "report", anyJson);
  if (raw === null) {
    return null;
  }
  if (!isObject(raw)) {
    reader.flag("report", "unknown_form");
    return raw;
  }
  const report = withObjects(raw, ["outcome", "callback"]);
  const { outcome, callback } = report;
  const goal = reportGoal(report);
  const isTyped = isObject(outcome) && goal !== null;
  if (isTyped) {
    flagNewWord(reader, "report.outcome.status", goal, GOAL_STATUSES);
    flagUnread(reader, "report.outcome.", outcome, { reason: textOf });
    if (!isSilent(callback) && !isObject(callback)) {
      reader.flag("report.callback", "unknown_form");
    }
    reader.noteUnknown(report, REPORT_FIELDS, "report.");
    reader.noteUnknown(outcome, OUTCOME_FIELDS, "report.outcome.");
    flagCriteria(reader, outcome);
  }
  if (isObject(callback)) {
    flagNewWord(reader, "report.callback.origin", textOf(callback["origin"]), CALLBACK_ORIGINS);
    flagUnread(reader, "report.callback.", callback, {
      origin: textOf,
      callback_at: (value) => bookedInstant(now).safeParse(value).data ?? null,
      confidence: shareOf,
      context_brief: textOf,
      matches_tool_capture: booleanOf,
    });
    reader.noteUnknown(callback, CALLBACK_FIELDS, "report.callback.");
  }
  if (isTyped || isObject(callback)) {
    flagUnread(reader, "report.", report, {
      generated_at: (value) => credibleInstant(now).safeParse(value).data ?? null,
    });
  }
  return report;
}

/** The same with each of these fields that contains an object as JSON text read as the object. */
function withObjects(source: JsonObject, fields: readonly string[]): JsonObject {
  const read = fields.map((field) => [field, anyJson.parse(source[field])] as const);
  return { ...source, ...Object.fromEntries(read.filter(([, value]) => isObject(value))) };
}

function flagCriteria(reader: FieldReader, outcome: JsonObject): void {
  const path = "report.outcome.success_criteria";
  const items = criteriaOf(outcome);
  if (items === null && !isSilent(outcome["success_criteria"])) {
    reader.flag(path, "unknown_form");
  }
  for (const item of (items ?? []).slice(0, 50)) {
    const criterion = anyJson.parse(item);
    if (isSilent(criterion)) {
      continue;
    }
    if (!isObject(criterion) || isSilent(criterion["text"])) {
      reader.flag(`${path}[]`, "unknown_form");
    }
    if (isObject(criterion)) {
      flagUnread(reader, `${path}[].`, criterion, { text: textOf, achieved: booleanOf, is_primary: booleanOf });
      reader.noteUnknown(criterion, CRITERION_FIELDS, `${path}[].`);
    }
  }
}

function flagNewWord(reader: FieldReader, field: string, word: string | null, known: ReadonlySet<string>): void {
  if (word !== null && !known.has(word)) {
    reader.flagWord(field, word);
  }
}

/** Flags the fields that say something of which the given function reads nothing. */
function flagUnread(
  reader: FieldReader,
  path: string,
  source: JsonObject,
  readers: Record<string, (value: Json | undefined) => unknown>,
): void {
  for (const [field, read] of Object.entries(readers)) {
    if (!isSilent(source[field]) && read(source[field]) === null) {
      reader.flag(`${path}${field}`, "unbelievable");
    }
  }
}

/* ── The transcript ──────────────────────────────────────────────────────────────────────────────────────────────── */

const ENHANCED_FIELDS = ["transcript", "errors"];
const TRANSCRIPT_FIELDS = ["messages"];

/**
 * A transcript and the corrections to what was heard. The messages are read wherever a list of them can mean nothing else: at
 * `transcript.messages`, one level up, or as the whole value, also as JSON text. A transcript in any other form becomes one message of the
 * type `other`, so that it is shown.
 */
export function readTranscript(
  source: JsonObject,
  field: string,
  reader: FieldReader,
): Pick<CallFacts, "transcript" | "corrections"> {
  const enhanced = reader.read(source, field, anyJson);
  if (enhanced === null) {
    return { transcript: null, corrections: null };
  }
  if (!isObject(enhanced)) {
    return { transcript: readForm(enhanced, field, reader), corrections: null };
  }
  const inside = reader.inside(field);
  return { corrections: readCorrections(enhanced, inside), transcript: readEnhanced(enhanced, inside) };
}

function readEnhanced(enhanced: JsonObject, reader: FieldReader): CallFacts["transcript"] {
  const transcript = readJson(enhanced["transcript"]);
  const inner = isObject(transcript) ? readJson(transcript["messages"]) : transcript;
  const upper = readJson(enhanced["messages"]);
  const innerPlace = isObject(transcript) ? "transcript.messages" : "transcript";
  reader.noteUnknown(enhanced, ["messages", ...ENHANCED_FIELDS]);
  if (isObject(transcript)) {
    reader.noteUnknown(transcript, TRANSCRIPT_FIELDS, "transcript.");
  }
  const ofTranscript = Array.isArray(inner) ? readMessages(inner, innerPlace, reader) : null;
  if (ofTranscript !== null) {
    if (!isSilent(upper)) {
      reader.flag("messages", "unknown_field");
    }
    return ofTranscript;
  }
  const oneLevelUp = Array.isArray(upper) ? readMessages(upper, "messages", reader) : null;
  if (oneLevelUp !== null) {
    if (inner !== null && !Array.isArray(inner)) {
      reader.flag(innerPlace, "unknown_form");
    }
    return oneLevelUp;
  }
  // No list of messages that says anything: whatever else is there may be the transcript.
  const besideInner = isObject(transcript) ? without(transcript, ["messages"]) : null;
  const isReadUpper = upper === null || Array.isArray(upper);
  const besides = without(enhanced, isReadUpper ? ["messages", ...ENHANCED_FIELDS] : ENHANCED_FIELDS);
  const forms: [place: string, value: Json][] = [
    [innerPlace, Array.isArray(inner) ? null : inner],
    [innerPlace, besideInner],
    ["", besides],
  ];
  const [place, form] = forms.find(([, value]) => !isSilent(value)) ?? ["", null];
  return form === null ? null : readForm(form, place, reader);
}

function readJson(value: Json | undefined): Json {
  const read = isSilent(value) ? null : anyJson.parse(value);
  return isSilent(read) ? null : read;
}

function without(source: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(source).filter(([field]) => !fields.includes(field)));
}

/** Reads a list of messages; anything else becomes one message in an unknown form. */
function readForm(value: Json, field: string, reader: FieldReader): CallFacts["transcript"] {
  if (Array.isArray(value)) {
    return readMessages(value, field, reader);
  }
  reader.flag(field, "unknown_form");
  return [{ type: "other", kind: "", data: value }];
}
