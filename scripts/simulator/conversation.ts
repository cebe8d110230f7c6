import type { CallStatus, Correction, EnhancedTranscript, Role, TranscriptMessage } from "./contract";
import type { Customer } from "./customers";
import type { Course, Script, Turn } from "./dialogues/dialogue";
import { SMALL_TALK } from "./dialogues/scripts";
import type { Random } from "./random";
import { type Facts, fill, fillDeep, resolveMishearings } from "./template";

/** The vendor ends every call after this many seconds. */
const MAXIMUM_DURATION = 600;

/** A conversation with its times. */
export interface Conversation {
  transcript: EnhancedTranscript;
  /** Whole seconds. */
  duration: number;
  status: CallStatus;
  course: Course;
}

/** The speed at which people and agents speak. */
const CHARACTERS_PER_SECOND = { agent: 14.5, customer: 13, human_agent: 14 };
/** Roles for the same speaker differ between calls. */
const ROLES = {
  agent: [
    ["assistant", 85],
    ["agent", 15],
  ],
  customer: [["user", 1]],
  human_agent: [
    ["human agent", 60],
    ["transfer agent", 40],
  ],
} as const satisfies Record<string, readonly (readonly [Role, number])[]>;
/** Messages that nobody says: the platform and the developer's code tell the agent something. The shares are of conversations. */
const UNSPOKEN: readonly (readonly [role: Role, share: number, content: string])[] = [
  ["system", 0.06, "The customer has been silent for 8 seconds. Ask whether they can hear you."],
  ["developer", 0.05, "The customer's number matches the account. Do not ask for verification again."],
];

/**
 * Generates a conversation that follows a course of a script: turns and tool calls with their times, and misheard words with their
 * corrections.
 * @param length "long": with many interludes; "cut": the call reaches the vendor's maximum duration.
 */
export function generateConversation(
  draw: Random,
  script: Script,
  course: Course,
  facts: Facts,
  customer: Customer,
  length: "usual" | "long" | "cut",
): Conversation {
  const turns = arrangeTurns(draw, script, course, length);
  const messages: TranscriptMessage[] = [];
  const errors: Correction[] = [];
  if (draw.chance(0.7)) messages.push({ type: "instructions", role: "system prompt", content: script.prompt });

  const roles = draw.fork("roles");
  const roleOf = {
    agent: roles.weighted<Role>(ROLES.agent),
    customer: roles.weighted<Role>(ROLES.customer),
    human_agent: roles.weighted<Role>(ROLES.human_agent),
  };
  const unspoken = UNSPOKEN.filter(([, share]) => roles.chance(share)).map(
    (message) => [roles.int(1, Math.max(1, turns.length - 1)), message] as const,
  );

  const patience = length === "long" ? 1 + draw.next() * 2.5 : 1;
  let clock = 0.4 + draw.next();
  for (const [index, turn] of turns.entries()) {
    if (clock > MAXIMUM_DURATION - 8) break;
    const startAt = seconds(clock);
    for (const [place, [role, , content]] of unspoken) {
      if (place === index) messages.push({ type: "message", role, content, start_at: startAt });
    }
    if ("tool" in turn) {
      const ms = Math.round(turn.ms * (0.8 + draw.next() * 0.5));
      const args = JSON.stringify(fillDeep(turn.args, facts, customer.gender));
      const output =
        typeof turn.output === "string" ? turn.output : JSON.stringify(fillDeep(turn.output, facts, customer.gender));
      messages.push(...toolMessages(draw, turn.tool, args, output, turn.failed, startAt, ms));
      clock += ms / 1000 + 0.1;
      continue;
    }
    const { text, corrections } = resolveMishearings(fill(turn.text, facts, customer.gender), draw.chance(0.65));
    messages.push({ type: "message", role: roleOf[turn.who], content: text, start_at: startAt });
    errors.push(...corrections);
    clock +=
      text.length / CHARACTERS_PER_SECOND[turn.who] +
      0.35 +
      draw.next() * 0.9 +
      (turn.hold ?? 0) * patience * (0.7 + draw.next() * 0.6);
  }
  const cut = clock > MAXIMUM_DURATION - 8;
  return {
    transcript: { transcript: { messages }, errors },
    duration: cut ? MAXIMUM_DURATION : Math.ceil(clock),
    status: cut ? "max_duration_reached" : (course.status ?? "completed"),
    course,
  };
}

/** Returns the two messages of a tool call: the call and its output, with the same id. */
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

function arrangeTurns(draw: Random, script: Script, course: Course, length: "usual" | "long" | "cut"): Turn[] {
  const { interludes, stalls } = SMALL_TALK[script.language];
  const opening = draw.pick(course.openings ?? script.openings);
  const closing = course.status === undefined ? draw.pick(script.closings) : [];
  const count = length === "usual" ? Number(draw.chance(0.25)) : length === "long" ? draw.int(5, 8) : interludes.length;
  const turns = [...opening];
  const places = new Set(draw.shuffled(interruptible(turns.at(-1), course.turns)).slice(0, count));
  const unused = draw.shuffled(interludes);
  for (const [index, turn] of course.turns.entries()) {
    if (places.has(index)) turns.push(...(unused.pop() ?? []));
    turns.push(turn);
  }
  turns.push(...(length === "cut" ? [...stalls, ...stalls] : closing));
  return turns;
}

/** Returns the indexes of turns before which an interlude fits: the speaker changes there, and no tool call is adjacent. */
function interruptible(before: Turn | undefined, turns: readonly Turn[]): number[] {
  return turns.flatMap((turn, index) => {
    const previous = speakerOf(index === 0 ? before : turns[index - 1]);
    const next = speakerOf(turn);
    return previous !== null && next !== null && previous !== next && next !== "human_agent" ? [index] : [];
  });
}

function speakerOf(turn: Turn | undefined): string | null {
  return turn === undefined || "tool" in turn ? null : turn.who;
}

function seconds(value: number): number {
  return Math.round(value * 100) / 100;
}
