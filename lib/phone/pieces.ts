import type { DigitGroup } from "./digit-groups";
import type { PlacedGroup } from "./own-number";
import type { PlausibleNumbers } from "./plausible";

/** Numbers that are said in pieces: over several turns, with other words in between, or in the fields of a form. */

/** What may be said between the pieces of a number: "then", or by the other speaker: "yes, go on please". */
const LONGEST_FILLER = 16;
const LONGEST_INTERJECTION = 60;
/** A number in pieces needs its whole length: shorter ones would be made of amounts and times. Each piece may be a single digit. */
const SHORTEST_JOINED = 9;
const LONGEST_JOINED = 17;
/** In how many pieces a number may be, and how many digits the longest has. More pieces by several people are answers, in a form a date and a time. */
type Shape = { mostPieces: number; longestPiece: number };
export const SAID_BY_ONE: Shape = { mostPieces: LONGEST_JOINED, longestPiece: 1 };
export const SAID_BY_ALL: Shape = { mostPieces: 6, longestPiece: 1 };
export const IN_FORM: Shape = { mostPieces: 3, longestPiece: 5 };
/** A part that is repeated comes after it, or after the next part. */
const REPEATED_WITHIN = 2;
/** A caller can pause after as many pieces. */
const PIECES_PER_STEP = 2_000;

/** A group of digits, in which text it is, and what it belongs to. */
export type Group = DigitGroup & PlacedGroup & { text: number };

/** A run of groups that may be a part of a number; without groups something else, over which no number continues. */
export type Piece = { text: number; groups: number[] };

/** Whether a plus sign stands before the group, perhaps with a bracket in between. */
export function followsPlus(text: string, group: Group): boolean {
  return /[+＋][(\s]*$/u.test(text.slice(Math.max(0, group.from - 3), group.from));
}

type JoinInput = Shape & {
  plausible: PlausibleNumbers;
  texts: readonly string[];
  groups: readonly Group[];
  hidden: Uint8Array;
};

/**
 * Hides what can be dialled when pieces are joined that are said one after another, with a few words or another turn in between.
 *
 * @param pieces of all, or of one speaker
 */
export function* joinPieces(
  pieces: readonly Piece[],
  { texts, groups, plausible, mostPieces, longestPiece, hidden }: JoinInput,
): Generator<undefined, void> {
  for (let first = 0; first < pieces.length; first += 1) {
    if (first % PIECES_PER_STEP === PIECES_PER_STEP - 1) {
      yield;
    }
    const begin = pieces[first]?.groups[0] ?? -1;
    const start = groups[begin];
    if (start === undefined || hidden[begin] === 1) {
      continue;
    }
    const isInternational = followsPlus(texts[start.text] ?? "", start);
    let joined = digitsOf(pieces[first], groups);
    let longest = joined.length;
    if (!isInternational && !plausible.canBegin(joined)) {
      continue;
    }
    for (let last = first + 1; last - first < mostPieces && joined.length < LONGEST_JOINED; last += 1) {
      const before = groups[pieces[last - 1]?.groups.at(-1) ?? -1];
      const after = groups[pieces[last]?.groups[0] ?? -1];
      if (before === undefined || after === undefined || !isNear(before, after)) {
        break;
      }
      const digits = digitsOf(pieces[last], groups);
      joined += digits;
      longest = Math.max(longest, digits.length);
      if (joined.length >= SHORTEST_JOINED && longest >= longestPiece && plausible.has(joined, { isInternational })) {
        for (const piece of pieces.slice(first, last + 1)) {
          for (const index of piece.groups) {
            hidden[index] = 1;
          }
        }
        first = last;
        break;
      }
    }
  }
}

/** Hides a part of a number that is said again at once: the other person repeats it, and may not repeat the rest. */
export function* hideRepeated(
  pieces: readonly Piece[],
  groups: readonly Group[],
  hidden: Uint8Array,
): Generator<undefined, void> {
  const isHidden = (piece: Piece) => hidden[piece.groups[0] ?? -1] === 1;
  for (const [at, piece] of pieces.entries()) {
    if (at % PIECES_PER_STEP === PIECES_PER_STEP - 1) {
      yield;
    }
    if (!isHidden(piece)) {
      continue;
    }
    for (const other of pieces.slice(Math.max(0, at - REPEATED_WITHIN), at + REPEATED_WITHIN + 1)) {
      const [before, after] = other.text < piece.text ? [other, piece] : [piece, other];
      const [end, start] = [groups[before.groups.at(-1) ?? -1], groups[after.groups[0] ?? -1]];
      if (
        end !== undefined &&
        start !== undefined &&
        start.text !== end.text &&
        isNear(end, start) &&
        digitsOf(other, groups) === digitsOf(piece, groups)
      ) {
        for (const index of other.groups) {
          hidden[index] = 1;
        }
      }
    }
  }
}

function digitsOf(piece: Piece | undefined, groups: readonly Group[]): string {
  return piece?.groups.map((index) => groups[index]?.digits ?? "").join("") ?? "";
}

function isNear(before: Group, after: Group): boolean {
  return after.at - before.end <= (after.text === before.text ? LONGEST_FILLER : LONGEST_INTERJECTION);
}
