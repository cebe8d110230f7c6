/**
 * Digits that are no phone number, however many: dates, prices, coordinates, Unix times, IPv4 addresses, ids. Every pattern is sticky (`y`) and is tried once at a
 * place, so that the search stays linear.
 */

/** A date, and the time after it. May follow a number. */
const ISO_DATE =
  /(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])[-/](?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?Z|[+-]\d\d:?\d\d)?)?(?!\d)/iy;

/** A decimal or a price: `61.25`, `1,250,000.00`. Not a number that a program took for a decimal: `966501234567.0`, `9.66501234567E11`. */
const QUANTITY = String.raw`(?:[1-9]\d{0,2}(?:,\d{3}){1,2}(?:\.\d+)?|(?:0|[1-9]\d{0,7})\.\d+)(?![\d/-]|[.,]\d|e\+?(?:[89]|1[0-4])(?!\d))`;

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;

/** What does not stand in the middle of a number: dates, lists of quantities, IPv4 addresses, and Unix times of the years 2017 to 2033, in seconds or milliseconds. */
const AT_START = new RegExp(
  [
    String.raw`(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d(?!\d)`,
    String.raw`${QUANTITY}(?:[\s,]+${QUANTITY})*`,
    // An address of the internet, as in headers.
    String.raw`(?:${OCTET}\.){3}${OCTET}(?![\d.]|[-/,]\d)`,
    String.raw`1[5-9]\d{8}(?:\d{3})?(?:\.\d{1,9})?(?![\s().,/-]?\d)`,
  ].join("|"),
  "iy",
);

/**
 * The end of the date, price or time that begins at a place; null if none does.
 *
 * @param text with Latin digits
 * @param isStart whether no other digits of the same run come before it
 */
export function endOfKept(text: string, at: number, isStart: boolean): number | null {
  for (const pattern of isStart ? [ISO_DATE, AT_START] : [ISO_DATE]) {
    pattern.lastIndex = at;
    if (pattern.test(text)) {
      return pattern.lastIndex;
    }
  }
  return null;
}

/** Whether a run is a list of years, such as `2025, 2026, 2027`. */
export function isYears(run: string): boolean {
  return /^(?:(?:19|20)\d\d[\s,،/-]+)+(?:19|20)\d\d$/u.test(run);
}

/* ── Words with digits ───────────────────────────────────────────────────────────────────────────────────────────── */

/**
 * A word of Latin letters, digits, hyphens and underscores, as `[from, to)`. `ids`: the parts of it that are UUIDs or other hexadecimal ids, the last one
 * first.
 */
export type Word = { from: number; to: number; isId: boolean; ids: { from: number; to: number }[] };

const WORD_CHARACTER = /[A-Za-z0-9_-]/;
const WORD_END = /[A-Za-z0-9_-]*/y;
const HEXADECIMAL =
  /(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{16,})(?![0-9A-Za-z])/gi;
/** A word that begins with letters is an id, `ORD-2024-000123`, but not `tel-0501234567`. */
const ID = /^(?!(?:tel|phone|mobile|mob|cell|fax|whatsapp|wa|sms|contact|number|no)[-_]?\d)[-_]*[A-Za-z]/i;

/**
 * The word around a place.
 *
 * @param after the end of the word before it, where the search to the left ends: so each character is looked at once
 */
export function wordAround(text: string, at: number, after: number): Word {
  let from = at;
  while (from > after && WORD_CHARACTER.test(text[from - 1] ?? "")) {
    from -= 1;
  }
  WORD_END.lastIndex = at;
  WORD_END.test(text);
  const to = Math.max(WORD_END.lastIndex, at);
  const word = text.slice(from, to);
  return {
    from,
    to,
    isId: ID.test(word),
    ids: [...word.matchAll(HEXADECIMAL)]
      .map(({ 0: id, index }) => ({ from: from + index, to: from + index + id.length }))
      .toReversed(),
  };
}

/**
 * The end of the hexadecimal id that a place is in; null if it is in none. Call it with growing places: it drops the ids that it has passed, so that
 * a word of many ids costs no more than its length.
 */
export function endOfId({ ids }: Word, at: number): number | null {
  for (let id = ids.at(-1); id !== undefined && id.to <= at; id = ids.at(-1)) {
    ids.pop();
  }
  const id = ids.at(-1);
  return id !== undefined && id.from <= at ? id.to : null;
}
