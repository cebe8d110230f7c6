import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { Json } from "@/lib/call/facts";
import { runAtOnce, runInTurns } from "@/lib/next-turn";
import { parseJson } from "@/lib/sarj/json";
import { mapJson } from "@/lib/text/map-json";

import { findNumbers, type HiddenRange, type Spoken } from "./find-numbers";
import { HIDDEN } from "./hidden";
import { type OwnNumber, ownNumberOf, readOwnNumber } from "./own-number";
import { PlausibleNumbers } from "./plausible";

/** Masks a phone number except for the country code and the last two digits. Text that is not a phone number is hidden completely. */
export function maskNumber(phoneNumber: string): string {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  return parsed === undefined ? HIDDEN : `+${parsed.countryCallingCode} ${HIDDEN} ${parsed.nationalNumber.slice(-2)}`;
}

/**
 * Hides every phone number in a JSON value or a text (`find-numbers.ts` says what is one), also in JSON inside a text. For short texts; larger ones
 * take `maskNumbersInTurns`.
 *
 * @param phoneNumber the call's own number; null if it has none or it is unknown
 */
export function maskNumbersIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  return runAtOnce(maskNumbersInSteps(value, phoneNumber)) as Value;
}

/** `maskNumbersIn` for values of any size: it lets the process do other work in between. */
export async function maskNumbersInTurns<Value extends Json>(value: Value, phoneNumber: string | null): Promise<Value> {
  return (await runInTurns(maskNumbersInSteps(value, phoneNumber))) as Value;
}

/**
 * A text of the value. `hide`: what to hide in it; the numbers of a conversation are looked for in all of its texts together. `saidAt`: the time of
 * its turn, in seconds.
 */
type Words = Spoken & { hide: HiddenRange[]; saidAt: number };
/** A text that is JSON. `texts`: those in it. */
type JsonText = { text: string; json: Json; texts: Text[] };
type Text = Words | JsonText;
/** What an entry of a list belongs to. */
type Turn = { conversation: Words[]; saidAt: number; speaker: string };

type ReadNumber = { own: OwnNumber | null; country: CountryCode | undefined };

/** Reading a number takes longer than masking a field, and the fields of a row have the same one. */
let lastRead: { phoneNumber: string; read: ReadNumber } | null = null;

function readNumber(phoneNumber: string | null): ReadNumber {
  if (phoneNumber === null) {
    return { own: null, country: undefined };
  }
  if (lastRead?.phoneNumber !== phoneNumber) {
    const parsed = parsePhoneNumberFromString(phoneNumber);
    // Nearly every number is E.164 already.
    const own =
      parsed?.number === phoneNumber && parsed.isPossible() ? ownNumberOf(parsed) : readOwnNumber(phoneNumber);
    lastRead = { phoneNumber, read: { own, country: parsed?.country } };
  }
  return lastRead.read;
}

/** `maskNumbersIn` for a caller that pauses: yields every few milliseconds, and returns the masked value. */
export function* maskNumbersInSteps(value: Json, phoneNumber: string | null): Generator<undefined, Json> {
  const masking = new Masking(phoneNumber);
  const texts = yield* masking.read(value);
  yield* masking.findNumbers();
  return yield* masking.masked(value, texts);
}

/** A text without any of these contains no digits in any script, however they are escaped, nor a character that stands for some (Unicode's NFKC). */
export const MAY_HAVE_DIGITS = /[\p{N}\p{So}•]/u;
/** As many entries or conversations take about a millisecond. */
const PER_STEP = 500;

class Masking {
  /** The texts in which numbers are looked for together. */
  private readonly conversations: { words: Words[]; isForm?: boolean }[] = [];
  private known: PlausibleNumbers | null = null;
  private entries = 0;

  constructor(private readonly phoneNumber: string | null) {}

  private get own(): OwnNumber | null {
    return readNumber(this.phoneNumber).own;
  }

  private get plausible(): PlausibleNumbers {
    return (this.known ??= new PlausibleNumbers(readNumber(this.phoneNumber).country));
  }

  /** The texts of the value, in the order of `mapJson`. */
  *read(value: Json): Generator<undefined, Text[]> {
    const texts: Text[] = [];
    yield* this.readInto(texts, value, null);
    return texts;
  }

  /** @param turn if the value is an entry of a list, or what somebody says in one */
  private *readInto(texts: Text[], value: Json, turn: Turn | null): Generator<undefined, void> {
    if (typeof value === "string") {
      yield* this.readText(texts, value, turn);
    } else if (Array.isArray(value)) {
      yield* this.readList(texts, value);
    } else if (typeof value === "object" && value !== null) {
      const parts: Words[] = [];
      for (const name of Object.keys(value)) {
        yield* this.countEntry();
        yield* this.readText(texts, name, null);
        const inner = value[name] ?? null;
        const isSaid = turn !== null && SPOKEN_KEYS.has(name) && typeof inner === "string";
        yield* this.readInto(texts, inner, isSaid ? turn : null);
        const words = texts.at(-1);
        if (typeof inner === "string" && PART.test(inner) && words !== undefined && "hide" in words) {
          parts.push(words);
        }
      }
      if (parts.length > 1) {
        this.conversations.push({ words: parts, isForm: true });
      }
    }
  }

