import { z } from "zod";

import type { Correction, Json, JsonObject, TranscriptMessage } from "@/lib/call/facts";

import type { FlagProblem } from "./flags";

/**
 * Schemas and readers for single fields of the vendor's payloads (`docs/sarj.md`). A value that is not credible becomes null
 * and is flagged, so one bad field does not prevent reading the others.
 */

const EARLIEST = Date.UTC(2020, 0, 1);
const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** A short text whose set of values is open: a status, a language, an id. */
export const shortText = z.string().trim().min(1).max(200);

/** A strict ISO 8601 time with a zone, from 2020 to tomorrow. Excludes values such as `infinity`, `now` and the year 275760. */
export function credibleInstant(now: Date) {
  return z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((date) => date.getTime() >= EARLIEST && date.getTime() <= now.getTime() + DAY_MS);
}

export const durationSeconds = z.int().min(0).max(DAY_SECONDS);
export const jsonObject = z.custom<JsonObject>(isObject);
const jsonArray = z.custom<Json[]>(Array.isArray);
export const recordingUrl = z.string().trim().min(1).max(4096);
export const phoneNumber = z.string().trim().min(1).max(64);

export const correction = z
  .object({ incorrect_text: z.string(), correction: z.string(), type: z.enum(["word", "phrase"]).catch("phrase") })
  .transform((raw): Correction => ({
    incorrectText: raw.incorrect_text,
    correction: raw.correction,
    type: raw.type,
  }));

const seconds = z.number().min(0).max(DAY_SECONDS).nullish().catch(null).default(null);
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
      is_error: z.boolean().catch(false),
      start_at: seconds,
      duration_ms: z.number().min(0).nullish().catch(null).default(null),
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

/** Reads any JSON as a message. A message without `type`, as in older payloads, is plain; an unknown type is kept unchanged. */
export function readMessage(raw: Json): TranscriptMessage {
  if (!isObject(raw)) {
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

/** Limits the flags per object, so that a hostile body cannot fill the log. */
const MAX_FLAGS = 12;
/** More messages than any call has. Without a limit, items of two bytes would need thirty times their size in memory. */
const MAX_ITEMS = 50_000;

/** Reads the fields of one object and collects flags: `path: unbelievable` for a value that is not credible. */
export class FieldReader {
  readonly flags: string[] = [];

  constructor(private readonly path: string) {}

  read<T>(source: JsonObject, field: string, schema: z.ZodType<T>): T | null {
    const value = Object.hasOwn(source, field) ? source[field] : null;
    if (value === undefined || value === null) {
      return null;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      return parsed.data;
    }
    this.flag(field, "unbelievable");
    return null;
  }

  /** Reads a list. Items that are not credible are skipped and flagged. */
  readList<T>(source: JsonObject, field: string, item: z.ZodType<T>): T[] | null {
    const values = this.read(source, field, jsonArray);
    return (
      this.cut(field, values)?.flatMap((value, index) => {
        const parsed = item.safeParse(value);
        if (!parsed.success) {
          this.flag(`${field}[${index}]`, "unbelievable");
        }
        return parsed.success ? [parsed.data] : [];
      }) ?? null
    );
  }

  /** Reads the messages of a transcript. Skips none of them: see `readMessage`. */
  readMessages(source: JsonObject, field: string): TranscriptMessage[] | null {
    return this.cut(field, this.read(source, field, jsonArray))?.map(readMessage) ?? null;
  }

  private cut(field: string, values: Json[] | null): Json[] | null {
    if (values === null || values.length <= MAX_ITEMS) {
      return values;
    }
    this.flag(field, "cut");
    return values.slice(0, MAX_ITEMS);
  }

  flag(field: string, problem: FlagProblem): void {
    if (this.flags.length < MAX_FLAGS) {
      this.flags.push(`${this.path}${field}: ${problem}`);
    }
  }

  /** Flags fields that the vendor's contract does not contain. */
  noteUnknown(source: JsonObject, known: readonly string[]): void {
    for (const field of Object.keys(source)) {
      if (!known.includes(field)) {
        // The cut may leave half of a surrogate pair, which Postgres refuses.
        this.flag(field.slice(0, 60).toWellFormed(), "unknown_field");
      }
    }
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
