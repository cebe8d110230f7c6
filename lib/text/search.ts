import type { TranscriptMessage } from "@/lib/call/facts";

import { latinDigits } from "./digits";

/** A tsvector holds 1,048,575 bytes and short distinct words take up to twice their length in it. */
const MAX_SEARCH_BYTES = 400_000;

/**
 * One spelling for what people write in many: case, Arabic alef, ya, waw and ta marbuta forms, tashkeel, tatweel, and
 * Arabic and Persian digits. What is stored and what is asked both go through it.
 */
export function normalizeForSearch(text: string): string {
  return latinDigits(text.normalize("NFKC"))
    .toLowerCase()
    .replaceAll(/[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0640\u200B-\u200F\u202A-\u202E\u2066-\u2069]/g, "")
    .replaceAll(/[أإآٱ]/g, "ا")
    .replaceAll(/[ىئی]/g, "ي")
    .replaceAll("ؤ", "و")
    .replaceAll("ة", "ه")
    .replaceAll("ک", "ك");
}

/** The words of a text in that one spelling: letters and digits alone, so each is safe inside a `to_tsquery`. */
export function wordsOf(text: string): string[] {
  return normalizeForSearch(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** What was said in a call as one text to index: speech only, no tools and no instructions; cut to what an index takes. */
export function searchTextOf(transcript: readonly TranscriptMessage[]): string {
  const spoken = transcript.flatMap((message) => (message.type === "message" ? [message.content] : []));
  const text = normalizeForSearch(spoken.join("\n"));
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= MAX_SEARCH_BYTES
    ? text
    : // A character cut in half decodes to U+FFFD, which no search asks for.
      new TextDecoder().decode(bytes.subarray(0, MAX_SEARCH_BYTES));
}

/** A letter with the marks on it, or marks without a letter. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;

/** Where `query` stands in `text` as `[from, to)` pairs of string indices, whatever way either is spelled; never overlapping. */
export function findMatches(text: string, query: string): [from: number, to: number][] {
  const wanted = spell(query.trim()).text;
  if (wanted === "") {
    return [];
  }
  const { text: spelled, from, to } = spell(text);
  const matches: [number, number][] = [];
  for (let at = spelled.indexOf(wanted); at !== -1; at = spelled.indexOf(wanted, at + wanted.length)) {
    matches.push([from[at] ?? 0, to[at + wanted.length - 1] ?? text.length]);
  }
  return matches;
}

/** The one spelling of a text, and for each of its characters where in the text the letter stands that it came from. */
function spell(text: string): { text: string; from: number[]; to: number[] } {
  const from: number[] = [];
  const to: number[] = [];
  let spelled = "";
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const piece = normalizeForSearch(cluster);
    spelled += piece;
    for (let i = 0; i < piece.length; i += 1) {
      from.push(index);
      to.push(index + cluster.length);
    }
  }
  return { text: spelled, from, to };
}
