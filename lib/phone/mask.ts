import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { Json, JsonObject } from "@/lib/call/facts";
import { nextTurn } from "@/lib/next-turn";
import { parseJson } from "@/lib/sarj/json";

import { findNumbers, type HiddenRange } from "./find-numbers";
import { HIDDEN } from "./hidden";
import { type OwnNumber, readOwnNumber } from "./own-number";
import { PlausibleNumbers } from "./plausible";

/** Masks a phone number except for the country code and the last two digits. Text that is not a phone number is hidden completely. */
export function maskNumber(phoneNumber: string): string {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  return parsed === undefined ? HIDDEN : `+${parsed.countryCallingCode} ${HIDDEN} ${parsed.nationalNumber.slice(-2)}`;
}

/**
 * Hides every phone number in a JSON value or a text (`find-numbers.ts` says what is one), also in JSON inside a text. For short texts; larger ones
 * take `maskNumbersInSteps`.
 *
 * @param phoneNumber the call's own number; null if it has none or it is unknown
 */
export function maskNumbersIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  const masking = maskingOf(value, phoneNumber);
  for (;;) {
    const { done, value: masked } = masking.next();
    if (done === true) {
      return masked as Value;
    }
  }
}

/** As many steps take some milliseconds. */
const STEPS_PER_TURN = 4;

/** `maskNumbersIn` for values of any size: it lets the process do other work in between. */
export async function maskNumbersInSteps<Value extends Json>(value: Value, phoneNumber: string | null): Promise<Value> {
  const masking = maskingOf(value, phoneNumber);
  for (let step = 1; ; step += 1) {
    const { done, value: masked } = masking.next();
    if (done === true) {
      return masked as Value;
    }
    if (step % STEPS_PER_TURN === 0) {
      await nextTurn();
    }
  }
}

/** A text of the value. `hide`: what to hide in it; the numbers of a conversation are looked for in all of its texts together. */
type Leaf = { text: string; hide: HiddenRange[] };

/** A part of the value: `masked` builds it again after the leaves are known. `changes`: whether anything in it is hidden. */
type Part = { masked: () => Json; changes: () => boolean };

type ReadNumber = { own: OwnNumber | null; country: CountryCode | undefined };

/** Reading a number takes longer than masking a field, and the fields of a row have the same one. */
let lastRead: { phoneNumber: string; read: ReadNumber } | null = null;

function readNumber(phoneNumber: string | null): ReadNumber {
  if (phoneNumber === null) {
    return { own: null, country: undefined };
  }
  if (lastRead?.phoneNumber !== phoneNumber) {
    const country = parsePhoneNumberFromString(phoneNumber)?.country;
    lastRead = { phoneNumber, read: { own: readOwnNumber(phoneNumber), country } };
  }
  return lastRead.read;
}

/** All that is shared by the parts of one value. */
class Masking {
  /** The texts in which numbers are looked for together. */
  readonly conversations: Leaf[][] = [];
  readonly own: OwnNumber | null;
  readonly plausible: PlausibleNumbers;

  constructor(readonly phoneNumber: string | null) {
    const { own, country } = readNumber(phoneNumber);
    this.own = own;
    this.plausible = new PlausibleNumbers(country);
  }

  read(value: Json): Part {
    if (typeof value === "string") {
      return this.readText(value, null);
    }
    if (typeof value === "number") {
      const isHidden = this.hidesJsonNumber(value);
      return { masked: () => (isHidden ? HIDDEN : value), changes: () => isHidden };
    }
    if (Array.isArray(value)) {
      const conversation: Leaf[] = [];
      const parts = inOrderOfSpeech(value).map(({ entry, index }) => ({
        index,
        part: this.readTurn(entry, conversation),
      }));
      this.conversations.push(conversation);
      const inOrder = parts.toSorted((a, b) => a.index - b.index).map(({ part }) => part);
      return {
        masked: () => inOrder.map((part) => part.masked()),
        changes: () => inOrder.some((part) => part.changes()),
      };
    }
    return value !== null && typeof value === "object"
      ? this.readObject(value, null)
      : { masked: () => value, changes: () => false };
  }

