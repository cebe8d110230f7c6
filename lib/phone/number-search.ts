import { wordsOf } from "@/lib/text/search";
import type { SearchParams } from "@/lib/url/parameters";

import type { NumberAccess } from "./access";
import { parseSoughtNumber } from "./pattern";

/** Fewer digits name nobody. */
const NAMING_DIGITS = 7;
/** A word of fewer says a time or a day. */
const PIECE_DIGITS = 3;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A list's URL parameters without searches for a phone number, and the names of the parameters that were changed or removed. Otherwise
 * a person who may not see numbers could find one out by trying: in the field of the number, or in the search of transcripts.
 *
 * With `revealable` access a whole number may be searched for, because the person may reveal each of them, but not a part of one.
 */
export function withoutNumberSearch(
  params: SearchParams,
  access: NumberAccess,
): { params: SearchParams; removed: string[] } {
  if (access === "shown") {
    return { params, removed: [] };
  }
  const removed: string[] = [];
  const allowed: SearchParams = {};
  for (const [name, value] of Object.entries(params)) {
    const text = Array.isArray(value) ? value.join(",") : (value ?? "");
    const kept =
      name === "phone"
        ? access === "revealable" && isWhole(text)
          ? text
          : ""
        : name === "q"
          ? withoutDigits(text)
          : text;
    if (kept !== text) {
      removed.push(name);
    }
    if (kept === text || kept !== "") {
      allowed[name] = kept === text ? value : kept;
    }
  }
  return { params: allowed, removed };
}

/** A number as it is dialled abroad, or at home: with the zero in front. */
function isWhole(text: string): boolean {
  const digits = wordsOf(text).join("");
  return /^0\d{8,}$/.test(digits) || parseSoughtNumber(text) !== null;
}

/**
 * A search without the digits of a number, wherever they stand in it: a word between two of them that is not to occur, or a quotation
 * mark, finds the same calls. A call's id may hold such digits too.
 */
function withoutDigits(text: string): string {
  if (UUID.test(text.trim())) {
    return text;
  }
  if (digitsIn(text, 1) < NAMING_DIGITS) {
    return text;
  }
  const rest = drop(text, PIECE_DIGITS);
  const kept = digitsIn(rest, 1) < NAMING_DIGITS ? rest : drop(rest, 1);
  return wordsOf(kept).length === 0 ? "" : kept;
}

/** Letters and digits, and what the search's one spelling takes out of the middle of them. */
const WORD = /[\p{L}\p{N}\p{M}\u0640\u200B-\u200F\u202A-\u202E\u2066-\u2069]+/gu;

function drop(text: string, atLeast: number): string {
  return text.replaceAll(WORD, (word) => (digitsIn(word, atLeast) > 0 ? "" : word));
}

/** How many digits the words have that are nothing but digits, of those with `atLeast` as many. */
function digitsIn(text: string, atLeast: number): number {
  const lengths = wordsOf(text).flatMap((word) => (/^\p{N}+$/u.test(word) ? [word.length] : []));
  return lengths.filter((length) => length >= atLeast).reduce((sum, length) => sum + length, 0);
}
