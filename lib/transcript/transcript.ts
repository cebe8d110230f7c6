import type { Correction, Json, TranscriptMessage } from "@/lib/call/facts";

import { isSilentMessage } from "./messages";
import { isSpeech } from "./speaker";

type ToolCall = Extract<TranscriptMessage, { type: "function_call" }>;
type ToolOutput = Extract<TranscriptMessage, { type: "function_call_output" }>;

/** An entry of a transcript. `startAt` is in seconds from the start of the call, null if unknown. */
export type Turn =
  /** `role` is the vendor's word; `speakerOf` says who that is. */
  | { kind: "speech"; role: string; segments: Segment[]; startAt: number | null }
  /** A tool call and its output; either may be missing. */
  | { kind: "tool"; name: string; call: ToolCall | null; output: ToolOutput | null; startAt: number | null }
  /** What is not speech: the prompt of the voice agent, and messages of the system. */
  | { kind: "instructions"; text: string; startAt: number | null }
  | { kind: "other"; name: string; data: Json; startAt: number | null };

export type Transcript = {
  turns: Turn[];
  /** Corrections whose text was found in no turn; they are shown separately. */
  unplaced: Correction[];
  /** Whether any turn has a time. Without times, the transcript cannot follow the recording. */
  hasTimes: boolean;
};

/**
 * Sorts the entries of a transcript by time, because they may arrive in another order than they were said. An entry without a time stays
 * behind the entry that it followed.
 */
export function inOrderOfTime<T extends object>(entries: readonly T[]): T[] {
  let last = -Infinity;
  const placed = entries.map((entry) => {
    last = "startAt" in entry && typeof entry.startAt === "number" ? entry.startAt : last;
    return { entry, at: last };
  });
  // Two entries before the first time are equal, but the difference of their places would be NaN.
  return placed.toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ entry }) => entry);
}

/**
 * Converts messages to turns in the order of time, and applies the corrections. A tool's output joins the tool call with the same
 * `tool_call_id`; an output without an id joins the call of the same tool directly before it. Every message occurs in exactly one turn, except those in an
 * unknown form that say nothing.
 */
export function readTranscript(messages: readonly TranscriptMessage[], corrections: readonly Correction[]): Transcript {
  const turns: Turn[] = [];
  const placed = new Set<string>();
  const correct = corrector(corrections);
  const tools = new ToolTurns();
  for (const message of messages) {
    switch (message.type) {
      case "message": {
        const { role, content, startAt } = message;
        if (!isSpeech(role)) {
          turns.push({ kind: "instructions", text: content, startAt });
          break;
        }
        const segments = correct(content);
        turns.push({ kind: "speech", role, segments, startAt });
        for (const { text, correction } of segments) {
          if (correction !== null) {
            placed.add(text);
          }
        }
        break;
      }
      case "function_call":
        tools.addCall(turns, message);
        break;
      case "function_call_output":
        tools.addOutput(turns, message);
        break;
      case "instructions":
        turns.push({ kind: "instructions", text: message.content, startAt: message.startAt ?? null });
        break;
      case "other":
        if (!isSilentMessage(message)) {
          turns.push({ kind: "other", name: message.kind, data: message.data, startAt: message.startAt ?? null });
        }
        break;
    }
  }
  return {
    turns: inOrderOfTime(turns),
    unplaced: corrections.filter(({ incorrectText, correction }) => {
      const mistake = incorrectText.trim();
      return mistake !== "" && mistake !== correction && !placed.has(mistake);
    }),
    hasTimes: turns.some(({ startAt }) => startAt !== null),
  };
}

/** The number of spoken turns. */
export function countSpoken(turns: readonly Turn[]): number {
  return turns.filter(({ kind }) => kind === "speech").length;
}

type ToolTurn = Turn & { kind: "tool" };

/** Joins tool calls with their outputs while the messages of one transcript are read. */
class ToolTurns {
  /** The turns that wait for an output, by `tool_call_id`. */
  private readonly unanswered = new Map<string, ToolTurn>();
  private readonly called = new Set<string>();
  /** The outputs that arrived before any call with their id. */
  private readonly early = new Map<string, ToolTurn>();

  addCall(turns: Turn[], call: ToolCall): void {
    const { toolName: name, startAt, toolCallId: id } = call;
    const answer = id === null ? undefined : this.early.get(id);
    if (id !== null) {
      this.called.add(id);
    }
    if (id !== null && answer !== undefined) {
      Object.assign(answer, { name, call, startAt: startAt ?? answer.startAt });
      this.early.delete(id);
      return;
    }
    const turn: ToolTurn = { kind: "tool", name, call, output: null, startAt };
    turns.push(turn);
    if (id !== null) {
      this.unanswered.set(id, turn);
    }
  }

