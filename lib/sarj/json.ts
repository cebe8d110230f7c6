import type { Json } from "@/lib/call/facts";

/** Deeper than any honest payload, and far from where `JSON.stringify` overflows the stack (about 5,000 levels). */
export const MAX_DEPTH = 64;

export type ParsedJson =
  | { ok: true; value: Json }
  | { ok: false; reason: "empty_body" | "not_utf8" | "not_json" | "too_deep" };

/**
 * Bytes to plain JSON, for any bytes: never throws. A byte order mark is dropped. Every string of the result can be
 * stored in Postgres (NUL, which text and jsonb refuse with 22021 and 22P05, and lone surrogates, refused with 22P02,
 * become U+FFFD). A number that a double cannot hold exactly stays as the digits that were sent.
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

/** Counts brackets outside strings: `JSON.parse` itself takes a million levels and gives a value nothing else can walk. */
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

// A reviver makes parsing several times slower, and hardly any payload has a number that needs one.
const MAY_LOSE_DIGITS = /\d{16}|\d[eE][+-]?\d/;

function parseExactly(text: string): Json {
  if (!MAY_LOSE_DIGITS.test(text)) {
    return JSON.parse(text) as Json;
  }
  // As text, a call's id would pass for one that was sent as text.
  const keepDigits: Reviver = (key, value, { source }) =>
    typeof value === "number" && source !== undefined && key !== "call_id" && !isExact(value, source) ? source : value;
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as Json;
}

function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && (!/^-?\d+$/.test(source) || Number.isSafeInteger(value));
}

/** The same JSON with strings that Postgres takes. `Object.fromEntries` defines keys, so `__proto__` is one like any other. */
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

/** Text without NUL and lone surrogates, each replaced by U+FFFD. */
export function storableText(value: string): string {
  return value.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
