import { wordsOf } from "@/lib/text/search";
import type { SearchParams } from "@/lib/url/parameters";

import type { NumberAccess } from "./access";
import { parseSoughtNumber } from "./pattern";

/** A search with fewer digits cannot identify a number. */
const MIN_NUMBER_DIGITS = 7;
/** A word with fewer digits is kept if possible: it may be a time or a day. */
const MIN_PART_DIGITS = 3;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Removes searches for phone numbers from a list's URL parameters. `removed`: the names of the parameters that were changed or removed.
 * Otherwise a user who may not see numbers could find a number by trial: with the filter for numbers, or with the search in transcripts.
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
    const kept = name === "phone" ? allowedPhone(text, access) : name === "q" ? withoutDigits(text) : text;
    if (kept !== text) {
      removed.push(name);
    }
    if (kept === text || kept !== "") {
      allowed.push([name, kept === text ? value : kept]);
    }
  }
  return { params: Object.fromEntries(allowed), removed };
}

/** The text if it is a complete number (international, or national with a leading zero) and access allows the search; otherwise "". */
function allowedPhone(text: string, access: NumberAccess): string {
  // Without the leading zeros, which the search ignores, as many digits must remain as identify a number.
  const isWhole = /^0+[1-9]\d{7,}$/.test(wordsOf(text).join("")) || parseSoughtNumber(text) !== null;
  return access === "revealable" && isWhole ? text : "";
}

/**
 * Removes the digits of a number from a search. The digits need not be adjacent: with an excluded word or a quotation mark between them, a
 * search finds the same calls. A call's id is kept, although it may contain many digits.
 */
function withoutDigits(text: string): string {
  if (UUID.test(text.trim())) {
    return text;
  }
  if (digitsIn(text, 1) < MIN_NUMBER_DIGITS) {
    return text;
  }
  const rest = dropDigitWords(text, MIN_PART_DIGITS);
  const kept = digitsIn(rest, 1) < MIN_NUMBER_DIGITS ? rest : dropDigitWords(rest, 1);
  return wordsOf(kept).length === 0 ? "" : kept;
}

/** Matches a word: letters, digits, and characters that the search ignores (tatweel, zero-width and direction marks). */
const WORD = /[\p{L}\p{N}\p{M}\u0640\u200B-\u200F\u202A-\u202E\u2066-\u2069]+/gu;

function dropDigitWords(text: string, atLeast: number): string {
  return text.replaceAll(WORD, (word) => (digitsIn(word, atLeast) > 0 ? "" : word));
}

/** The total number of digits in those words that consist only of digits, at least `atLeast` of them. */
function digitsIn(text: string, atLeast: number): number {
  const lengths = wordsOf(text).flatMap((word) => (/^\p{N}+$/u.test(word) ? [word.length] : []));
  return lengths.filter((length) => length >= atLeast).reduce((sum, length) => sum + length, 0);
}
