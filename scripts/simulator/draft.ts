import type { CompletePlan, DialPlan } from "./call-plans";
import { type DraftCallback, draftCallback } from "./callbacks";
import type {
  CallStatus,
  Correction,
  Direction,
  Language,
  NeverDialledType,
  Outcome,
  TranscriptMessage,
} from "./contract";
import { generateConversation, toolMessages } from "./conversation";
import type { Customer } from "./customers";
import type { Course, ScenarioId, Script } from "./dialogues/dialogue";
import { SMALL_TALK } from "./dialogues/scripts";
import type { Random } from "./random";
import { type RecordedDialogue, recordedDialoguesFor } from "./recorded-dialogues";
import { earlyEnding, mayBeRecorded, type Subject } from "./subject";
import { type Facts, fill, fillDeep, resolveMishearings } from "./template";

/** A call without its times. `toVendorCall` adds them. */
export interface Draft {
  id: string;
  outcome: Outcome;
  phone: string;
  scenarioId: ScenarioId | null;
  language: Language | null;
  direction: Direction | null;
  interaction: "voice" | "chat" | null;
  variables: Record<string, unknown>;
  /** The webhook's status can be older than the API's and date from before the end of the call. */
  status: { webhook: CallStatus | null; api: CallStatus };
  /** From the start of dialling until the call is answered or ends without an answer. */
  ringSeconds: number;
  /** null: the call was not answered. */
  talkSeconds: number | null;
  messages: TranscriptMessage[] | null;
  corrections: Correction[];
  response: Record<string, unknown> | null;
  report: DraftReport | null;
  recording: string | null;
  /** True if the webhook's `call_data` is null although the call is complete. */
  withoutCallData: boolean;
}

interface DraftReport {
  goal: Course["goal"];
  reason: string;
  criteria: { text: string; achieved: boolean; is_primary: boolean }[];
  /** A report in a form specific to the scenario. The webhook has it instead of the typed report. */
  own: Record<string, unknown> | null;
  callback: DraftCallback | null;
}

/** The share of conversations with a recording, among those for which a recording exists. */
const RECORDED_SHARE = 0.9;
/** Generates everything about a call that is dialled, except its times. */
export function draftDial(draw: Random, plan: DialPlan, subject: Subject, recorded: boolean | undefined): Draft {
  const { customer, script, facts } = subject;
  const base = draftBase(draw, subject);
  const random = draw.fork("how");
  if (plan.outcome !== "complete") {
    const isAutomated = plan.outcome === "automation";
    return {
      ...base,
      outcome: plan.outcome,
      direction: "outbound",
      status: { webhook: null, api: plan.status },
      ringSeconds: isAutomated ? random.int(3, 15) : unansweredRingSeconds(random, plan.outcome),
      talkSeconds: isAutomated ? random.int(6, 24) : null,
      messages: isAutomated ? [voicemail(random, customer.language)] : null,
    };
  }
  if (plan.conversation === "voicemail") {
    return {
      ...base,
      status: { webhook: "voicemail", api: "voicemail" },
      ringSeconds: random.int(12, 28),
      talkSeconds: random.int(9, 25),
      messages: [voicemail(random, customer.language)],
    };
  }
  const conversation = draftConversation(draw, plan, script, customer, facts, recorded);
  return {
    ...base,
    ...conversation,
    variables: { ...subject.variables, ...conversation.variables },
    ...unusualPayload(random, plan, conversation),
  };
}

/** Generates a booking that ends before it is dialled, or one that is `stuck`: still scheduled. */
export function draftBooking(draw: Random, outcome: NeverDialledType | "stuck", subject: Subject): Draft {
  const status = outcome === "stuck" ? "scheduled" : outcome;
  return {
    ...draftBase(draw, subject),
    outcome: outcome === "stuck" ? "expired" : outcome,
    direction: "outbound",
    status: { webhook: null, api: status },
  };
}

function draftBase(draw: Random, { customer, scenarioId, language, direction, variables }: Subject): Draft {
  return {
    id: draw.fork("id").uuid(),
    outcome: "complete",
    phone: customer.phone,
    scenarioId,
    language,
    direction,
    interaction: "voice",
    variables,
    status: { webhook: null, api: "completed" },
    ringSeconds: 0,
    talkSeconds: null,
    messages: null,
    corrections: [],
    response: null,
    report: null,
    recording: null,
    withoutCallData: false,
  };
}

type ConversationDraft = Pick<
  Draft,
  | "outcome"
  | "status"
  | "ringSeconds"
  | "talkSeconds"
  | "messages"
  | "corrections"
  | "response"
  | "report"
  | "recording"
  | "variables"
>;

