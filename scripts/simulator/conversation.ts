import type { CallStatus, Correction, EnhancedTranscript, TranscriptMessage } from "./contract";
import type { Course, Script, Turn } from "./dialogues/dialogue";
import { SMALL_TALK } from "./dialogues/index";
import { type Facts, fill, fillDeep } from "./facts";
import type { Customer } from "./people";
import type { Random } from "./random";

/** The vendor ends every call here, in seconds. */
export const MAXIMUM_DURATION = 600;

export interface Conversation {
  transcript: EnhancedTranscript;
  /** Whole seconds. */
  duration: number;
  status: CallStatus;
  course: Course;
}

/** Characters a second, as people and agents speak. */
const PACE = { agent: 14.5, customer: 13, human_agent: 14 };
const ROLES = { agent: "assistant", customer: "user", human_agent: "human_agent" };

/**
 * Plays a script's course: turns with their times, tool calls that take their time, and words that the recogniser
 * misheard with their corrections.
 * @param length "usual"; "long": with many interludes; "cut": until the vendor's maximum ends it.
 */
export function converse(
  draw: Random,
  script: Script,
  course: Course,
  facts: Facts,
  customer: Customer,
  length: "usual" | "long" | "cut",
): Conversation {
  const turns = arrange(draw, script, course, length);
  const messages: TranscriptMessage[] = [];
  const errors: Correction[] = [];
  if (draw.chance(0.7)) messages.push({ type: "instructions", role: "system prompt", content: script.prompt });

  const patience = length === "long" ? 1 + draw.next() * 2.5 : 1;
  let clock = 0.4 + draw.next();
  for (const turn of turns) {
    if (clock > MAXIMUM_DURATION - 8) break;
    const startAt = seconds(clock);
    if ("tool" in turn) {
      const ms = Math.round(turn.ms * (0.8 + draw.next() * 0.5));
      const args = JSON.stringify(fillDeep(turn.args, facts, customer.gender));
      const output =
        typeof turn.output === "string" ? turn.output : JSON.stringify(fillDeep(turn.output, facts, customer.gender));
      messages.push(...toolMessages(draw, turn.tool, args, output, turn.failed, startAt, ms));
      clock += ms / 1000 + 0.1;
      continue;
    }
    const { text, corrections } = hear(fill(turn.text, facts, customer.gender), draw.chance(0.65));
    messages.push({ type: "message", role: ROLES[turn.who], content: text, start_at: startAt });
    errors.push(...corrections);
    clock +=
      text.length / PACE[turn.who] + 0.35 + draw.next() * 0.9 + (turn.hold ?? 0) * patience * (0.7 + draw.next() * 0.6);
  }
  const cut = clock > MAXIMUM_DURATION - 8;
  return {
    transcript: { transcript: { messages }, errors },
    duration: cut ? MAXIMUM_DURATION : Math.ceil(clock),
    status: cut ? "max_duration_reached" : (course.status ?? "completed"),
    course,
  };
}

/** A function's call and its output, under one id. */
export function toolMessages(
  draw: Random,
  name: string,
  args: string,
  output: string,
  failed: boolean,
  startAt: number,
  ms: number,
): TranscriptMessage[] {
  const id = `call_${draw.uuid().replaceAll("-", "").slice(0, 24)}`;
  return [
    { type: "function_call", tool_name: name, arguments: args, tool_call_id: id, start_at: startAt },
    {
      type: "function_call_output",
      tool_name: name,
      output,
      tool_call_id: id,
      is_error: failed,
      start_at: seconds(startAt + ms / 1000),
      duration_ms: ms,
    },
  ];
}

/** Resolves `[[heard|said]]`: what stands in the transcript, and what corrects it. */
export function hear(template: string, misheard: boolean): { text: string; corrections: Correction[] } {
  const corrections: Correction[] = [];
  const text = template.replace(/\[\[([^|\]]+)\|([^\]]+)\]\]/g, (_, heard: string, said: string) => {
    if (!misheard) return said;
    corrections.push({ incorrect_text: heard, correction: said, type: /\s/.test(heard.trim()) ? "phrase" : "word" });
    return heard;
  });
  return { text, corrections };
}

function arrange(draw: Random, script: Script, course: Course, length: "usual" | "long" | "cut"): Turn[] {
  const { interludes, stalls } = SMALL_TALK[script.language];
  const opening = draw.pick(course.openings ?? script.openings);
  const closing = course.status === undefined ? draw.pick(script.closings) : [];
  const wanted =
    length === "usual" ? Number(draw.chance(0.25)) : length === "long" ? draw.int(5, 8) : interludes.length;
  const turns = [...opening];
  const places = new Set(draw.shuffled(interruptible(turns.at(-1), course.turns)).slice(0, wanted));
  const waiting = draw.shuffled(interludes);
  for (const [index, turn] of course.turns.entries()) {
    if (places.has(index)) turns.push(...(waiting.pop() ?? []));
    turns.push(turn);
  }
  turns.push(...(length === "cut" ? [...stalls, ...stalls] : closing));
  return turns;
}

/** Before which turns something may come between: where speakers change, never between a tool and what is said of it. */
function interruptible(before: Turn | undefined, turns: readonly Turn[]): number[] {
  return turns.flatMap((turn, index) => {
    const previous = spokenBy(index === 0 ? before : turns[index - 1]);
    const next = spokenBy(turn);
    return previous !== null && next !== null && previous !== next && next !== "human_agent" ? [index] : [];
  });
}

function spokenBy(turn: Turn | undefined): string | null {
  return turn === undefined || "tool" in turn ? null : turn.who;
}

function seconds(value: number): number {
  return Math.round(value * 100) / 100;
}
