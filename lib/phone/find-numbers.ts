import { latinDigits } from "@/lib/text/digits";

import { BREAK, type DigitGroup, digitGroups, isSeparator } from "./digit-groups";
import { endOfId, endOfKept, isYears, type Word, wordAround } from "./kept-digits";
import { findOwnNumber, type OwnNumber } from "./own-number";
import {
  followsPlus,
  type Group,
  hideRepeated,
  IN_FORM,
  joinPieces,
  type Piece,
  SAID_BY_ALL,
  SAID_BY_ONE,
} from "./pieces";
import type { PlausibleNumbers } from "./plausible";

/**
 * Finds the digits of phone numbers in a conversation: the texts of one speaker after another, or a single text. In Latin, Arabic, Persian and all
 * other digits, with separators, invisible signs or letters around them.
 *
 * A number is: the call's own, whatever is said between its groups, also by the other speaker; nine or more digits in a run; fewer, if they can be
 * dialled in the call's country; and what can be dialled inside an id (`cust_0501112233`) or across two turns. Dates, prices, times and ids are not.
 */

/** Nine digits or more are a number, whether or not it can be dialled. */
const RUN_DIGITS = 9;
const SHORTEST_RUN = 7;
/** Only the length of a run counts beyond the longest number and the longest list of years. */
const LONG_RUN = 40;
/** A caller can pause after as many groups of digits. */
const GROUPS_PER_STEP = 2_000;
/** And after as many texts, which may be empty. */
const TEXTS_PER_STEP = 5_000;

/** Digits to hide, as string indices of one of the texts. */
export type HiddenRange = { from: number; to: number };

/** A text of a conversation, and who says it. */
export type Spoken = { text: string; speaker: string };
/** `own`: the call's own number; null if it is unknown. `isForm`: the texts are fields of one form, `{ "area": "050", "line": "1112233" }`. */
type Sought = { own: OwnNumber | null; plausible: PlausibleNumbers; isForm?: boolean };
/**
 * The digits to hide in each text, in order and without overlaps. A number may be said by all in turn, or by one person while another repeats it.
 * Yields from time to time. Linear in the length of the texts.
 */
export function* findNumbers(
  texts: readonly Spoken[],
  { own, plausible, isForm = false }: Sought,
): Generator<undefined, HiddenRange[][]> {
  const plain = yield* inLatinDigits(texts);
  const groups = yield* groupsOf(plain);
  const hidden = new Uint8Array(groups.length);
  if (own !== null) {
    yield* findOwnNumber(groups, own, hidden);
    for (const indices of yield* bySpeaker(texts, Array.from(groups.keys()), (index) => groups[index]?.text ?? 0)) {
      const found = new Uint8Array(indices.length);
      const ofSpeaker = indices.map((index) => groups[index] as Group);
      yield* findOwnNumber(ofSpeaker, own, found);
      for (const [at, index] of indices.entries()) {
        hidden[index] ||= found[at] ?? 0;
      }
    }
  }
  const pieces: Piece[] = [];
  let word: Word | null = null;
  let previous = -1;
  for (let index = 0; index < groups.length;) {
    if (index - previous >= GROUPS_PER_STEP) {
      previous = index;
      yield;
    }
    const group = groups[index] as Group;
    const text = plain[group.text] ?? "";
    const isNewText = index === 0 || groups[index - 1]?.text !== group.text;
    if (word === null || isNewText || group.from >= word.to) {
      word = wordAround(text, group.from, isNewText ? 0 : (word?.to ?? 0));
    }
    const kept = endOfKept(text, group.from, true);
    if (kept === null || isInternationalNumber(text, group, kept, plausible)) {
      index = readRun({ groups, index, text, word, plausible, hidden, pieces }) + 1;
    } else {
      pieces.push({ text: group.text, groups: [] });
      index = lastBefore(groups, index, kept) + 1;
    }
  }
  const join = { texts: plain, groups, plausible, hidden };
  const speakers = [...(yield* bySpeaker(texts, pieces, ({ text }) => text))];
  const shape = isForm ? IN_FORM : speakers.length === 0 ? SAID_BY_ONE : SAID_BY_ALL;
  yield* joinPieces(pieces, { ...join, ...shape });
  for (const ofSpeaker of speakers) {
    yield* joinPieces(ofSpeaker, { ...join, ...SAID_BY_ONE });
  }
  yield* hideRepeated(pieces, groups, hidden);
  return yield* rangesOf(plain, groups, hidden);
}

/** What each person says, if more than one does. */
function* bySpeaker<Item>(
  texts: readonly Spoken[],
  items: readonly Item[],
  textOf: (item: Item) => number,
): Generator<undefined, Iterable<Item[]>> {
  const speakers = new Map<string, Item[]>();
  for (const [index, item] of items.entries()) {
    if (index % TEXTS_PER_STEP === TEXTS_PER_STEP - 1) {
      yield;
    }
    const speaker = texts[textOf(item)]?.speaker ?? "";
    const own = speakers.get(speaker) ?? [];
    speakers.set(speaker, own);
    own.push(item);
  }
  return speakers.size < 2 ? [] : speakers.values();
}

/** Whether a decimal after a plus sign is a number: `+966.501234567` (RFC 5733, 2.5), but not a coordinate, `+24.7135512`. */
function isInternationalNumber(text: string, group: Group, end: number, plausible: PlausibleNumbers): boolean {
  const digits = followsPlus(text, group) ? text.slice(group.from, end).replaceAll(/\D/g, "") : "";
  return digits.length > RUN_DIGITS && plausible.has(digits, { isInternational: true });
}

