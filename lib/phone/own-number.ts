import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import { digitsOf } from "@/lib/text/digits";

import { BREAK } from "./digit-groups";
import { parseSoughtNumber } from "./pattern";

/** Fewer digits may be an extension, which would occur in many numbers. */
const FEWEST_DIGITS = 7;
/** As many digits of the number in a row give it away. */
const FEWEST_OF_PART = 5;
/** People say other words between the groups of a number, and another person says "yes". More characters are another subject. */
const LONGEST_GAP = 160;

/** The digits of a call's own number. `national` has no leading zeros. */
export type OwnNumber = { national: string; code: string };

/** Reads a number in any notation. null: it has too few digits. */
export function readOwnNumber(phoneNumber: string): OwnNumber | null {
  const sought = parseSoughtNumber(phoneNumber);
  if (sought === null) {
    const digits = digitsOf(phoneNumber).replace(/^0+/, "");
    return digits.length < FEWEST_DIGITS ? null : { national: digits, code: "" };
  }
  const number = `+${sought.digits}`;
  return ownNumberOf({ number, nationalNumber: parsePhoneNumberFromString(number)?.nationalNumber ?? sought.digits });
}

/** The same for a number that is parsed. `number` is E.164. */
export function ownNumberOf({ number, nationalNumber }: { number: string; nationalNumber: string }): OwnNumber {
  const digits = number.slice(1);
  const national = String(nationalNumber);
  return national.length < FEWEST_DIGITS
    ? { national: digits, code: "" }
    : { national, code: digits.slice(0, digits.length - national.length) };
}

/** A group of digits in a conversation. `at`: its place in characters; `end`: where it ends; `isLinked`: whether only separators come before it. */
export type PlacedGroup = { at: number; end: number; digits: string; isLinked: boolean };

/** A caller can pause after as many groups. */
const GROUPS_PER_STEP = 4_000;

/**
 * Finds a number among the groups of digits of a conversation, whatever is said between its groups: separators, other words, the other's
 * turn. A part of the number that stands alone counts, if it has five digits or more. Linear in the number of digits; yields from time to time.
 *
 * @param found becomes 1 for each group that belongs to the number
 */
export function* findOwnNumber(
  groups: readonly PlacedGroup[],
  number: OwnNumber,
  found: Uint8Array,
): Generator<undefined, void> {
  const stream = groups.map(({ digits }) => digits).join("");
  yield;
  const ends = new Uint32Array(groups.length);
  let length = 0;
  for (const [index, { digits }] of groups.entries()) {
    length += digits.length;
    ends[index] = length;
  }
  yield;
  let first = 0;
  let seen = 0;
  for (let at = stream.indexOf(number.national); at !== -1; at = stream.indexOf(number.national, at + 1)) {
    seen += 1;
    if (seen % GROUPS_PER_STEP === 0) {
      yield;
    }
    while ((ends[first] ?? Infinity) <= at) {
      first += 1;
    }
    let last = first;
    while ((ends[last] ?? Infinity) < at + number.national.length) {
      last += 1;
    }
    if (isTogether(groups, first, last)) {
      found.fill(1, withPrefix(groups, first, number.code), last + 1);
    }
  }
  yield* addParts(groups, number, found);
}

function isTogether(groups: readonly PlacedGroup[], first: number, last: number): boolean {
  for (let index = first + 1; index <= last; index += 1) {
    const [before, group] = [groups[index - 1], groups[index]];
    if (before === undefined || group === undefined || group.at - before.end > LONGEST_GAP) {
      return false;
    }
  }
  return true;
}

/** The index of the first group that is the country's code, or a zero, before a number: `+966 (0) 50 …`. */
function withPrefix(groups: readonly PlacedGroup[], first: number, code: string): number {
  const prefixes = new Set(["0", "00", code, `${code}0`, `00${code}`, `00${code}0`]);
  const longest = code.length + 3;
  let prefix = "";
  let at = first;
  for (let index = first; index > 0 && prefix.length < longest && groups[index]?.isLinked === true; index -= 1) {
    prefix = `${groups[index - 1]?.digits ?? BREAK}${prefix}`;
    if (prefixes.has(prefix)) {
      at = index - 1;
    }
  }
  return at;
}

/** Adds the runs that are a part of the number. */
function* addParts(
  groups: readonly PlacedGroup[],
  { national, code }: OwnNumber,
  found: Uint8Array,
): Generator<undefined, void> {
  const whole = `${code}${national}`;
  let next = GROUPS_PER_STEP;
  for (let index = 0; index < groups.length;) {
    if (index >= next) {
      next = index + GROUPS_PER_STEP;
      yield;
    }
    let end = index + 1;
    let digits = groups[index]?.digits ?? "";
    while (groups[end]?.isLinked === true) {
      digits += digits.length > whole.length + 2 ? "" : (groups[end]?.digits ?? "");
      end += 1;
    }
    const isWholePart = isPart(digits, whole);
    for (; index < end; index += 1) {
      if (isWholePart || isPart(groups[index]?.digits ?? "", whole)) {
        found[index] = 1;
      }
    }
  }
}

function isPart(digits: string, whole: string): boolean {
  if (digits.length < FEWEST_OF_PART) {
    return false;
  }
  const part = digits.replace(/^0+/, "");
  return part.length >= FEWEST_OF_PART && part.length <= whole.length && whole.includes(part);
}
