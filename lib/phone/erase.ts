import type { Json, JsonObject } from "@/lib/call/facts";
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
 * turns of a transcript or several fields, percent-encoded, as HTML entities, in Base64, and in JSON within a text. Not in words: "zero
 * five zero". The rule says what a number is: `lib/phone/number-forms.ts`.
 */

/** The replacement for an erased number. */
export const ERASED = "[erased]";

/** Encodings within encodings, and JSON within JSON. */
const MAX_DEPTH = 4;

/** Whether a JSON value or a text contains a number. */
export function containsNumber(value: Json, rule: NumberRule): boolean {
  return new Search(rule).isIn(value, 0);
}

/**
 * Removes numbers from a JSON value or a text: in strings and names each becomes `[erased]`, and a JSON number becomes null. A string that
 * contains a number in an encoded form becomes `[erased]` completely. Returns the same value if there is no number in it.
 */
export function eraseNumbers<Value extends Json>(value: Value, rule: NumberRule): Value {
  const search = new Search(rule);
  return search.isIn(value, 0) ? (search.withoutNumbers(value, 0) as Value) : value;
}

class Search {
  constructor(private readonly rule: NumberRule) {}

  isIn(value: Json, depth: number): boolean {
    if (typeof value === "string") {
      return this.isInText(value, depth);
    }
    if (typeof value === "number") {
      return this.spansIn(String(value)).length > 0;
    }
    if (value === null || typeof value !== "object") {
      return false;
    }
    return (
      sequencesOf(value).some((places) => findJoinedNumbers(places, this.rule).length > 0) ||
      (!Array.isArray(value) && Object.keys(value).some((name) => this.isInText(name, depth))) ||
      Object.values(value).some((inner: Json) => this.isIn(inner, depth))
    );
  }

  private isInText(text: string, depth: number): boolean {
    if (this.spansIn(text).length > 0) {
      return true;
    }
    if (depth >= MAX_DEPTH) {
      return false;
    }
    const json = jsonIn(text);
    return (
      (json !== null && this.isIn(json, depth + 1)) ||
      decodedForms(text).some((decoded) => this.isInText(decoded, depth + 1))
    );
  }

  withoutNumbers(value: Json, depth: number): Json {
    if (typeof value === "string") {
      return this.withoutNumbersInText(value, depth);
    }
    if (typeof value === "number") {
      return this.isIn(value, depth) ? null : value;
    }
    if (value === null || typeof value !== "object") {
      return value;
    }
    const joined = this.withoutJoined(value);
    if (Array.isArray(joined)) {
      return joined.map((inner) => this.withoutNumbers(inner, depth));
    }
    return Object.fromEntries(
      Object.entries(joined).map(([name, inner]) => [
        this.withoutNumbersInText(name, depth),
        this.withoutNumbers(inner, depth),
      ]),
    );
  }

  private withoutNumbersInText(text: string, depth: number): string {
    const json = depth < MAX_DEPTH ? jsonIn(text) : null;
    if (json !== null && this.isIn(json, depth + 1)) {
      return JSON.stringify(this.withoutNumbers(json, depth + 1));
    }
    const plain = replaceSpans(text, this.spansIn(text), ERASED);
    return this.isInText(plain, depth) ? ERASED : plain;
  }

  /** Removes the numbers that are spread over the texts of a list or an object. */
  private withoutJoined(value: Json[] | JsonObject): Json[] | JsonObject {
    const spansOf = new Map<Json[] | JsonObject, Map<string, DigitSpan[]>>();
    for (const places of sequencesOf(value)) {
      for (const span of findJoinedNumbers(places, this.rule).flat()) {
        const { holder, name } = places[span.turn] ?? { holder: value, name: "" };
        const ofHolder = spansOf.get(holder) ?? new Map<string, DigitSpan[]>();
        const ofName = ofHolder.get(name) ?? [];
        ofName.push(span);
        spansOf.set(holder, ofHolder.set(name, ofName));
      }
    }
    const replaced = <Holder extends Json[] | JsonObject>(holder: Holder): Holder => {
      const spans = spansOf.get(holder);
      if (spans === undefined) {
        return holder;
      }
      const entries = Object.entries(holder).map(([name, inner]: [string, Json]): [string, Json] => {
        const own = spans.get(name);
        return [name, own === undefined ? inner : typeof inner === "string" ? replaceSpans(inner, own, ERASED) : null];
      });
      return (Array.isArray(holder) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)) as Holder;
    };
    const own = replaced(value);
    return Array.isArray(own) ? own.map((inner) => (isContainer(inner) ? replaced(inner) : inner)) : own;
  }

  private spansIn(text: string): DigitSpan[] {
    return findJoinedNumbers([{ speaker: "", text }], this.rule).flat();
  }
}

/** A text and where it is. */
type Place = SpokenTurn & { holder: Json[] | JsonObject; name: string };

/**
 * The texts of a value that may be read one after the other: the values of an object; the values of a list; and, for a list of objects, the
 * values of each field through the list, such as `content` of a transcript's messages, as they are listed and in the order of time.
 */
function sequencesOf(value: Json[] | JsonObject): Place[][] {
  const own = Object.entries(value).flatMap(([name, inner]: [string, Json]) => placeOf(value, name, inner, ""));
  if (!Array.isArray(value)) {
    return own.length < 2 ? [] : [own];
  }
  const objects = value.filter((item): item is JsonObject => isContainer(item) && !Array.isArray(item));
  const orders = [objects, ...(isOrdered(objects) ? [] : [objects.toSorted((a, b) => timeOf(a) - timeOf(b))])];
  return [own, ...orders.flatMap(fieldsOf)].filter((places) => places.length > 1);
}

/** The values of each field through a list of objects. */
function fieldsOf(objects: readonly JsonObject[]): Place[][] {
  const fields = new Map<string, Place[]>();
  for (const item of objects) {
    const speaker = speakerOf(item);
    for (const [name, inner] of Object.entries(item)) {
      const places = fields.get(name) ?? [];
      fields.set(name, places);
      places.push(...placeOf(item, name, inner, speaker));
    }
  }
  return Array.from(fields.values());
}

function placeOf(holder: Json[] | JsonObject, name: string, inner: Json, speaker: string): Place[] {
  return typeof inner === "string" || typeof inner === "number" ? [{ holder, name, text: String(inner), speaker }] : [];
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