function* inLatinDigits(texts: readonly Spoken[]): Generator<undefined, string[]> {
  const plain: string[] = [];
  for (const { text } of texts) {
    plain.push(latinDigits(text));
    if (plain.length % TEXTS_PER_STEP === 0) {
      yield;
    }
  }
  return plain;
}

function* groupsOf(texts: readonly string[]): Generator<undefined, Group[]> {
  const groups: Group[] = [];
  let start = 0;
  for (const [text, content] of texts.entries()) {
    if (text % TEXTS_PER_STEP === TEXTS_PER_STEP - 1) {
      yield;
    }
    let before: DigitGroup | null = null;
    for (const group of digitGroups(content)) {
      const isLinked: boolean =
        before !== null &&
        group.digits !== BREAK &&
        before.digits !== BREAK &&
        isSeparator(content.slice(before.to, group.from));
      groups.push({ ...group, text, at: start + group.from, end: start + group.to, isLinked });
      before = group;
      if (groups.length % GROUPS_PER_STEP === 0) {
        yield;
      }
    }
    start += content.length + 1;
  }
  return groups;
}

/** The index of the last group of the same text that begins before a place. */
function lastBefore(groups: readonly Group[], index: number, end: number): number {
  let last = index;
  while (groups[last + 1]?.text === groups[index]?.text && (groups[last + 1]?.from ?? Infinity) < end) {
    last += 1;
  }
  return last;
}

type RunInput = {
  groups: readonly Group[];
  index: number;
  text: string;
  word: Word;
  plausible: PlausibleNumbers;
  hidden: Uint8Array;
  pieces: Piece[];
};

/** Reads the run of linked groups that begins at `index`, hides it if it is a number, and returns the index of its last group. */
function readRun({ groups, index, text, word, plausible, hidden, pieces }: RunInput): number {
  const first = groups[index] as Group;
  if (first.digits === BREAK) {
    return index;
  }
  const isInId = word.isId && first.from >= word.from && first.from < word.to;
  const hexadecimalEnd = endOfId(word, first.from);
  if (hexadecimalEnd !== null) {
    return lastBefore(groups, index, hexadecimalEnd);
  }
  let { last, digits } = runFrom(groups, index, (next) => endOfKept(text, next.from, false) !== null);
  if (isInId && !plausible.has(digits)) {
    // What follows the id is something else.
    ({ last, digits } = runFrom(groups, index, (next) => next.from >= word.to));
  }
  const isInternational = followsPlus(text, first);
  const isNumber = isInId
    ? plausible.has(digits)
    : digits.length >= RUN_DIGITS
      ? digits.length >= LONG_RUN || !isYears(text.slice(first.from, groups[last]?.to))
      : digits.length >= SHORTEST_RUN && plausible.has(digits, { isInternational });
  if (isNumber) {
    hidden.fill(1, index, last + 1);
  } else if (isInId) {
    for (let group = index; group <= last; group += 1) {
      if (plausible.has(groups[group]?.digits ?? "")) {
        hidden[group] = 1;
      }
    }
  } else {
    const isPiece = digits.length < RUN_DIGITS && !isTime(text, first.from, groups[last]?.to ?? first.to);
    pieces.push({ text: first.text, groups: isPiece ? rangeOf(index, last) : [] });
  }
  return last;
}

/** The linked groups from `index` to the first at which `ends` is true. */
function runFrom(
  groups: readonly Group[],
  index: number,
  ends: (next: Group) => boolean,
): { last: number; digits: string } {
  let last = index;
  let digits = groups[index]?.digits ?? "";
  for (let next = groups[last + 1]; next?.isLinked === true && !ends(next); next = groups[last + 1]) {
    last += 1;
    digits += digits.length < LONG_RUN ? next.digits : "";
  }
  return { last, digits };
}

function rangeOf(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** Whether digits are a part of a time of day, which is no piece of a number. */
function isTime(text: string, from: number, to: number): boolean {
  return (
    to - from <= 2 && (/\d:$/.test(text.slice(Math.max(0, from - 2), from)) || /^:\d/.test(text.slice(to, to + 2)))
  );
}

/** What stands before a number and belongs to it. */
const BEFORE_NUMBER = /[+＋(]{1,3}$/u;

/** The hidden groups as ranges. Linked groups become one. */
function* rangesOf(
  texts: readonly string[],
  groups: readonly Group[],
  hidden: Uint8Array,
): Generator<undefined, HiddenRange[][]> {
  const ranges = texts.map((): HiddenRange[] => []);
  for (const [index, group] of groups.entries()) {
    if (index % GROUPS_PER_STEP === GROUPS_PER_STEP - 1) {
      yield;
    }
    if (hidden[index] !== 1) {
      continue;
    }
    const ofText = ranges[group.text] as HiddenRange[];
    const before = ofText.at(-1);
    if (group.isLinked && hidden[index - 1] === 1 && before !== undefined) {
      before.to = group.to;
    } else {
      const start = texts[group.text]?.slice(Math.max(before?.to ?? 0, group.from - 3), group.from) ?? "";
      ofText.push({ from: group.from - (BEFORE_NUMBER.exec(start)?.[0].length ?? 0), to: group.to });
    }
  }
  return ranges;
}
