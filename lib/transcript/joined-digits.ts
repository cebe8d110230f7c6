import { digitBlocks } from "@/lib/text/digits";

/**
 * Numbers that are said in parts: "my number is 05 01" in one turn and "22 33 44" in the next. Also finds a number with words between its
 * digits in one text.
 *
 * The rule is precise, because what is found is masked or erased. A number consists of whole blocks of digits that follow each other: once
 * in the order of all turns, and once in the turns of each speaker alone, who may be interrupted. Two neighbouring blocks are at most
 * `MAX_TURNS` turns and `MAX_WORDS` characters apart. A number with another block of digits between its own is not found.
 */

/** What one speaker says in one turn. Texts without a speaker have the same one. */
export type SpokenTurn = { speaker: string; text: string };

/** A part of a found number: `[from, to)` are string indices in the text of a turn. */
export type DigitSpan = { turn: number; from: number; to: number };

/** What counts as a number. `isNumber` receives Latin digits only, of `shortest` to `longest` of them. */
export type NumberRule = {
  shortest: number;
  longest: number;
  isNumber: (digits: string, between: Between) => boolean;
};

/** What is between the blocks of a candidate: the most turns and the most characters that are neither digits nor separators. */
type Between = { turns: number; words: number };

/** With an answer of the other speaker between: two turns. */
const MAX_TURNS = 3;
const MAX_WORDS = 120;

/** A caller can pause after as many turns or blocks of digits. */
const PER_STEP = 2_000;

/**
 * Finds the numbers in what was said. Each is the list of its parts, in the order of the turns. Takes linear time, and yields every few
 * milliseconds.
 */
export function* findJoinedNumbers(
  turns: readonly SpokenTurn[],
  rule: NumberRule,
): Generator<undefined, DigitSpan[][]> {
  const all: Block[] = [];
  const ofSpeakers = new Map<string, Block[]>();
  for (const [turn, { speaker, text }] of turns.entries()) {
    const own = ofSpeakers.get(speaker) ?? [];
    ofSpeakers.set(speaker, own);
    for (const block of digitBlocks(text)) {
      const placed = { ...block, turn };
      all.push(placed);
      own.push(placed);
      if (all.length % PER_STEP === 0) {
        yield;
      }
    }
    if (turn % PER_STEP === PER_STEP - 1) {
      yield;
    }
  }
  const found = yield* findInOrder(turns, null, all, rule);
  if (ofSpeakers.size > 1) {
    for (const [speaker, own] of ofSpeakers) {
      for (const number of yield* findInOrder(turns, speaker, own, rule)) {
        found.push(number);
      }
    }
  }
  return found;
}

/** A text with a replacement for each span. Spans may repeat and overlap. */
export function replaceSpans(
  text: string,
  spans: readonly Pick<DigitSpan, "from" | "to">[],
  replacement: (replaced: string) => string,
): string {
  let result = "";
  let at = 0;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (from >= at) {
      result += text.slice(at, from) + replacement(text.slice(from, to));
      at = to;
    } else {
      at = Math.max(at, to);
    }
  }
  return result + text.slice(at);
}

type Block = { turn: number; from: number; to: number; digits: string };

/** @param speaker whose turns are read; null for all */
function* findInOrder(
  turns: readonly SpokenTurn[],
  speaker: string | null,
  blocks: readonly Block[],
  { shortest, longest, isNumber }: NumberRule,
): Generator<undefined, DigitSpan[][]> {
  const gaps: (Between | null)[] = [];
  for (const [at, block] of blocks.entries()) {
    gaps.push(gapBefore(turns, speaker, blocks[at - 1], block));
    if (at % PER_STEP === PER_STEP - 1) {
      yield;
    }
  }
  const found: DigitSpan[][] = [];
  for (let first = 0, seen = 1; first < blocks.length; first += 1, seen += 1) {
    if (seen % PER_STEP === 0) {
      yield;
    }
    let digits = "";
    let between: Between = { turns: 0, words: 0 };
    let end = -1;
    for (let last = first; last < blocks.length; last += 1) {
      const gap = gaps[last] ?? null;
      digits += blocks[last]?.digits ?? "";
      if (digits.length > longest || (last > first && gap === null)) {
        break;
      }
      if (last > first && gap !== null) {
        between = { turns: Math.max(between.turns, gap.turns), words: Math.max(between.words, gap.words) };
      }
      if (digits.length >= shortest && isNumber(digits, between)) {
        end = last;
      }
    }
    if (end !== -1) {
      found.push(spansOf(turns, blocks.slice(first, end + 1)));
      first = end;
    }
  }
  return found;
}

/** What is between a block and the one before it; null if they are too far apart. */
function gapBefore(
  turns: readonly SpokenTurn[],
  speaker: string | null,
  before: Block | undefined,
  block: Block,
): Between | null {
  if (before === undefined || block.turn - before.turn > MAX_TURNS) {
    return null;
  }
  const words = wordsBetween(turns, speaker, before, block);
  return words > MAX_WORDS ? null : { turns: block.turn - before.turn, words };
}

const NO_WORD = /[^\p{L}\p{M}\p{N}]+/gu;

/** The letters between two blocks. Stops counting beyond the limit, so that long turns cost nothing. */
function wordsBetween(turns: readonly SpokenTurn[], speaker: string | null, before: Block, block: Block): number {
  if (before.turn === block.turn) {
    return lettersIn(turns[block.turn]?.text.slice(before.to, block.from) ?? "");
  }
  let count = lettersIn(turns[before.turn]?.text.slice(before.to) ?? "");
  for (let turn = before.turn + 1; turn < block.turn && count <= MAX_WORDS; turn += 1) {
    const { speaker: other, text } = turns[turn] ?? { speaker: "", text: "" };
    count += speaker === null || other === speaker ? lettersIn(text) : 0;
  }
  return count > MAX_WORDS ? count : count + lettersIn(turns[block.turn]?.text.slice(0, block.from) ?? "");
}

/** Reads at most as much as decides: a text that is much longer than the limit has too many letters, or is nothing but signs. */
function lettersIn(text: string): number {
  return text.length > 8 * MAX_WORDS ? text.length : text.replaceAll(NO_WORD, "").length;
}

/** The blocks as spans, with the plus sign or bracket before them. Blocks with nothing but signs between them are one span. */
function spansOf(turns: readonly SpokenTurn[], blocks: readonly Block[]): DigitSpan[] {
  const spans: DigitSpan[] = [];
  for (const { turn, from, to } of blocks) {
    const text = turns[turn]?.text ?? "";
    const last = spans.at(-1);
    if (last !== undefined && last.turn === turn && lettersIn(text.slice(last.to, from)) === 0) {
      last.to = to;
    } else {
      spans.push({ turn, from, to });
    }
  }
  return spans.map((span) => withSign(turns[span.turn]?.text ?? "", span));
}

function withSign(text: string, span: DigitSpan): DigitSpan {
  const before = text[span.from - 1];
  const isOpened = before === "(" && text.slice(span.from, span.to).includes(")");
  const from = isOpened || before === "+" || before === "\uFF0B" ? span.from - 1 : span.from;
  return { ...span, from };
}