  addOutput(turns: Turn[], output: ToolOutput): void {
    const { toolName: name, startAt, toolCallId: id } = output;
    const call = id === null ? lastIfUnanswered(turns, name) : this.unanswered.get(id);
    if (call !== undefined) {
      call.output = output;
      call.startAt ??= startAt;
      this.unanswered.delete(id ?? "");
      return;
    }
    const turn: ToolTurn = { kind: "tool", name, call: null, output, startAt };
    turns.push(turn);
    if (id !== null && !this.called.has(id)) {
      this.early.set(id, turn);
    }
  }
}

function lastIfUnanswered(turns: readonly Turn[], toolName: string): ToolTurn | undefined {
  const last = turns.at(-1);
  const fits =
    last?.kind === "tool" && last.output === null && last.call?.toolCallId === null && last.name === toolName;
  return fits ? last : undefined;
}

/** A part of a turn's text as heard. `correction` is the corrected text, or null if there is no correction. */
export type Segment = { text: string; correction: string | null };

/** Corrections of longer texts are not applied. */
const MAX_MISTAKE_LENGTH = 200;
const MAX_CORRECTIONS = 1_000;

/**
 * Returns a function that splits a text into segments with and without a correction; joined, the segments are the text again. Longer
 * mistakes are placed first, so that a phrase is corrected as a whole and not word by word. The placed mistakes do not overlap, and none
 * begins or ends inside a word ("he" does not match in "the"). If several corrections have the same text, the first one is used.
 */
export function corrector(corrections: readonly Correction[]): (text: string) => Segment[] {
  const mistakes = mistakeTrie(corrections);
  return (text) => {
    const found = mistakes.next.size === 0 ? [] : matchesOf(mistakes, text);
    const covered = new Uint8Array(found.length === 0 ? 0 : text.length);
    const chosen = found
      .toSorted((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
      // Earlier mistakes are at least as long, so checking both ends finds every overlap.
      .filter(({ from, to }) => {
        const isFree = covered[from] === 0 && covered[to - 1] === 0;
        if (isFree) {
          covered.fill(1, from, to);
        }
        return isFree;
      })
      .toSorted((a, b) => a.from - b.from);
    return splitAt(text, chosen);
  };
}

type Match = { from: number; to: number; correction: string };

function splitAt(text: string, matches: readonly Match[]): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const { from, to, correction } of matches) {
    if (from > at) {
      segments.push({ text: text.slice(at, from), correction: null });
    }
    segments.push({ text: text.slice(from, to), correction });
    at = to;
  }
  if (at < text.length || segments.length === 0) {
    segments.push({ text: text.slice(at), correction: null });
  }
  return segments;
}

/** A trie of the mistakes by their characters, so that one pass over a text finds all of them. */
type Mistakes = { next: Map<string, Mistakes>; correction: string | null };

function mistakeTrie(corrections: readonly Correction[]): Mistakes {
  const root: Mistakes = { next: new Map(), correction: null };
  for (const { incorrectText, correction } of corrections.slice(0, MAX_CORRECTIONS)) {
    const mistake = incorrectText.trim();
    if (mistake === "" || mistake === correction || mistake.length > MAX_MISTAKE_LENGTH) {
      continue;
    }
    let node = root;
    for (const character of mistake) {
      const existing = node.next.get(character);
      const following = existing ?? { next: new Map(), correction: null };
      if (existing === undefined) {
        node.next.set(character, following);
      }
      node = following;
    }
    node.correction ??= correction;
  }
  return root;
}

function matchesOf(mistakes: Mistakes, text: string): Match[] {
  const matches: Match[] = [];
  for (const from of wordEdges(text)) {
    let node: Mistakes | undefined = mistakes;
    for (let at = from; node !== undefined && at <= text.length;) {
      if (node.correction !== null && isWordEdge(text, at)) {
        matches.push({ from, to: at, correction: node.correction });
      }
      const character: string = characterAt(text, at);
      node = character === "" ? undefined : node.next.get(character);
      at += character.length;
    }
  }
  return matches;
}

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;

/** Every index that is not inside a word: a mistake may begin there. */
function* wordEdges(text: string): Generator<number> {
  let wasInWord = false;
  for (let at = 0; at < text.length;) {
    const character = characterAt(text, at);
    const isInWord = WORD_CHARACTER.test(character);
    if (!(wasInWord && isInWord)) {
      yield at;
    }
    wasInWord = isInWord;
    at += character.length;
  }
}

/** Whether a mistake may end at `at`, which is exclusive. */
function isWordEdge(text: string, at: number): boolean {
  return !(WORD_CHARACTER.test(characterBefore(text, at)) && WORD_CHARACTER.test(characterAt(text, at)));
}

function characterAt(text: string, at: number): string {
  const codePoint = text.codePointAt(at);
  return codePoint === undefined ? "" : String.fromCodePoint(codePoint);
}

function characterBefore(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at);
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(pair) ? pair : text.slice(Math.max(0, at - 1), at);
}