  private *readList(texts: Text[], list: readonly Json[]): Generator<undefined, void> {
    const conversation: Words[] = [];
    let saidAt = -Infinity;
    for (const entry of list) {
      yield* this.countEntry();
      saidAt = startOf(entry) ?? saidAt;
      yield* this.readInto(texts, entry, { conversation, saidAt, speaker: speakerOf(entry) });
    }
    this.conversations.push({ words: inOrderOfSpeech(conversation) });
  }

  private *readText(texts: Text[], text: string, turn: Turn | null): Generator<undefined, void> {
    if (/^\s*["[{]/.test(text)) {
      const parsed = parseJson(Buffer.from(text));
      if (parsed.ok && typeof parsed.value !== "number") {
        yield;
        texts.push({ text, json: parsed.value, texts: yield* this.read(parsed.value) });
        return;
      }
    }
    const { saidAt = 0, speaker = "" } = turn ?? {};
    const words: Words = { text: this.withoutOpaqueNumber(text), hide: [], saidAt, speaker };
    texts.push(words);
    if (turn !== null) {
      turn.conversation.push(words);
    } else if (MAY_HAVE_DIGITS.test(text)) {
      this.conversations.push({ words: [words] });
    }
  }

  private *countEntry(): Generator<undefined, void> {
    this.entries += 1;
    if (this.entries % PER_STEP === 0) {
      yield;
    }
  }

  *findNumbers(): Generator<undefined, void> {
    for (const { words: conversation, isForm = false } of this.conversations) {
      yield* this.countEntry();
      if (!conversation.some(({ text }) => MAY_HAVE_DIGITS.test(text))) {
        continue;
      }
      const { own, plausible } = this;
      const found = yield* findNumbers(conversation, { own, plausible, isForm });
      for (const [index, words] of conversation.entries()) {
        const ranges = found[index] ?? [];
        // A field can be in two conversations.
        words.hide = words.hide.length === 0 ? ranges : [...words.hide, ...ranges].toSorted((a, b) => a.from - b.from);
      }
    }
  }

  /** @param texts what `read` returned for the value */
  masked(value: Json, texts: readonly Text[]): Generator<undefined, Json> {
    let at = 0;
    return mapJson(value, (leaf) => {
      if (typeof leaf === "number") {
        return this.hidesJsonNumber(leaf) ? HIDDEN : leaf;
      }
      const text = texts[at];
      at += 1;
      return text === undefined ? leaf : "json" in text ? this.maskedJson(text) : hideRanges(text);
    });
  }

  /** JSON in which nothing is hidden stays as it is written. */
  private *maskedJson({ text, json, texts }: JsonText): Generator<undefined, string> {
    const masked = JSON.stringify(yield* this.masked(json, texts));
    yield;
    return masked === JSON.stringify(json) ? text : masked;
  }

  /** The vendor may send an extension or a SIP address instead of a number: then that text is hidden. */
  private withoutOpaqueNumber(text: string): string {
    const number = this.phoneNumber?.trim() ?? "";
    return number.length > 2 && text.includes(number) && this.own === null ? text.replaceAll(number, HIDDEN) : text;
  }

  /** Most JSON numbers are amounts, times and ids. */
  private hidesJsonNumber(value: number): boolean {
    const text = String(value);
    return (
      /^\d{7,15}$/.test(text) &&
      ((this.own !== null && text.includes(this.own.national)) ||
        this.plausible.has(text) ||
        this.plausible.has(text, { isInternational: true }))
    );
  }
}

/** The keys of what somebody says, in the vendor's transcripts and in those of tools, and of what somebody enters. */
const SPOKEN_KEYS: ReadonlySet<string> = new Set(["content", "text", "message", "utterance", "transcript", "value"]);
/** A field of a form that may be a part of a number. */
const PART = /^[+(\s]*\p{Nd}[\p{Nd}\s().-]{0,20}$/u;

/** What is said in a list, in the order of time; an entry without a time follows the one before it. */
function inOrderOfSpeech(conversation: Words[]): Words[] {
  const isOrdered = conversation.every(({ saidAt }, index) => saidAt >= (conversation[index - 1]?.saidAt ?? -Infinity));
  return isOrdered ? conversation : conversation.toSorted((a, b) => (a.saidAt === b.saidAt ? 0 : a.saidAt - b.saidAt));
}

function speakerOf(entry: Json): string {
  const { role = null, speaker = role } = typeof entry === "object" && !Array.isArray(entry) ? (entry ?? {}) : {};
  return typeof speaker === "string" ? speaker : "";
}

/** In seconds; null for an entry without a time. `startAt` as we store it, `start_at` as the vendor sends it. */
function startOf(entry: Json): number | null {
  const at =
    typeof entry === "object" && entry !== null && !Array.isArray(entry)
      ? (entry["startAt"] ?? entry["start_at"])
      : null;
  return typeof at === "number" ? at : null;
}

function hideRanges({ text, hide }: Words): string {
  let masked = "";
  let from = 0;
  for (const range of hide) {
    masked += range.from < from ? "" : text.slice(from, range.from) + HIDDEN;
    from = Math.max(from, range.to);
  }
  return masked + text.slice(from);
}
