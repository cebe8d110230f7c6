import { NO_NEXT_RETRY, type CallFacts, type Json, type JsonObject } from "@/lib/call/facts";
import { GOAL_STATUS } from "@/lib/call/goal";
import { booleanOf, criteriaOf, reportGoal, shareOf, textOf } from "@/lib/call/report";
import { recordingExpiry } from "@/lib/recording/recording-url";
import { isSilent } from "@/lib/text/silence";

import {
  anyJson,
  bookedInstant,
  correction,
  credibleInstant,
  type FieldReader,
  isObject,
  recordingUrl,
  retryAttempt,
  callId,
} from "./fields";

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
const CORRECTION_FIELDS = ["incorrect_text", "correction", "type"];

/**
 * A transcript and the corrections to what was heard. The messages are read wherever a list of them can mean nothing else: at
 * `transcript.messages`, one level up, or as the whole value. A transcript in any other form becomes one message of the type `other`, so
 * that it is shown.
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
    return { transcript: readMessagesOf(enhanced, field, reader), corrections: null };
  }
  const corrections = reader.readList(enhanced["errors"], `${field}.errors`, correction, CORRECTION_FIELDS);
  if (Array.isArray(enhanced["messages"]) && isSilent(enhanced["transcript"])) {
    reader.noteUnknown(enhanced, ["messages", "transcript", "errors"], `${field}.`);
    return { transcript: readMessagesOf(enhanced["messages"], `${field}.messages`, reader), corrections };
  }
  const transcript = readJson(enhanced["transcript"]);
  reader.noteUnknown(enhanced, ENHANCED_FIELDS, `${field}.`);
  if (isSilent(transcript)) {
    const { errors: _corrections, transcript: _silent, ...rest } = enhanced;
    // Nothing where the transcript belongs, but something elsewhere: it may be the transcript.
    return { transcript: isSilent(rest) ? null : readMessagesOf(rest, field, reader), corrections };
  }
  if (isObject(transcript)) {
    const { messages, ...rest } = transcript;
    reader.noteUnknown(transcript, TRANSCRIPT_FIELDS, `${field}.transcript.`);
    const found = isSilent(messages) ? (isSilent(rest) ? null : rest) : readJson(messages);
    return {
      transcript: found === null ? null : readMessagesOf(found, `${field}.transcript.messages`, reader),
      corrections,
    };
  }
  return { transcript: readMessagesOf(transcript, `${field}.transcript`, reader), corrections };
}

function readJson(value: Json | undefined): Json {
  return isSilent(value) ? null : anyJson.parse(value);
}

/** Reads a list of messages; anything else becomes one message in an unknown form. */
function readMessagesOf(value: Json, field: string, reader: FieldReader): CallFacts["transcript"] {
  if (Array.isArray(value)) {
    return reader.readMessages(field, value);
  }
  reader.flag(field, "unknown_form");
  return [{ type: "other", kind: "", data: value }];
}
