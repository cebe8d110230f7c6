import type { CallStatus, Correction, Direction, Language, Outcome, TranscriptMessage } from "./contract";
import { converse, hear, toolMessages } from "./conversation";
import type { Course, ScenarioId, Script } from "./dialogues/dialogue";
import { scriptsIn, SMALL_TALK } from "./dialogues/index";
import { callFacts, type Facts, fill, fillDeep } from "./facts";
import type { Fate } from "./fates";
import type { Customer } from "./people";
import type { Random } from "./random";
import { type SpokenDialogue, spokenDialogues } from "./spoken";

/** A call before it has a time: what `record.ts` turns into the vendor's records. */
export interface Draft {
  id: string;
  outcome: Outcome;
  person: Customer;
  scenario: ScenarioId;
  direction: Direction | null;
  interaction: "voice" | "chat" | null;
  variables: Record<string, unknown>;
  /** The webhook's status and the API's: the webhook may have been sent with one from before the end. */
  status: { webhook: CallStatus | null; api: CallStatus };
  /** Seconds from the call's making to its answer, or to its being given up. */
  ringing: number;
  /** Seconds of conversation; null: there was none. */
  talk: number | null;
  messages: TranscriptMessage[] | null;
  corrections: Correction[];
  response: Record<string, unknown> | null;
  report: Draft.Report | null;
  recording: string | null;
  /** Complete, and yet `call_data` is null. */
  withoutCallData: boolean;
}

export declare namespace Draft {
  interface Report {
    goal: Course["goal"];
    reason: string;
    criteria: { text: string; achieved: boolean; is_primary: boolean }[];
    /** The scenario's own form, which the webhook carries in place of the typed one. */
    own: Record<string, unknown> | null;
  }
}

export interface Wishes {
  scenario?: ScenarioId;
  /** true: with a recording if there is one; false: without. */
  recorded?: boolean;
}

/** Of the conversations that could be on a recording, so many are. */
const RECORDED_SHARE = 0.9;
/** How much likelier a scenario is when there is a recording of it. */
const SPOKEN_SCENARIO_SHARE = 0.6;

const SCENARIO_WEIGHTS: Record<ScenarioId, number> = {
  "payment-reminder": 25,
  "delivery-confirmation": 27,
  "appointment-reminder": 16,
  "satisfaction-survey": 12,
  "card-activation": 10,
  "real-estate-lead": 7,
  "order-support": 22,
};

/** Everything about a call but its times. `at` is about when it is made: the dates that are spoken follow from it. */
export function draftCall(draw: Random, fate: Fate, person: Customer, at: number, wishes: Wishes): Draft {
  const id = draw.fork("id").uuid();
  const script = pickScript(draw.fork("script"), person, fate, wishes);
  const { facts, variables } = callFacts(draw.fork("facts"), script.scenario, person, at);
  const base = {
    id,
    person,
    scenario: script.scenario,
    direction: script.scenario === "order-support" ? ("inbound" as const) : ("outbound" as const),
    interaction: "voice" as const,
    variables,
    corrections: [],
    response: null,
    report: null,
    recording: null,
    withoutCallData: false,
  };
  const how = draw.fork("how");
  if (fate.outcome !== "complete") {
    const automated = fate.outcome === "automation";
    return {
      ...base,
      outcome: fate.outcome,
      direction: "outbound",
      status: { webhook: null, api: fate.status },
      ringing: automated ? how.int(3, 15) : ringingTime(how, fate.outcome),
      talk: automated ? how.int(6, 24) : null,
      messages: automated ? [mailbox(how, person.language)] : null,
    };
  }
  if (fate.manner === "voicemail") {
    return {
      ...base,
      outcome: "complete",
      status: { webhook: "voicemail", api: "voicemail" },
      ringing: how.int(12, 28),
      talk: how.int(9, 25),
      messages: [mailbox(how, person.language)],
    };
  }
  const talked = talk(draw, fate, script, person, facts, wishes);
  return { ...base, ...talked, variables: { ...variables, ...talked.variables }, ...quirks(how, fate, talked) };
}

type Talked = Pick<
  Draft,
  | "outcome"
  | "status"
  | "ringing"
  | "talk"
  | "messages"
  | "corrections"
  | "response"
  | "report"
  | "recording"
  | "variables"
