import { z } from "zod";

import type { Correction, Json, JsonObject, TranscriptMessage } from "@/lib/call/facts";
import { isBlank, isSilent } from "@/lib/text/silence";
import { isSilentMessage } from "@/lib/transcript/messages";
import { speakerOf } from "@/lib/transcript/speaker";

import { anyJson, DAY_SECONDS, type FieldReader, isObject, numberOrText } from "./fields";

/** Readers for the messages of a transcript, and for the corrections to what was heard (`docs/sarj.md`). */

/** The fields of each type of message in the vendor's contract. */
const MESSAGE_FIELDS = {
  message: ["type", "role", "content", "start_at"],
  function_call: ["type", "tool_name", "arguments", "tool_call_id", "start_at"],
  function_call_output: ["type", "tool_name", "output", "tool_call_id", "is_error", "start_at", "duration_ms"],
  instructions: ["type", "role", "content", "start_at"],
} as const satisfies Record<Exclude<TranscriptMessage["type"], "other">, readonly string[]>;
type MessageType = keyof typeof MESSAGE_FIELDS;

const seconds = numberOrText.pipe(z.number().min(0).max(DAY_SECONDS));
const milliseconds = numberOrText.pipe(z.number().min(0));
const trueOrFalse = z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]);
const anyText = z.string();
const toolCallId = z.union([anyText, z.int().transform(String)]);

/** Reads the messages of a transcript. Skips none of them; null if none of them says anything. */
export function readMessages(values: Json[], field: string, reader: FieldReader): TranscriptMessage[] | null {
  const inside = reader.inside(`${field}[]`);
  const messages = reader
    .cut(values, field)
    .map((value) => readMessage(typeof value === "string" ? anyJson.parse(value) : value, inside));
  return messages.every(isSilentMessage) ? null : messages;
}

/**
 * Reads any JSON as a message. A message without a `type`, as in older payloads, is plain. A message of an unknown type, or in an unknown
 * form, is kept unchanged and flagged.
 */
function readMessage(raw: Json, reader: FieldReader): TranscriptMessage {
  if (!isObject(raw)) {
    return readOther(raw, null, reader);
  }
  const type = isSilent(raw["type"]) ? "message" : raw["type"];
  if (!isMessageType(type)) {
    return readOther(raw, null, reader);
  }
  const known = readKnown(type, raw, reader);
  if (known !== null) {
    reader.noteUnknown(raw, MESSAGE_FIELDS[type]);
  }
  return known ?? readOther(raw, type, reader);
}

function isMessageType(type: Json | undefined): type is MessageType {
  return typeof type === "string" && Object.hasOwn(MESSAGE_FIELDS, type);
}

/** Null if the message lacks what makes it one of its type, or contains what would not be shown. */
function readKnown(type: MessageType, raw: JsonObject, reader: FieldReader): TranscriptMessage | null {
  const { role, content, tool_name: tool } = raw;
  const text = typeof content === "string" ? content : isSilent(content) ? "" : null;
  const isHidden = isSilent(content) && Object.keys(besidesContract(raw, type)).length > 0;
  switch (type) {
    case "message":
      if (typeof role !== "string" || text === null || isHidden) {
        return null;
      }
      if (!isSilent(role) && speakerOf(role) === undefined) {
        reader.flagWord("role", role);
      }
      return { type, role, content: text, startAt: reader.read(raw, "start_at", seconds) };
    case "instructions":
      return text === null || isHidden ? null : { type, content: text, ...startOf(raw, reader) };
    case "function_call":
      return typeof tool !== "string"
        ? null
        : {
            type,
            toolName: tool,
            arguments: toolText(raw, "arguments", type),
            toolCallId: reader.read(raw, "tool_call_id", toolCallId),
            startAt: reader.read(raw, "start_at", seconds),
          };
    case "function_call_output":
      return {
        type,
        toolName: reader.read(raw, "tool_name", anyText) ?? "",
        output: toolText(raw, "output", type),
        toolCallId: reader.read(raw, "tool_call_id", toolCallId),
        isError: reader.read(raw, "is_error", trueOrFalse) ?? false,
        startAt: reader.read(raw, "start_at", seconds),
        durationMs: reader.read(raw, "duration_ms", milliseconds),
      };
  }
}

