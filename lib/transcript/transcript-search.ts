import { findMatches } from "@/lib/text/search";

import type { Segment } from "./transcript";

/** A displayed part of a turn's text. `heard`: unchanged text. `wrong`: a misheard text, struck through. `right`: its correction. */
export type Piece = { text: string; kind: "heard" | "wrong" | "right" };

/** A highlighted part of a piece: `from` (inclusive) and `to` (exclusive) are string indices in the piece. */
export type Mark = { piece: number; from: number; to: number };

export function piecesOf(segments: readonly Segment[]): Piece[] {
  return segments.flatMap(({ text, correction }): Piece[] =>
    correction === null
      ? [{ text, kind: "heard" }]
      : [
          { text, kind: "wrong" },
          { text: correction, kind: "right" },
        ],
  );
}

/**
 * The matches of a query in a turn, in reading order. The turn is searched twice: as heard and as corrected. A match in both counts once.
 * A match may span several pieces.
 */
export function findInTurn(pieces: readonly Piece[], query: string): Mark[][] {
  const readings = pieces.some(({ kind }) => kind !== "heard") ? (["wrong", "right"] as const) : (["wrong"] as const);
  const found = new Map<string, Mark[]>();
  for (const reading of readings) {
    const read = pieces.flatMap((piece, index) =>
      piece.kind === "heard" || piece.kind === reading ? [{ index, text: piece.text }] : [],
    );
    for (const [from, to] of findMatches(read.map(({ text }) => text).join(""), query)) {
      const marks = marksOf(read, from, to);
      found.set(JSON.stringify(marks), marks);
    }
  }
  return [...found.values()].toSorted((a, b) => placeOf(a) - placeOf(b));
}

function marksOf(read: readonly { index: number; text: string }[], from: number, to: number): Mark[] {
  const marks: Mark[] = [];
  let start = 0;
  for (const { index, text } of read) {
    const end = start + text.length;
    if (from < end && to > start) {
      marks.push({ piece: index, from: Math.max(from, start) - start, to: Math.min(to, end) - start });
    }
    start = end;
  }
  return marks;
}

/** Longer than any piece: a webhook's body has at most 4 MB, and an answer of the API at most 8 MB. */
const LONGER_THAN_ANY = 2 ** 24;

function placeOf(marks: readonly Mark[]): number {
  const [first] = marks;
  return first === undefined ? 0 : first.piece * LONGER_THAN_ANY + first.from;
}