>;

function talk(
  draw: Random,
  fate: Extract<Fate, { outcome: "complete" }>,
  script: Script,
  person: Customer,
  facts: Facts,
  wishes: Wishes,
): Talked {
  const how = draw.fork("talk");
  const ringing = how.int(4, 26);
  if (mayBeRecorded(fate) && wishes.recorded !== false) {
    const spoken = spokenFor(person, script.scenario);
    if (spoken.length > 0 && (wishes.recorded === true || how.chance(RECORDED_SHARE))) {
      return { ...replay(how, how.pick(spoken), script, person, facts), ringing };
    }
  }
  const { manner } = fate;
  const own = script.courses.filter(({ status }) => status === (isEnding(manner) ? manner : undefined));
  const picked = how.weighted((own.length > 0 ? own : script.courses).map((c) => [c, c.weight ?? 1] as const));
  const course = isEnding(manner) ? endedEarly(picked, manner) : picked;
  const length = manner === "long" || manner === "cut" ? manner : "usual";
  const conversation = converse(how, script, course, facts, person, length);
  const status = isEnding(manner) ? manner : conversation.status;
  const reported = status === "completed" || status === "max_duration_reached";
  const cut = status === "max_duration_reached";
  const text = (template: string) => fill(template, facts, person.gender);
  const response = cut ? null : (fillDeep(course.response, facts, person.gender) as Record<string, unknown> | null);
  return {
    outcome: "complete",
    status: { webhook: status, api: status },
    ringing,
    talk: conversation.duration,
    messages: conversation.transcript.transcript.messages,
    corrections: conversation.transcript.errors,
    response,
    report: reported
      ? report(
          how,
          script,
          cut ? "error" : course.goal,
          course.achieved.map((met, index) => met && (!cut || index > 0)),
          cut ? SMALL_TALK[script.language].cutReason : text(course.reason),
          response,
        )
      : null,
    recording: null,
    variables: {},
  };
}

/** A course that was written to end so, or any other, broken off half-way. */
function endedEarly(course: Course, status: NonNullable<Course["status"]>): Course {
  if (course.status === status) return course;
  return { ...course, turns: course.turns.slice(0, Math.ceil(course.turns.length / 2)), status };
}

/** A call whose words are on a recording: its turns and times are the recording's. */
function replay(
  draw: Random,
  dialogue: SpokenDialogue,
  script: Script,
  person: Customer,
  facts: Facts,
): Omit<Talked, "ringing"> {
  const messages: TranscriptMessage[] = [];
  const corrections: Correction[] = [];
  if (draw.chance(0.7)) messages.push({ type: "instructions", role: "system prompt", content: script.prompt });
  for (const turn of dialogue.turns) {
    if ("tool" in turn) {
      const args = JSON.stringify(fillDeep(turn.args, facts, person.gender));
      const output =
        typeof turn.output === "string" ? turn.output : JSON.stringify(fillDeep(turn.output, facts, person.gender));
      messages.push(...toolMessages(draw, turn.tool, args, output, turn.failed, turn.start_at, turn.ms));
      continue;
    }
    const heard = hear(turn.text, draw.chance(0.75));
    messages.push({
      type: "message",
      role: turn.who === "agent" ? "assistant" : "user",
      content: heard.text,
      start_at: turn.start_at,
    });
    corrections.push(...heard.corrections);
  }
  const response = fillDeep(dialogue.response, facts, person.gender) as Record<string, unknown> | null;
  const reason = fill(dialogue.reason, facts, person.gender);
  return {
    outcome: "complete",
    status: { webhook: "completed", api: "completed" },
    talk: Math.round(dialogue.seconds),
    messages,
    corrections,
    response,
    report: report(draw, script, dialogue.goal, dialogue.achieved, reason, response),
    recording: dialogue.file,
    variables: fillDeep(dialogue.variables, facts, person.gender) as Record<string, unknown>,
  };
}

