import type { Json, JsonObject } from "@/lib/call/facts";
import { runAtOnce, runInTurns } from "@/lib/next-turn";
import { MAX_BODY_BYTES } from "@/lib/sarj/body";
import { parseJson } from "@/lib/sarj/json";
import { decodedForms } from "@/lib/text/encoded";
import {
  type DigitSpan,
  findJoinedNumbers,
  type NumberRule,
  replaceSpans,
  type SpokenTurn,
} from "@/lib/transcript/joined-digits";

/**
 * Finds and removes numbers in JSON and text, however they are written: in digits of any script, with invisible signs, in parts over several
 * turns of a transcript or several fields, percent-encoded, as HTML entities, in Base64 (also compressed), and in JSON within a text. Not in words: "zero
 * five zero". The rule says what a number is: `lib/phone/number-forms.ts`.
 */

/** The replacement for an erased number. */
export const ERASED = "[erased]";

/** Encodings within encodings. JSON within JSON does not count: each level is shorter. */
const MAX_DEPTH = 4;

/** Whether a JSON value or a text contains a number. For short texts; larger values take `containsNumberInTurns`. */
export function containsNumber(value: Json, rule: NumberRule): boolean {
  return runAtOnce(new Search(rule).isIn(value, 0));
}

/** `containsNumber` for values of any size: the process does other work in between. */
export async function containsNumberInTurns(value: Json, rule: NumberRule): Promise<boolean> {
  return (await searchInTurns(value, rule)) === "found";
}

/** The same. `unreadable`: the number was not found, but a part of the value is packed or encoded so that it cannot be read. */
export async function searchInTurns(value: Json, rule: NumberRule): Promise<"found" | "not_found" | "unreadable"> {
  const search = new Search(rule);
  return (await runInTurns(search.isIn(value, 0))) ? "found" : search.isAllRead ? "not_found" : "unreadable";
}

/**
 * Removes numbers from a JSON value or a text: in strings and names each becomes `[erased]`, and a JSON number becomes null. A string that
 * contains a number in an encoded form becomes `[erased]` completely. Returns the same value if there is no number in it. For short texts.
 */
export function eraseNumbers<Value extends Json>(value: Value, rule: NumberRule): Value {
  return runAtOnce(new Search(rule).erased(value)) as Value;
}

/** `eraseNumbers` for values of any size: the process does other work in between. */
export async function eraseNumbersInTurns<Value extends Json>(value: Value, rule: NumberRule): Promise<Value> {
  return (await runInTurns(new Search(rule).erased(value))) as Value;
}

/** What takes the place of a number, or of its part: in a text, as a JSON number, and of a text in which it is encoded. */
export type Replacement = {
  inText: (digits: string) => string;
  asNumber: (value: Json) => Json;
  ofEncoded: (text: string) => string;
};

const ERASING: Replacement = { inText: () => ERASED, asNumber: () => null, ofEncoded: () => ERASED };

/** `eraseNumbers` with another replacement, for a caller that pauses. */
export function replaceNumbersInSteps(
  value: Json,
  rule: NumberRule,
  replacement: Replacement,
): Generator<undefined, Json> {
  return new Search(rule, replacement).erased(value);
}

/** As many values take about a millisecond. */
const PER_STEP = 500;

class Search {
  /** Whether everything in the value could be read. */
  isAllRead = true;
  private values = 0;
  private readonly budget = { bytes: MAX_BODY_BYTES };

  constructor(
    private readonly rule: NumberRule,
    private readonly replacement: Replacement = ERASING,
  ) {}

  *erased(value: Json): Generator<undefined, Json> {
    return (yield* this.isIn(value, 0)) ? yield* this.withoutNumbers(value, 0) : value;
  }

