import { wordsOf } from "@/lib/text/search";
import type { SearchParams } from "@/lib/url/parameters";

import type { NumberAccess } from "./access";
import { maskNumbersIn } from "./mask";
import { parseSoughtNumber } from "./pattern";

/** A search with fewer digits cannot identify a number. */
const MIN_NUMBER_DIGITS = 7;
/** A word with fewer digits is kept if possible: it may be a time or a day. */
const MIN_PART_DIGITS = 3;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The parameters that can contain no text of the vendor or of a person. */
const SAFE: ReadonlySet<string> = new Set([
  "from",
  "to",
  "range",
  "weekday",
  "hour",
  "min_duration",
  "max_duration",
  "dial",
  "attempt",
  "reviewed",
  "criterion_met",
  "counted",
  "enrichment",
  "test",
  "state",
  "sort",
  "cursor",
  "per_page",
  "by",
  "map",
  "series",
  "form",
  "bom",
  // The address of a contact.
  "contact",
]);

/**
 * Removes searches for phone numbers from a list's URL parameters. `removed`: the names of the parameters that were changed or removed.
 * Otherwise a user who may not see numbers could find a number by trial: with the filter for numbers, with the search in transcripts, or with a
 * value that some call has. The index of the search contains no numbers either (`lib/call/search-texts.ts`).
 *
 * With `revealable` access the user may search for a complete number, because the user may reveal each number, but not for a part of one.
 */
export function withoutNumberSearch(
  params: SearchParams,
  access: NumberAccess,
): { params: SearchParams; removed: string[] } {
  if (access === "shown") {
    return { params, removed: [] };
  }
  const removed: string[] = [];
  const allowed: [name: string, value: SearchParams[string]][] = [];
  for (const [name, value] of Object.entries(params)) {
    const text = Array.isArray(value) ? value.join(",") : (value ?? "");
    const kept = allowedText(name, text, access);
    if (kept !== text) {
      removed.push(maskNumbersIn(name, null));
    }
    if (kept === text || kept !== "") {
      allowed.push([name, kept === text ? value : kept]);
    }
  }
  return { params: Object.fromEntries(allowed), removed };
}

function allowedText(name: string, text: string, access: NumberAccess): string {
  if (SAFE.has(name)) {
    return text;
  }
  if (name === "phone") {
    return allowedPhone(text, access);
  }
  if (name === "q") {
    return withoutDigits(text);
  }
  // Any other value, such as a criterion, is compared whole with what a call has. A part of a number finds nothing.
  return maskNumbersIn(text, null) === text ? text : "";
}

/** The text if it is a complete number (international, or national with a leading zero) and access allows the search; otherwise "". */
function allowedPhone(text: string, access: NumberAccess): string {
  // Without the leading zeros, which the search ignores, as many digits must remain as identify a number.
  const isWhole = /^0+[1-9]\d{7,}$/.test(wordsOf(text).join("")) || parseSoughtNumber(text) !== null;
  return access === "revealable" && isWhole ? text : "";
}

/**
 * Removes the digits of a number from a search. The digits need not be adjacent: with an excluded word, a quotation mark, or a sign that Postgres
 * drops between them, a search finds the same calls. A call's id is kept, although it may contain many digits.
 */
function withoutDigits(text: string): string {
  if (UUID.test(text.trim())) {
    return text;
  }
  if (!identifiesNumber(text)) {
    return text;
  }
  const rest = dropDigitWords(text, MIN_PART_DIGITS);
  const kept = identifiesNumber(rest) ? dropDigitWords(rest, 1) : rest;
  return wordsOf(kept).length === 0 ? "" : kept;
}

function identifiesNumber(text: string): boolean {
  // Country codes are many, so a number without a country is looked for by its length alone.
  return digitsIn(text) >= MIN_NUMBER_DIGITS || maskNumbersIn(text, null) !== text;
}

/** Removes the words that contain at least so many digits, read as the search reads them. */
function dropDigitWords(text: string, atLeast: number): string {
  return text.replaceAll(/[^\s"]+/gu, (piece) => {
    const sign = piece.startsWith("-") ? "-" : "";
    return digitsOfWords(piece).some((digits) => digits >= atLeast) ? sign : piece;
  });
}

/** The total number of digits in those words that consist only of digits. */
function digitsIn(text: string): number {
  return wordsOf(text).reduce((sum, word) => sum + (/^\p{N}+$/u.test(word) ? word.length : 0), 0);
}

/** The number of digits of each word: in words with letters too. */
function digitsOfWords(text: string): number[] {
  return wordsOf(text).map((word) => word.match(/\p{N}/gu)?.length ?? 0);
}