/** Now and then there is none, and a survey often has a form of its own. */
function report(
  draw: Random,
  script: Script,
  goal: Course["goal"],
  achieved: readonly boolean[],
  reason: string,
  response: Record<string, unknown> | null,
): Draft.Report | null {
  if (draw.chance(0.03)) return null;
  const criteria = script.criteria.map((text, index) => ({
    text,
    achieved: achieved[index] ?? false,
    is_primary: index === 0,
  }));
  const own =
    script.scenario === "satisfaction-survey" && response !== null && draw.chance(0.35)
      ? {
          survey: "service-visit",
          summary: reason,
          answers: response,
          topics: draw.shuffled(["wait", "staff", "price", "quality"]).slice(0, 2),
        }
      : null;
  return { goal, reason, criteria, own };
}

function quirks(draw: Random, { quirk }: Extract<Fate, { outcome: "complete" }>, talked: Talked): Partial<Draft> {
  switch (quirk) {
    case "none":
      return {};
    case "chat":
      return {
        interaction: "chat",
        direction: draw.chance(0.5) ? "inbound" : "outbound",
        messages: (talked.messages ?? []).map(withoutTime),
        corrections: [],
      };
    case "untimed":
      return { messages: (talked.messages ?? []).map(withoutTime) };
    case "old":
      return {
        messages: (talked.messages ?? []).flatMap((message) =>
          "type" in message && message.type !== "message" ? [] : [{ role: message.role, content: message.content }],
        ),
      };
    case "no_call_data":
      return { withoutCallData: true };
    case "stale_in_progress":
      return { status: { webhook: "in_progress", api: talked.status.api } };
    case "stale_transferring":
      return { status: { webhook: "transferring", api: talked.status.api } };
    case "bare":
      return { direction: null, interaction: null, status: { webhook: null, api: talked.status.api } };
    case "silent":
      return { messages: null, corrections: [], report: null };
  }
}

function withoutTime(message: TranscriptMessage): TranscriptMessage {
  return "start_at" in message ? { ...message, start_at: null } : message;
}

function pickScript(draw: Random, person: Customer, fate: Fate, wishes: Wishes): Script {
  const scripts = scriptsIn(person.language);
  const manner = fate.outcome === "complete" ? fate.manner : "usual";
  const wanted = [
    // In this order: the first that leaves something is taken.
    scripts.filter(({ scenario }) => scenario === wishes.scenario),
    scripts.filter(({ courses }) => isEnding(manner) && courses.some(({ status }) => status === manner)),
    scripts.filter(
      ({ scenario }) =>
        mayBeRecorded(fate) &&
        wishes.recorded !== false &&
        (wishes.recorded === true || draw.chance(SPOKEN_SCENARIO_SHARE)) &&
        spokenFor(person, scenario).length > 0,
    ),
    // Nobody calls the customer line without reaching it.
    scripts.filter(({ scenario }) => fate.outcome === "complete" || scenario !== "order-support"),
  ].find((list) => list.length > 0);
  return draw.weighted((wanted ?? scripts).map((script) => [script, SCENARIO_WEIGHTS[script.scenario]] as const));
}

/** Only a plain conversation is on a recording. */
function mayBeRecorded(fate: Fate): boolean {
  return fate.outcome === "complete" && fate.manner === "usual" && fate.quirk !== "chat";
}

/** The recordings that such a customer may be heard on. */
export function spokenFor(person: Customer, scenario?: ScenarioId): SpokenDialogue[] {
  return spokenDialogues().filter(
    (dialogue) =>
      dialogue.language === person.language &&
      dialogue.customer === person.gender &&
      (scenario === undefined || dialogue.scenario === scenario),
  );
}

function isEnding(manner: string): manner is NonNullable<Course["status"]> {
  return manner === "transferred" || manner === "user_rejected" || manner === "timeout";
}

function mailbox(draw: Random, language: Language): TranscriptMessage {
  return { type: "message", role: "user", content: draw.pick(SMALL_TALK[language].voicemails), start_at: 0.6 };
}

/** How long it took to fail, in seconds: a carrier refuses at once, a phone rings half a minute. */
function ringingTime(draw: Random, outcome: Outcome): number {
  switch (outcome) {
    case "no_answer":
      return draw.int(28, 46);
    case "user_rejected":
      return draw.int(4, 18);
    case "user_unavailable":
      return draw.int(6, 14);
    default:
      return draw.int(1, 5);
  }
}