/** The fields outside the contract that say something. */
function besidesContract(raw: JsonObject, type: MessageType): JsonObject {
  const known: readonly string[] = MESSAGE_FIELDS[type];
  return Object.fromEntries(Object.entries(raw).filter(([name, value]) => !known.includes(name) && !isSilent(value)));
}

/** What a tool was given or gave, as text. Where the vendor's field has nothing, the fields outside the contract take its place. */
function toolText(raw: JsonObject, field: string, type: MessageType): string {
  const value = raw[field] ?? null;
  if (value !== null) {
    return typeof value === "string" ? value : JSON.stringify(value);
  }
  const besides = besidesContract(raw, type);
  return isSilent(besides) ? "" : JSON.stringify(besides);
}

/** `type`: the type of which the message lacks something; null if it has none that the contract names. */
function readOther(raw: Json, type: MessageType | null, reader: FieldReader): TranscriptMessage {
  const word = isObject(raw) && typeof raw["type"] === "string" ? raw["type"] : "";
  const message: TranscriptMessage = {
    type: "other",
    kind: isSilent(word) ? "" : word.slice(0, 200).toWellFormed(),
    data: raw,
    ...(isObject(raw) ? startOf(raw, null) : {}),
  };
  if (isObject(raw) && type === null && message.kind !== "") {
    reader.flagWord("type", message.kind);
  } else if (!isSilentMessage(message)) {
    reader.flag("", "unknown_form");
    if (isObject(raw) && type !== null) {
      reader.noteUnknown(raw, MESSAGE_FIELDS[type]);
    }
  }
  return message;
}

/** `reader`: flags a time that is not credible; null if nobody promised that the field is one. */
function startOf(raw: JsonObject, reader: FieldReader | null): { startAt?: number } {
  const startAt = reader === null ? seconds.safeParse(raw["start_at"]).data : reader.read(raw, "start_at", seconds);
  return startAt === undefined || startAt === null ? {} : { startAt };
}

/* ── The corrections ─────────────────────────────────────────────────────────────────────────────────────────────── */

const CORRECTION_FIELDS = ["incorrect_text", "correction", "type"];
const CORRECTION_TYPES: readonly string[] = ["word", "phrase"];

const jsonList = anyJson.pipe(z.custom<Json[]>(Array.isArray));
const correction = z
  .object({ incorrect_text: z.string().refine((text) => !isBlank(text)), correction: z.string() })
  .transform((raw): Omit<Correction, "type"> => ({ incorrectText: raw.incorrect_text, correction: raw.correction }));

/** Reads the corrections in `source.errors`. Those that are not credible are skipped and flagged; null if none is left. */
export function readCorrections(source: JsonObject, reader: FieldReader): Correction[] | null {
  const inside = reader.inside("errors[]");
  const values = reader.cut(reader.read(source, "errors", jsonList, "unknown_form") ?? [], "errors");
  const corrections = values.flatMap((value) => {
    const raw = anyJson.parse(value);
    if (isObject(raw) ? isSilent({ ...raw, type: null }) : isSilent(raw)) {
      return [];
    }
    const { data } = correction.safeParse(raw);
    if (data === undefined) {
      inside.flag("", "unbelievable");
    }
    if (!isObject(raw)) {
      return [];
    }
    inside.noteUnknown(raw, CORRECTION_FIELDS);
    if (data === undefined) {
      return [];
    }
    const type = inside.readWord(raw, "type", CORRECTION_TYPES) === "word" ? ("word" as const) : ("phrase" as const);
    return [{ ...data, type }];
  });
  return corrections.length === 0 ? null : corrections;
}
