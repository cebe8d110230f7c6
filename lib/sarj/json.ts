import type { Json, JsonObject } from "@/lib/call/facts";

/** Deeper than any valid payload, and well below the depth at which `JSON.stringify` overflows the stack (about 5,000). */
const MAX_DEPTH = 64;

export type ParsedJson =
  | {
      ok: true;
      value: Json;
      /** The paths of `NaN`, `Infinity` and `-Infinity`, which Python writes and JSON does not have. Their value is null. */
      notNumbers: string[];
    }
  | { ok: false; reason: "empty_body" | "not_utf8" | "not_json" | "too_deep" };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses bytes as JSON. Never throws. Ignores a byte order mark. Postgres can store every string of the result: NUL (which
 * text and jsonb refuse with 22021 and 22P05) and lone surrogates (22P02) become U+FFFD. Integers beyond ±(2^53 − 1) and
 * numbers too large for a double become strings of the digits as sent.
 */
export function parseJson(bytes: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { ok: false, reason: "not_utf8" };
  }
  if (text.trim() === "") {
    return { ok: false, reason: "empty_body" };
  }
  const { depth, mayLoseDigits } = scan(text);
  if (depth > MAX_DEPTH) {
    return { ok: false, reason: "too_deep" };
  }
  const strict = parseExactly(text, mayLoseDigits);
  if (strict !== null) {
    const value = mayLoseDigits || HAS_UNSTORABLE_ESCAPE.test(text) ? storable(strict.value, [], null) : strict.value;
    return { ok: true, value, notNumbers: [] };
  }
  const tolerant = HAS_NOT_NUMBERS.test(text) ? parseExactly(withoutNotNumbers(text), true) : null;
  if (tolerant === null) {
    return { ok: false, reason: "not_json" };
  }
  const notNumbers: string[] = [];
  return { ok: true, value: storable(tolerant.value, [], notNumbers), notNumbers };
}

/** Stands for `NaN` or an infinity. Unicode reserves U+FDD0 for use inside programs. */
const NOT_A_NUMBER = "\uFDD0not a number";
const MAX_NOT_NUMBERS = 20;

const HAS_NOT_NUMBERS = /NaN|Infinity/;
/** Matches at one place only (`y`), so it is never slower than its text is long. */
const NOT_NUMBER_WORD = /-?(?:NaN|Infinity)\b/y;

/** Replaces the words `NaN`, `Infinity` and `-Infinity` outside strings, in one pass. */
function withoutNotNumbers(text: string): string {
  const marker = JSON.stringify(NOT_A_NUMBER);
  let result = "";
  let copiedTo = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) {
        at += 1;
      } else if (code === 0x22) {
        inString = false;
      }
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x4e || code === 0x49 || code === 0x2d) {
      NOT_NUMBER_WORD.lastIndex = at;
      const found = NOT_NUMBER_WORD.exec(text)?.[0];
      if (found !== undefined) {
        result += text.slice(copiedTo, at) + marker;
        at += found.length - 1;
        copiedTo = at + 1;
      }
    }
  }
  return result + text.slice(copiedTo);
}

/** A double holds every number of at most this many digits exactly. */
const EXACT_DIGITS = 15;

/**
 * What the signs outside strings tell. `depth` counts brackets, up to the first one that is too deep: `JSON.parse` accepts a million levels, but a
 * recursive function cannot walk the result. `mayLoseDigits`: whether a number has more digits than a double holds, or an exponent. Ids in strings look alike.
 */
function scan(text: string): { depth: number; mayLoseDigits: boolean } {
  let depth = 0;
  let digits = 0;
  let mayLoseDigits = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      digits = 0;
    } else if (code >= 0x30 && code <= 0x39) {
      digits += 1;
      mayLoseDigits ||= digits > EXACT_DIGITS;
    } else {
      mayLoseDigits ||= digits > 0 && (code === 0x65 || code === 0x45);
      digits = 0;
      if (code === 0x5b || code === 0x7b) {
        depth += 1;
        if (depth > MAX_DEPTH) {
          break;
        }
      } else if (code === 0x5d || code === 0x7d) {
        depth -= 1;
      }
    }
  }
  return { depth, mayLoseDigits };
}

