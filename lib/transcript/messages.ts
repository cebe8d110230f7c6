import { z } from "zod";

import type { Json, TranscriptMessage } from "@/lib/call/facts";
import { isSilent, isSilentText } from "@/lib/text/silence";

import { isSpeech } from "./speaker";

/** The messages of a transcript (`docs/sarj.md`). */

const DAY_SECONDS = 86_400;

/** A number, or its text. Anything else is unknown. */
const numberOrText = z.union([
  z.number(),
  z
    .string()
    .trim()
    .regex(/^\d{1,9}(?:\.\d{1,9})?$/)
    .transform(Number),
]);
const seconds = numberOrText.pipe(z.number().min(0).max(DAY_SECONDS)).nullish().catch(null).default(null);
const trueOrFalse = z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]);
const optionalId = z.string().nullish().catch(null).default(null);
const anyText = z.unknown().transform((value) => (typeof value === "string" ? value : JSON.stringify(value ?? "")));

const messageSchema = z.discriminatedUnion("type", [
  z
    .object({ type: z.literal("message"), role: z.string(), content: z.string().nullable(), start_at: seconds })
    .transform(({ type, role, content, start_at }) => ({
      type,
      role,
      content: content ?? "",
      startAt: start_at ?? null,
    })),
  z
    .object({
      type: z.literal("function_call"),
      tool_name: z.string(),
      arguments: anyText,
      tool_call_id: optionalId,
      start_at: seconds,
    })
    .transform((raw) => ({
      type: raw.type,
      toolName: raw.tool_name,
      arguments: raw.arguments,
      toolCallId: raw.tool_call_id ?? null,
      startAt: raw.start_at ?? null,
    })),
  z
    .object({
      type: z.literal("function_call_output"),
      tool_name: z.string().catch(""),
      output: anyText,
      tool_call_id: optionalId,
      is_error: trueOrFalse.catch(false),
      start_at: seconds,
      duration_ms: numberOrText.pipe(z.number().min(0)).nullish().catch(null).default(null),
    })
    .transform((raw) => ({
      type: raw.type,
      toolName: raw.tool_name,
      output: raw.output,
      toolCallId: raw.tool_call_id ?? null,
      isError: raw.is_error,
      startAt: raw.start_at ?? null,
      durationMs: raw.duration_ms ?? null,
    })),
  z
    .object({ type: z.literal("instructions"), content: z.string() })
    .transform(({ type, content }) => ({ type, content })),
]);

/** The fields of each type of message in the vendor's contract. */
const MESSAGE_FIELDS: Readonly<Record<TranscriptMessage["type"], readonly string[]>> = {
  message: ["type", "role", "content", "start_at"],
  function_call: ["type", "tool_name", "arguments", "tool_call_id", "start_at"],
  function_call_output: ["type", "tool_name", "output", "tool_call_id", "is_error", "start_at", "duration_ms"],
  instructions: ["type", "role", "content", "start_at"],
  // Kept whole and shown, so no field of it is overlooked.
  other: [],
};

/** Reads any JSON as a message. A message without `type`, as in older payloads, is plain; an unknown type is kept unchanged. */
export function readMessage(raw: Json): TranscriptMessage {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { type: "other", kind: "", data: raw };
  }
  const isUntyped = raw["type"] === undefined || raw["type"] === null;
  const parsed = messageSchema.safeParse(isUntyped ? { ...raw, type: "message" } : raw);
  if (parsed.success) {
    return parsed.data;
  }
  return {
    type: "other",
    kind: typeof raw["type"] === "string" ? raw["type"].slice(0, 200).toWellFormed() : "",
    data: raw,
  };
}

/** The fields of a raw message that the contract does not contain, given the message as read. */
export function unknownFieldsOf(raw: Json, read: TranscriptMessage): string[] {
  return read.type === "other" || typeof raw !== "object" || raw === null
    ? []
    : Object.keys(raw).filter((field) => !MESSAGE_FIELDS[read.type].includes(field));
}

/** Whether a message says nothing: speech or instructions without a word, or an unknown form without a value. A tool call says something. */
export function isSilentMessage(message: TranscriptMessage): boolean {
  if (message.type === "other") {
    return isSilent(message.data);
  }
  return (message.type === "message" || message.type === "instructions") && isSilentText(message.content);
}

/** Whether a transcript contains a spoken word. */
export function isSpoken(messages: readonly TranscriptMessage[]): boolean {
  return messages.some(
    (message) => message.type === "message" && isSpeech(message.role) && !isSilentText(message.content),
  );
}
