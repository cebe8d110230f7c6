import { z } from "zod";

import type { Correction, Json, JsonObject, TranscriptMessage } from "@/lib/call/facts";
import type { FlagProblem } from "@/lib/delivery/flags";
import { latinDigits } from "@/lib/text/digits";
import { isSilent } from "@/lib/text/silence";
import { isoInstant } from "@/lib/time/iso-instant";
import { isSilentMessage, readMessage, unknownFieldsOf } from "@/lib/transcript/messages";

import { MAX_CALL_ID_LENGTH } from "./call-id";
import { parseJson } from "./json";

/**
 * Schemas and readers for single fields of the vendor's payloads (`docs/sarj.md`). A value that is not credible becomes null
 * and is flagged, so one bad field does not prevent reading the others. A value that can mean only one thing is read, whatever its form:
 * `"67"` is 67.
 */

const EARLIEST = Date.UTC(2020, 0, 1);
const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
/** The vendor books a call or a retry at most 30 days ahead. Twice as long, because the limit may move. */
const BOOKED_AHEAD_MS = 60 * DAY_MS;

/** A short text whose set of values is open: a status, a language, an id. */
export const shortText = z.string().trim().min(1).max(200);

/** An id of a call, exactly as it came: the same id with other spaces is another call. */
export const callId = z.string().min(1).max(MAX_CALL_ID_LENGTH);

/** An ISO 8601 time with an offset, from 2020 to tomorrow. Excludes values such as `infinity`, `now` and the year 275760. */
export function credibleInstant(now: Date) {
  return instantUntil(now.getTime() + DAY_MS);
}

/** The same for a time that lies ahead by its meaning: the time of a booking, a retry or a callback. From 2020 to 60 days ahead. */
export function bookedInstant(now: Date) {
  return instantUntil(now.getTime() + BOOKED_AHEAD_MS);
}

function instantUntil(latest: number) {
  return z
    .string()
    .transform((text) => isoInstant(text))
    .pipe(z.date().refine((date) => date.getTime() >= EARLIEST && date.getTime() <= latest));
}

const decimalText = z
  .string()
  .trim()
  .regex(/^\d{1,6}(\.\d{1,9})?$/)
  .transform(Number);

/** Whole seconds, at most a day. */
export const durationSeconds = z
  .union([z.number(), decimalText])
  .pipe(z.number().min(0).max(DAY_SECONDS))
  .transform(Math.round);

/** Which dial of a retry group. Far more than any retry policy allows, which is 10. */
export const retryAttempt = z.union([z.number(), decimalText]).pipe(z.int().min(1).max(10_000));

/** Any JSON; a text that contains a JSON object or list is read as that. */
export const anyJson = z.custom<Json>().transform((value): Json => {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) {
    return value;
  }
  const parsed = parseJson(Buffer.from(value));
  return parsed.ok ? parsed.value : value;
});
const jsonArray = anyJson.pipe(z.custom<Json[]>(Array.isArray));
export const recordingUrl = z.string().trim().min(1).max(4096);

/** A JSON number is the digits of an E.164 number, without its plus sign. */
export const phoneNumber = z.union([
  z.string().trim().min(1).max(64).transform(latinDigits),
  z
    .int()
    .min(1_000_000)
    .max(999_999_999_999_999)
    .transform((digits) => `+${digits}`),
]);

export const correction = z
  .object({ incorrect_text: z.string(), correction: z.string(), type: z.enum(["word", "phrase"]).catch("phrase") })
  .transform((raw): Correction => ({
    incorrectText: raw.incorrect_text,
    correction: raw.correction,
    type: raw.type,
  }));

/** Limits the flags per object, so that a hostile body cannot fill the log. */
const MAX_FLAGS = 12;
/** More messages than any call has. Without a limit, items of two bytes would need thirty times their size in memory. */
const MAX_ITEMS = 50_000;

/** Reads the fields of one object and collects flags: `path: unbelievable` for a value that is not credible. */
export class FieldReader {
  readonly flags: string[] = [];

  constructor(private readonly path: string) {}

  /** Null if the field is missing, says nothing (`isSilent`) or is not credible; the last is flagged with `problem`. */
  read<T>(source: JsonObject, field: string, schema: z.ZodType<T>, problem: FlagProblem = "unbelievable"): T | null {
    const value = Object.hasOwn(source, field) ? source[field] : null;
    if (isSilent(value)) {
      return null;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      return parsed.data;
    }
    this.flag(field, problem);
    return null;
  }

  /** Reads a word of a set that the vendor controls. A word outside the known set is taken as it is, and flagged. */
  readWord(source: JsonObject, field: string, known: readonly string[]): string | null {
    const word = this.read(source, field, shortText);
    if (word !== null && !known.includes(word)) {
      this.flagWord(field, word);
    }
    return word;
  }

  /** Flags a word that the vendor's contract does not contain. */
  flagWord(field: string, word: string): void {
    this.flag(`${field}=${cutText(word)}`, "unknown_value");
  }

  /** Reads a list. Items that are not credible are skipped and flagged. */
  readList<T>(value: Json | undefined, field: string, item: z.ZodType<T>, known: readonly string[]): T[] | null {
    const values = this.cut(field, this.read({ [field]: value ?? null }, field, jsonArray, "unknown_form"));
    return (
      values?.flatMap((value) => {
        const parsed = item.safeParse(value);
        if (!parsed.success) {
          this.flag(`${field}[]`, "unbelievable");
        } else if (isObject(value)) {
          this.noteUnknown(value, known, `${field}[].`);
        }
        return parsed.success ? [parsed.data] : [];
      }) ?? null
    );
  }

  /** Reads the messages of a transcript. Skips none of them (see `readMessage`); null if none of them says anything. */
  readMessages(field: string, values: Json[]): TranscriptMessage[] | null {
    const raws = this.cut(field, values) ?? [];
    const messages = raws.map(readMessage);
    for (const [index, message] of messages.entries()) {
      for (const unknown of unknownFieldsOf(raws[index] ?? null, message)) {
        this.flag(`${field}[].${cutText(unknown)}`, "unknown_field");
      }
      if (message.type === "other" && message.kind !== "") {
        this.flagWord(`${field}[].type`, message.kind);
      }
    }
    return messages.every(isSilentMessage) ? null : messages;
  }

  private cut(field: string, values: Json[] | null): Json[] | null {
    if (values === null || values.length <= MAX_ITEMS) {
      return values;
    }
    this.flag(field, "cut");
    return values.slice(0, MAX_ITEMS);
  }

  /** Adds a flag, unless the object already has it. */
  flag(field: string, problem: FlagProblem): void {
    const flag = `${this.path}${field}: ${problem}`;
    if (this.flags.length < MAX_FLAGS && !this.flags.includes(flag)) {
      this.flags.push(flag);
    }
  }

  /** Flags fields that the vendor's contract does not contain. */
  noteUnknown(source: JsonObject, known: readonly string[], path = ""): void {
    for (const field of Object.keys(source)) {
      if (!known.includes(field)) {
        this.flag(`${path}${cutText(field)}`, "unknown_field");
      }
    }
  }
}

/** The cut may leave half of a surrogate pair, which Postgres refuses. */
function cutText(text: string): string {
  return text.slice(0, 60).toWellFormed();
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