/** Uses a suitable recording if there is one, else generates a conversation. */
function draftConversation(
  draw: Random,
  plan: CompletePlan,
  script: Script,
  customer: Customer,
  facts: Facts,
  wantsRecording: boolean | undefined,
): ConversationDraft {
  const random = draw.fork("talk");
  const ringSeconds = random.int(4, 26);
  if (mayBeRecorded(plan) && wantsRecording !== false) {
    const recorded = recordedDialoguesFor(customer, script.scenario);
    if (recorded.length > 0 && (wantsRecording === true || random.chance(RECORDED_SHARE))) {
      return { ...draftFromRecording(random, random.pick(recorded), script, customer, facts), ringSeconds };
    }
  }
  const ending = earlyEnding(plan);
  const fitting = script.courses.filter(({ status }) => status === ending);
  const picked = random.weighted(
    (fitting.length > 0 ? fitting : script.courses).map((c) => [c, c.weight ?? 1] as const),
  );
  const course = ending === undefined ? picked : endEarly(picked, ending);
  const length = plan.conversation === "long" || plan.conversation === "cut" ? plan.conversation : "usual";
  const conversation = generateConversation(random, script, course, facts, customer, length);
  const status = ending ?? conversation.status;
  const hasReport = status === "completed" || status === "max_duration_reached";
  const isCut = status === "max_duration_reached";
  const text = (template: string) => fill(template, facts, customer.gender);
  const response = isCut ? null : (fillDeep(course.response, facts, customer.gender) as Record<string, unknown> | null);
  return {
    outcome: "complete",
    status: { webhook: status, api: status },
    ringSeconds,
    talkSeconds: conversation.duration,
    messages: conversation.transcript.transcript.messages,
    corrections: conversation.transcript.errors,
    response,
    report: hasReport
      ? draftReport(
          random,
          script,
          isCut ? "error" : course.goal,
          course.achieved.map((met, index) => met && (!isCut || index > 0)),
          isCut ? SMALL_TALK[script.language].cutReason : text(course.reason),
          response,
        )
      : null,
    recording: null,
    variables: {},
  };
}

/** Returns the course if it ends with this status, else its first half with this status. */
function endEarly(course: Course, status: NonNullable<Course["status"]>): Course {
  if (course.status === status) return course;
  return { ...course, turns: course.turns.slice(0, Math.ceil(course.turns.length / 2)), status };
}

/** Makes a conversation with the turns and times of a recording. */
function draftFromRecording(
  draw: Random,
  dialogue: RecordedDialogue,
  script: Script,
  customer: Customer,
  facts: Facts,
): Omit<ConversationDraft, "ringSeconds"> {
  const messages: TranscriptMessage[] = [];
  const corrections: Correction[] = [];
  if (draw.chance(0.7)) messages.push({ type: "instructions", role: "system prompt", content: script.prompt });
  for (const turn of dialogue.turns) {
    if ("tool" in turn) {
      const args = JSON.stringify(fillDeep(turn.args, facts, customer.gender));
      const output =
        typeof turn.output === "string" ? turn.output : JSON.stringify(fillDeep(turn.output, facts, customer.gender));
      messages.push(...toolMessages(draw, turn.tool, args, output, turn.failed, turn.start_at, turn.ms));
      continue;
    }
    const { text, corrections: found } = resolveMishearings(turn.text, draw.chance(0.75));
    messages.push({
      type: "message",
      role: turn.who === "agent" ? "assistant" : "user",
      content: text,
      start_at: turn.start_at,
    });
    corrections.push(...found);
  }
  const response = fillDeep(dialogue.response, facts, customer.gender) as Record<string, unknown> | null;
  const reason = fill(dialogue.reason, facts, customer.gender);
  return {
    outcome: "complete",
    status: { webhook: "completed", api: "completed" },
    talkSeconds: Math.round(dialogue.seconds),
    messages,
    corrections,
    response,
    report: draftReport(draw, script, dialogue.goal, dialogue.achieved, reason, response),
    recording: dialogue.file,
    variables: fillDeep(dialogue.variables, facts, customer.gender) as Record<string, unknown>,
  };
}

/** Generates the report. A few calls have none. The report of a survey often has a specific form. */
function draftReport(
  draw: Random,
  script: Script,
  goal: Course["goal"],
  achieved: readonly boolean[],
  reason: string,
  response: Record<string, unknown> | null,
): DraftReport | null {
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
  return { goal, reason, criteria, own, callback: draftCallback(draw.fork("callback"), script.language) };
}

/** Returns the changes that the payload variant makes to the draft. */
function unusualPayload(draw: Random, { payload }: CompletePlan, conversation: ConversationDraft): Partial<Draft> {
  switch (payload) {
    case "usual":
      return {};
    case "chat":
      return {
        interaction: "chat",
        direction: draw.chance(0.5) ? "inbound" : "outbound",
        messages: (conversation.messages ?? []).map(withoutTime),
        corrections: [],
      };
    case "untimed":
      return { messages: (conversation.messages ?? []).map(withoutTime) };
    case "old":
      return { messages: (conversation.messages ?? []).flatMap(oldMessage) };
    case "no_call_data":
      return { withoutCallData: true };
    case "stale_in_progress":
      return { status: { webhook: "in_progress", api: conversation.status.api } };
    case "stale_transferring":
      return { status: { webhook: "transferring", api: conversation.status.api } };
    case "bare":
      return { direction: null, interaction: null, status: { webhook: null, api: conversation.status.api } };
    case "silent":
      return { messages: null, corrections: [], report: null };
  }
}

/** Returns a message as older payloads have it; those have no tool calls. */
function oldMessage(message: TranscriptMessage): TranscriptMessage[] {
  if (!("type" in message) || message.type === "message") return [{ role: message.role, content: message.content }];
  return message.type === "instructions" ? [{ role: "instructions", content: message.content }] : [];
}

function withoutTime(message: TranscriptMessage): TranscriptMessage {
  return "start_at" in message ? { ...message, start_at: null } : message;
}

function voicemail(draw: Random, language: Language): TranscriptMessage {
  return { type: "message", role: "user", content: draw.pick(SMALL_TALK[language].voicemails), start_at: 0.6 };
}

/** Draws how long an unanswered call rings. A carrier rejects it within seconds; a phone rings for half a minute. */
function unansweredRingSeconds(draw: Random, outcome: Outcome): number {
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
