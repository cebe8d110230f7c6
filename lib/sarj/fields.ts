import { parsePhoneNumberFromString } from "libphonenumber-js";
import { z } from "zod";

import type { Json, JsonObject } from "@/lib/call/facts";
import type { FlagProblem } from "@/lib/delivery/flags";
import { latinDigits } from "@/lib/text/digits";
import { isSilent } from "@/lib/text/silence";
import { isoInstant } from "@/lib/time/iso-instant";

import { MAX_CALL_ID_LENGTH } from "./call-id";
import { isNumberAsText, parseJson } from "./json";

/**
 * Schemas and readers for single fields of the vendor's payloads (`docs/sarj.md`). A value that is not credible becomes null
 * and is flagged, so one bad field does not prevent reading the others. A value that can mean only one thing is read, whatever its form:
 * `"67"` is 67.
 */

const EARLIEST = Date.UTC(2020, 0, 1);
const DAY_MS = 86_400_000;
export const DAY_SECONDS = 86_400;
/** The vendor books a call or a retry at most 30 days ahead. Twice as long, because the limit may move. */
const BOOKED_AHEAD_MS = 60 * DAY_MS;

/** A short text whose set of values is open: a status, a language, an id. */
export const shortText = z.string().trim().min(1).max(200);

/** An id of a call, exactly as it came: the same id with other spaces is another call. */
export const callId = z.string().min(1).max(MAX_CALL_ID_LENGTH);

/** An ISO 8601 time with an offset, from 2020 to tomorrow. Excludes values such as `infinity`, `now` and the year 275760. */
export function credibleInstant(now: Date): Schema<Date> {
  return instantUntil(now.getTime() + DAY_MS);
}

/** The same for a time that lies ahead by its meaning: the time of a booking, a retry or a callback. From 2020 to 60 days ahead. */
export function bookedInstant(now: Date): Schema<Date> {
  return instantUntil(now.getTime() + BOOKED_AHEAD_MS);
}

/** What reads a value: a schema of zod, or one with a limit that moves. Making a schema of zod for each delivery takes longer than reading with it. */
export type Schema<T> = {
  safeParse: (value: unknown) => { success: true; data: T } | { success: false; data?: never };
};

const instant = z
  .string()
  .transform((text) => isoInstant(text))
  .pipe(z.date().refine((date) => date.getTime() >= EARLIEST));

function instantUntil(latest: number): Schema<Date> {
  return {
    safeParse(value) {
      const { data } = instant.safeParse(value);
      return data === undefined || data.getTime() > latest ? { success: false } : { success: true, data };
    },
  };
}

const decimalText = z
  .string()
  .trim()
  .transform((text) => latinDigits(text).replace("\u066B", "."))
  .pipe(z.string().regex(/^\d{1,9}(?:\.\d{1,20})?$/))
  .transform(Number);

/** A number, or its text in Latin or Arabic digits. */
export const numberOrText = z.union([z.number(), decimalText]);

/** Whole seconds, at most a day. */
export const durationSeconds = numberOrText.pipe(z.number().min(0).max(DAY_SECONDS)).transform(Math.round);

/** Which dial of a retry group. Far more than any retry policy allows, which is 10. */
export const retryAttempt = numberOrText.pipe(z.int().min(1).max(10_000));

/** Any JSON; a text that contains a JSON object or list is read as that. */
export const anyJson = z.custom<Json>().transform((value): Json => {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) {
    return value;
  }
  const parsed = parseJson(Buffer.from(value));
  return parsed.ok ? parsed.value : value;
});

/** An id of a scenario: text, or a number, whose digits are the id. */
export const scenarioId = z.union([shortText, z.int().transform(String)]);

/** Any URL: `lib/recording/recording-url.ts` decides whether it may be fetched. */
export const recordingUrl = z
  .string()
  .trim()
  .max(4096)
  .refine((text) => URL.canParse(text));

/** A number in any notation. The digits of a JSON number get a plus sign if they can be an E.164 number. */
export const phoneNumber = z.union([
  z
    .string()
    .trim()
    .min(1)
    .max(64)
    // A number that was written as a decimal on its way: `966500000001.0`.
    .transform((text) => latinDigits(text).replace(/^(\+?\d+)\.0+$/, "$1")),
  z.int().min(1_000_000).max(999_999_999_999_999).transform(withPlus),
]);

function withPlus(digits: number): string {
  return parsePhoneNumberFromString(`+${digits}`)?.isPossible() === true ? `+${digits}` : String(digits);
}

/** The schemas for which the digits of a number matter, and not that it was a number. */
const DIGITS_MATTER: ReadonlySet<unknown> = new Set([anyJson, scenarioId]);

/** Limits the flags per object, so that a hostile body cannot fill the log. */
const MAX_FLAGS = 12;
/** More messages than any call has. Without a limit, items of two bytes would need thirty times their size in memory. */
const MAX_ITEMS = 50_000;

/** Reads the fields of one object and collects flags: `path: unbelievable` for a value that is not credible. */
export class FieldReader {
  /**
   * @param path the object's path, with a point at its end; empty for the envelope
   * @param place where inside the object the fields are, see `inside`
   * @param flags receives the flags; at most `MAX_FLAGS`, and one that says that there were more
   */
  constructor(
    private readonly path: string,
    private readonly place = "",
    readonly flags: string[] = [],
  ) {}

  /** A reader for what is inside the object, such as the items of a list (`messages[]`). It adds its flags to those of the object. */
  inside(place: string): FieldReader {
    return new FieldReader(this.path, this.placeOf(place), this.flags);
  }

  /** Null if the field is missing, says nothing (`isSilent`) or is not credible; the last is flagged with `problem`. */
  read<T>(source: JsonObject, field: string, schema: Schema<T>, problem: FlagProblem = "unbelievable"): T | null {
    const value = Object.hasOwn(source, field) ? source[field] : null;
    if (isSilent(value)) {
      return null;
    }
    const isTooLarge = isNumberAsText(source, field) && !DIGITS_MATTER.has(schema);
    const parsed = schema.safeParse(isTooLarge ? Number(value) : value);
    if (parsed.success) {
      return isSilentValue(parsed.data) ? null : parsed.data;
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

  /** Cuts a list that has more items than any call. */
  cut(values: Json[], field: string): Json[] {
    if (values.length <= MAX_ITEMS) {
      return values;
    }
    this.flag(field, "cut");
    return values.slice(0, MAX_ITEMS);
  }

  /** Adds a flag, unless the object already has it. An empty `field` means the place itself. */
  flag(field: string, problem: FlagProblem): void {
    if (this.flags.length > MAX_FLAGS) {
      return;
    }
    const flag = `${this.path}${this.placeOf(field)}: ${problem}`;
    if (!this.flags.includes(flag)) {
      this.flags.push(this.flags.length < MAX_FLAGS ? flag : `${this.path}*: cut`);
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

  private placeOf(field: string): string {
    return this.place === "" || field === "" ? `${this.place}${field}` : `${this.place}.${field}`;
  }
}

/** Text may contain JSON that says nothing. A date has no fields, but it says something. */
function isSilentValue(value: unknown): boolean {
  return !(value instanceof Date) && isSilent(value as Json);
}

/** The cut may leave half of a surrogate pair, which Postgres refuses. */
function cutText(text: string): string {
  return text.slice(0, 60).toWellFormed();
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
