import { compatibleForm } from "./compatible";
import { latinDigits } from "./digits";

/** A tsvector holds 1,048,575 bytes, and short distinct words take up to twice their length in it. */
export const MAX_SEARCH_BYTES = 400_000;

/**
 * Makes different spellings of a word equal: it unifies case, Arabic and Persian digits, and the Arabic forms of alef, ya, waw, kaf and
 * ta marbuta, and removes tashkeel, tatweel and invisible signs. Both the indexed texts and the queries are normalized.
 */
export function normalizeForSearch(text: string): string {
  return (
    latinDigits(compatibleForm(text))
      .toLowerCase()
      .replaceAll(/[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0640\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
      // Postgres drops the marks of a digit.
      .replaceAll(/(\p{N})\p{M}+/gu, "$1")
      .replaceAll(/[أإآٱ]/g, "ا")
      .replaceAll(/[ىئی]/g, "ي")
      .replaceAll("ؤ", "و")
      .replaceAll("ة", "ه")
      .replaceAll("ک", "ك")
  );
}

/** The normalized words of a text. They contain only letters, marks and digits, so each is safe inside a `to_tsquery`. */
export function wordsOf(text: string): string[] {
  return normalizeForSearch(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** What was said, as one normalized text for the index; cut to the size that a tsvector accepts. */
export function searchTextOf(said: readonly string[]): string {
  const text = normalizeForSearch(said.join("\n"));
  // A character takes at most three bytes.
  if (text.length * 3 <= MAX_SEARCH_BYTES) {
    return text;
  }
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= MAX_SEARCH_BYTES
    ? text
    : // A character cut in half decodes to U+FFFD, which nobody searches for.
      new TextDecoder().decode(bytes.subarray(0, MAX_SEARCH_BYTES));
}

/** A letter with its marks, or marks without a letter. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;

/** Finds `query` in `text` in any spelling. Returns `[from, to)` pairs of string indices that do not overlap. */
export function findMatches(text: string, query: string): [from: number, to: number][] {
  const wanted = normalizeWithIndices(query.trim()).text;
  if (wanted === "") {
    return [];
  }
  const { text: normalized, from, to } = normalizeWithIndices(text);
  const matches: [number, number][] = [];
  for (let at = normalized.indexOf(wanted); at !== -1; at = normalized.indexOf(wanted, at + wanted.length)) {
    matches.push([from[at] ?? 0, to[at + wanted.length - 1] ?? text.length]);
  }
  return matches;
}

/** Normalizes a text. For each character of the result, `from` and `to` are the indices of its source letter in the text. */
function normalizeWithIndices(text: string): { text: string; from: number[]; to: number[] } {
  const from: number[] = [];
  const to: number[] = [];
  let normalized = "";
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const piece = normalizeForSearch(cluster);
    normalized += piece;
    for (let i = 0; i < piece.length; i += 1) {
      from.push(index);
      to.push(index + cluster.length);
    }
  }
  return { text: normalized, from, to };
}