/** The place of the quote that ends the string which begins at `from`; the end of the text without one. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === 0x5c) {
      escapes += 1;
    }
    if (escapes % 2 === 0) {
      return at;
    }
  }
  return text.length;
}

/** An escape of NUL or of a surrogate. Valid UTF-8 has no lone surrogates, and JSON no NUL that is not escaped. */
const HAS_UNSTORABLE_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * In an object, because null is a JSON value. Null if the text is not JSON.
 *
 * @param mayLoseDigits parsing with a reviver is several times slower, and few payloads contain numbers that need it
 */
function parseExactly(text: string, mayLoseDigits: boolean): { value: Json } | null {
  try {
    return { value: mayLoseDigits ? parseWithDigits(text) : (JSON.parse(text) as Json) };
  } catch {
    return null;
  }
}

function parseWithDigits(text: string): Json {
  const keepDigits: Reviver = (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && !isExact(value, source) ? new NumberAsText(source) : value;
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as Json;
}

/** A number that a double cannot hold, until `storable` replaces it by its digits. */
class NumberAsText {
  constructor(readonly digits: string) {}
}

/** The names of the fields that were numbers and are text now, by the object that contains them. */
const numberFields = new WeakMap<JsonObject, ReadonlySet<string>>();
/** The fields that we read by name are in the envelope, the payload and its `call_data`, each of which may be alone in a list. */
const DEPTH_OF_NAMED_FIELDS = 4;

/**
 * Whether a field was a number in the JSON, although its value is a text because a double cannot hold it. As a text, an invalid id or
 * phone number would look valid. Known for objects in at most four other objects or lists.
 */
export function isNumberAsText(source: JsonObject, field: string): boolean {
  return numberFields.get(source)?.has(field) === true;
}

function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && (!/^-?\d+$/.test(source) || Number.isSafeInteger(value));
}

/**
 * Makes all strings of a JSON value storable. `Object.fromEntries` defines properties, so `__proto__` is an ordinary key.
 *
 * @param path the keys that lead to the value
 * @param notNumbers receives the paths of `NaN` and infinities; null if the text contains none
 */
function storable(value: Json, path: (string | number)[], notNumbers: string[] | null): Json {
  if (value === NOT_A_NUMBER && notNumbers !== null) {
    if (notNumbers.length < MAX_NOT_NUMBERS) {
      notNumbers.push(pathText(path));
    }
    return null;
  }
  if (typeof value === "string") {
    return storableText(value);
  }
  if (isUnstorableNumber(value)) {
    return value.digits;
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const inside = (key: string | number, inner: Json) => {
    path.push(key);
    const result = storable(inner, path, notNumbers);
    path.pop();
    return result;
  };
  if (Array.isArray(value)) {
    return value.map((inner, index) => inside(index, inner));
  }
  const entries = Object.entries(value);
  const object = Object.fromEntries(entries.map(([key, inner]) => [storableText(key), inside(key, inner)]));
  const numbers = path.length > DEPTH_OF_NAMED_FIELDS ? [] : entries.filter(([, inner]) => isUnstorableNumber(inner));
  if (numbers.length > 0) {
    numberFields.set(object, new Set(numbers.map(([key]) => storableText(key))));
  }
  return object;
}

function isUnstorableNumber(value: unknown): value is NumberAsText {
  return value instanceof NumberAsText;
}

/** The path as a flag names it: without the places in lists, so that the same problem has the same name, and short enough for an index. */
function pathText(path: readonly (string | number)[]): string {
  const text = path.reduce<string>(
    (before, key) =>
      typeof key === "number" ? `${before}[]` : `${before}${before === "" ? "" : "."}${key.slice(0, 60)}`,
    "",
  );
  return storableText(text.slice(0, 300));
}

/** Replaces each NUL and each lone surrogate by U+FFFD. */
function storableText(value: string): string {
  return value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
