import type { Json } from "@/lib/call/facts";

/** Deeper than any valid payload, and well below the depth at which `JSON.stringify` overflows the stack (about 5,000). */
const MAX_DEPTH = 64;

export type ParsedJson =
  | { ok: true; value: Json }
  | { ok: false; reason: "empty_body" | "not_utf8" | "not_json" | "too_deep" };

/**
 * Parses bytes as JSON. Never throws. Ignores a byte order mark. Postgres can store every string of the result: NUL (which
 * text and jsonb refuse with 22021 and 22P05) and lone surrogates (22P02) become U+FFFD. Integers beyond ±(2^53 − 1) and
 * numbers too large for a double become strings of the digits as sent.
 */
export function parseJson(bytes: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "not_utf8" };
  }
  if (text.trim() === "") {
    return { ok: false, reason: "empty_body" };
  }
  if (deeperThan(text, MAX_DEPTH)) {
    return { ok: false, reason: "too_deep" };
  }
  try {
    return { ok: true, value: storable(parseExactly(text)) };
  } catch {
    return { ok: false, reason: "not_json" };
  }
}

/** Counts brackets outside strings. `JSON.parse` accepts a million levels, but a recursive function cannot walk the result. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
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
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > limit) {
        return true;
      }
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

// Parsing with a reviver is several times slower, and few payloads contain numbers that need it.
const MAY_LOSE_DIGITS = /\d{16}|\d[eE][+-]?\d/;

function parseExactly(text: string): Json {
  if (!MAY_LOSE_DIGITS.test(text)) {
    return JSON.parse(text) as Json;
  }
  // Except `call_id`: as a string, an invalid numeric id would look valid.
  const keepDigits: Reviver = (key, value, { source }) =>
    typeof value === "number" && source !== undefined && key !== "call_id" && !isExact(value, source) ? source : value;
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as Json;
}

function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && (!/^-?\d+$/.test(source) || Number.isSafeInteger(value));
}

/** Makes all strings of a JSON value storable. `Object.fromEntries` defines properties, so `__proto__` is an ordinary key. */
function storable(value: Json): Json {
  if (typeof value === "string") {
    return storableText(value);
  }
  if (Array.isArray(value)) {
    return value.map(storable);
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storable(inner)]));
  }
  return value;
}

/** Replaces each NUL and each lone surrogate by U+FFFD. */
function storableText(value: string): string {
  return value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