  /** An entry of a list. If it says something, its words belong to a conversation with those of the other entries. */
  private readTurn(entry: Json, conversation: Leaf[]): Part {
    if (typeof entry === "string") {
      return this.readText(entry, conversation);
    }
    return typeof entry === "object" && entry !== null && !Array.isArray(entry)
      ? this.readObject(entry, conversation)
      : this.read(entry);
  }

  private readObject(value: JsonObject, conversation: Leaf[] | null): Part {
    const parts = Object.entries(value).map(([key, inner]): [Part, Part] => [
      this.readText(key, null),
      conversation !== null && SPOKEN_KEYS.has(key) && typeof inner === "string"
        ? this.readText(inner, conversation)
        : this.read(inner),
    ]);
    return {
      masked: () => Object.fromEntries(parts.map(([key, inner]) => [String(key.masked()), inner.masked()])),
      changes: () => parts.some(([key, inner]) => key.changes() || inner.changes()),
    };
  }

  private readText(text: string, conversation: Leaf[] | null): Part {
    if (/^\s*["[{]/.test(text)) {
      const parsed = parseJson(Buffer.from(text));
      if (parsed.ok && typeof parsed.value !== "number") {
        const part = this.read(parsed.value);
        return { masked: () => (part.changes() ? JSON.stringify(part.masked()) : text), changes: part.changes };
      }
    }
    const leaf: Leaf = { text: this.withoutOpaqueNumber(text), hide: [] };
    if (conversation === null) {
      this.conversations.push([leaf]);
    } else {
      conversation.push(leaf);
    }
    return { masked: () => hideRanges(leaf), changes: () => leaf.text !== text || leaf.hide.length > 0 };
  }

  /** The vendor may send an extension or a SIP address instead of a number: then that text is hidden. */
  private withoutOpaqueNumber(text: string): string {
    const number = this.phoneNumber?.trim() ?? "";
    return this.own === null && number.length > 2 ? text.replaceAll(number, HIDDEN) : text;
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

/** The value after masking. Yields after some thousand digits or texts, so that a caller can pause. */
function* maskingOf(value: Json, phoneNumber: string | null): Generator<undefined, Json> {
  const masking = new Masking(phoneNumber);
  const part = masking.read(value);
  yield;
  let characters = 0;
  for (const conversation of masking.conversations) {
    const found = yield* findNumbers(
      conversation.map(({ text }) => text),
      masking,
    );
    for (const [index, leaf] of conversation.entries()) {
      leaf.hide = found[index] ?? [];
      characters += leaf.text.length;
    }
    if (characters > CHARACTERS_PER_STEP) {
      characters = 0;
      yield;
    }
  }
  return part.masked();
}

const CHARACTERS_PER_STEP = 20_000;

/** The keys of what somebody says, in the vendor's transcripts. */
const SPOKEN_KEYS: ReadonlySet<string> = new Set(["content", "text"]);

/** The entries of a list in the order in which they were said, if they have times; else as they stand. */
function inOrderOfSpeech(list: readonly Json[]): { entry: Json; index: number }[] {
  let last = -Infinity;
  return list
    .map((entry, index) => {
      const start = startOf(entry);
      last = start ?? last;
      return { entry, index, at: last };
    })
    .toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at));
}

function startOf(entry: Json): number | null {
  const at =
    typeof entry === "object" && entry !== null && !Array.isArray(entry)
      ? (entry["startAt"] ?? entry["start_at"])
      : null;
  return typeof at === "number" ? at : null;
}

function hideRanges({ text, hide }: Leaf): string {
  let masked = "";
  let from = 0;
  for (const range of hide) {
    masked += text.slice(from, range.from) + HIDDEN;
    from = range.to;
  }
  return masked + text.slice(from);
}