  *isIn(value: Json, depth: number): Generator<undefined, boolean> {
    if (typeof value === "string") {
      return yield* this.isInText(value, depth);
    }
    if (typeof value === "number") {
      const digits = String(value);
      return digits.length >= this.rule.shortest && (yield* this.spansIn(digits)).length > 0;
    }
    if (!isContainer(value)) {
      return false;
    }
    for (const places of yield* sequencesOf(value)) {
      if ((yield* findJoinedNumbers(places, this.rule)).length > 0) {
        return true;
      }
    }
    for (const [name, inner] of entriesOf(value)) {
      yield* this.countValue();
      if (!Array.isArray(value) && (yield* this.isInText(name, depth))) {
        return true;
      }
      if (mayContain(inner) && (yield* this.isIn(inner, depth))) {
        return true;
      }
    }
    return false;
  }

  private *isInText(text: string, depth: number): Generator<undefined, boolean> {
    if ((yield* this.spansIn(text)).length > 0) {
      return true;
    }
    const json = jsonIn(text);
    const { forms, isAllRead } = yield* decodedForms(text, this.budget);
    if (json !== null && (yield* this.isIn(json, depth))) {
      return true;
    }
    if (!isAllRead || (depth >= MAX_DEPTH && forms.length > 0)) {
      this.isAllRead = false;
    }
    if (depth >= MAX_DEPTH) {
      return false;
    }
    for (const decoded of forms) {
      if (yield* this.isInText(decoded, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  private *withoutNumbers(value: Json, depth: number): Generator<undefined, Json> {
    if (typeof value === "string") {
      return yield* this.withoutNumbersInText(value, depth);
    }
    if (typeof value === "number") {
      return (yield* this.isIn(value, depth)) ? this.replacement.asNumber(value) : value;
    }
    if (!isContainer(value)) {
      return value;
    }
    const joined = yield* this.withoutJoined(value);
    if (Array.isArray(joined)) {
      const list: Json[] = [];
      for (const inner of joined) {
        yield* this.countValue();
        list.push(mayContain(inner) ? yield* this.withoutNumbers(inner, depth) : inner);
      }
      return list;
    }
    const entries: [string, Json][] = [];
    for (const [name, inner] of Object.entries(joined)) {
      yield* this.countValue();
      entries.push([yield* this.withoutNumbersInText(name, depth), yield* this.withoutNumbers(inner, depth)]);
    }
    return Object.fromEntries(entries);
  }

  private *withoutNumbersInText(text: string, depth: number): Generator<undefined, string> {
    const json = jsonIn(text);
    if (json !== null && (yield* this.isIn(json, depth))) {
      return JSON.stringify(yield* this.withoutNumbers(json, depth));
    }
    const plain = replaceSpans(text, yield* this.spansIn(text), this.replacement.inText);
    return (yield* this.isInText(plain, depth)) ? this.replacement.ofEncoded(plain) : plain;
  }

  /** Removes the numbers that are spread over the texts of a list or an object. */
  private *withoutJoined(value: Json[] | JsonObject): Generator<undefined, Json[] | JsonObject> {
    const spansOf = new Map<Json[] | JsonObject, Map<string, DigitSpan[]>>();
    for (const places of yield* sequencesOf(value)) {
      for (const span of (yield* findJoinedNumbers(places, this.rule)).flat()) {
        const { holder, name } = places[span.turn] ?? { holder: value, name: "" };
        const ofHolder = spansOf.get(holder) ?? new Map<string, DigitSpan[]>();
        const ofName = ofHolder.get(name) ?? [];
        ofName.push(span);
        spansOf.set(holder, ofHolder.set(name, ofName));
      }
    }
    const own = replacedIn(value, spansOf.get(value), this.replacement);
    if (!Array.isArray(own)) {
      return own;
    }
    const list: Json[] = [];
    for (const inner of own) {
      yield* this.countValue();
      list.push(isContainer(inner) ? replacedIn(inner, spansOf.get(inner), this.replacement) : inner);
    }
    return list;
  }

  private *spansIn(text: string): Generator<undefined, DigitSpan[]> {
    return (yield* findJoinedNumbers([{ speaker: "", text }], this.rule)).flat();
  }

  private *countValue(): Generator<undefined, void> {
    this.values += 1;
    if (this.values % PER_STEP === 0) {
      yield;
    }
  }
}

/** Replaces the spans of each field of a list or an object. */
function replacedIn<Holder extends Json[] | JsonObject>(
  holder: Holder,
  spans: ReadonlyMap<string, DigitSpan[]> | undefined,
  { inText, asNumber }: Replacement,
): Holder {
  if (spans === undefined) {
    return holder;
  }
  const entries = Object.entries(holder).map(([name, inner]: [string, Json]): [string, Json] => {
    const own = spans.get(name);
    const replaced = () => (typeof inner === "string" ? replaceSpans(inner, own ?? [], inText) : asNumber(inner));
    return [name, own === undefined ? inner : replaced()];
  });
  return (Array.isArray(holder) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)) as Holder;
}

/** A text and where it is. */
type Place = SpokenTurn & { holder: Json[] | JsonObject; name: string };

/**
 * The texts of a value that may be read one after the other: the values of an object; the values of a list; and, for a list of objects, the
 * values of each field through the list, such as `content` of a transcript's messages, as they are listed and in the order of time.
 */
function* sequencesOf(value: Json[] | JsonObject): Generator<undefined, Place[][]> {
  const own: Place[] = [];
  const objects: JsonObject[] = [];
  let seen = 0;
  for (const [name, inner] of entriesOf(value)) {
    seen += 1;
    if (seen % PER_STEP === 0) {
      yield;
    }
    if (isContainer(inner)) {
      if (!Array.isArray(inner)) {
        objects.push(inner);
      }
    } else if (mayContain(inner)) {
      own.push(placeOf(value, name, inner, ""));
    }
  }
  const sequences = [own];
  if (Array.isArray(value)) {
    const orders = [objects, ...(isOrdered(objects) ? [] : [objects.toSorted((a, b) => timeOf(a) - timeOf(b))])];
    for (const order of orders) {
      for (const places of yield* fieldsOf(order)) {
        sequences.push(places);
      }
    }
  }
  return sequences.filter((places) => places.length > 1);
}

/** The values of each field through a list of objects. */
function* fieldsOf(objects: readonly JsonObject[]): Generator<undefined, Iterable<Place[]>> {
  const fields = new Map<string, Place[]>();
  let seen = 0;
  for (const item of objects) {
    const speaker = speakerOf(item);
    for (const [name, inner] of entriesOf(item)) {
      seen += 1;
      if (seen % PER_STEP === 0) {
        yield;
      }
      if (mayContain(inner) && !isContainer(inner)) {
        const places = fields.get(name) ?? [];
        fields.set(name, places);
        places.push(placeOf(item, name, inner, speaker));
      }
    }
  }
  return fields.values();
}

function placeOf(holder: Json[] | JsonObject, name: string, inner: string | number, speaker: string): Place {
  return { holder, name, text: String(inner), speaker };
}

/** The values with their names, one after another. In a list, the name is the index. */
function* entriesOf(value: Json[] | JsonObject): Generator<[name: string, inner: Json]> {
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      yield [String(index), inner];
    }
  } else {
    for (const name of Object.keys(value)) {
      yield [name, value[name] ?? null];
    }
  }
}

function mayContain(value: Json): value is string | number | Json[] | JsonObject {
  return value !== null && typeof value !== "boolean";
}

function speakerOf({ role, speaker }: JsonObject): string {
  return typeof role === "string" ? role : typeof speaker === "string" ? speaker : "";
}

function isOrdered(items: readonly JsonObject[]): boolean {
  return items.every((item, at) => at === 0 || timeOf(items[at - 1] ?? item) <= timeOf(item));
}

/** In seconds; 0 without a time. `startAt` as we store it, `start_at` as the vendor sends it. */
function timeOf({ startAt, start_at: sent }: JsonObject): number {
  const time = startAt ?? sent;
  return typeof time === "number" ? time : 0;
}

function isContainer(value: Json): value is Json[] | JsonObject {
  return typeof value === "object" && value !== null;
}

/** The JSON in a text, like the arguments and the output of tools; null if it contains none. */
function jsonIn(text: string): Json {
  if (!/^\s*["[{]/.test(text)) {
    return null;
  }
  const parsed = parseJson(Buffer.from(text));
  return parsed.ok ? parsed.value : null;
}
