import { riyadhHour } from "./calendar";
import type { CallStatus, DialOutcome, NeverDialledType, NotReachedType } from "./contract";
import { NEVER_DIALLED_TYPES, UNKNOWN_TYPE } from "./contract";
import type { Random } from "./random";

/** How a call ends. The plan is drawn before the conversation. `stuck`: the vendor neither dials it nor calls it off. */
export type CallPlan = DialPlan | { outcome: NeverDialledType | "stuck" };

/** How a call that is dialled ends. */
export type DialPlan = CompletePlan | { outcome: Exclude<DialOutcome, "complete">; status: CallStatus };

export type CompletePlan = {
  outcome: "complete";
  /** "cut": the call reaches the vendor's maximum duration. "transferred" and the values after it are also the call's status. */
  conversation: "usual" | "long" | "cut" | "transferred" | "user_rejected" | "timeout" | "voicemail";
  payload: PayloadVariant;
};

/**
 * An unusual feature of the payload. `chat`: the interaction is a chat; `old`: messages have only `role` and `content`; `untimed`:
 * `start_at` is null; `no_call_data`: `call_data` is null; `stale_*`: the status dates from before the end of the call; `bare`:
 * direction, phone number, status and interaction type are null; `silent`: there is no transcript.
 */
type PayloadVariant =
  | "usual"
  | "chat"
  | "old"
  | "untimed"
  | "no_call_data"
  | "stale_in_progress"
  | "stale_transferring"
  | "bare"
  | "silent";

const NOT_REACHED: readonly (readonly [NotReachedType | typeof UNKNOWN_TYPE, number])[] = [
  ["no_answer", 20],
  ["user_unavailable", 6],
  ["user_rejected", 5],
  ["automation", 4.5],
  ["failed", 2],
  ["invalid_number", 1.6],
  ["rejected_by_carrier", 1],
  ["sip_trunk_failure", 0.4],
  [UNKNOWN_TYPE, 0.25],
];

const STATUSES: Record<NotReachedType | typeof UNKNOWN_TYPE, readonly (readonly [CallStatus, number])[]> = {
  no_answer: [
    ["timeout", 99],
    ["ringing", 1],
  ],
  user_rejected: [["user_rejected", 1]],
  user_unavailable: [["failed", 1]],
  automation: [["voicemail", 1]],
  failed: [
    ["failed", 96],
    ["dialing", 2],
    ["queued", 2],
  ],
  rejected_by_carrier: [["failed", 1]],
  invalid_number: [["failed", 1]],
  sip_trunk_failure: [["failed", 1]],
  [UNKNOWN_TYPE]: [["failed", 1]],
};

export function isDialled(plan: CallPlan): plan is DialPlan {
  return "conversation" in plan || "status" in plan;
}

/** How often the first, the second, … dial reaches the customer, compared with the first. */
const REACH_BY_ATTEMPT = [1, 0.68, 0.5, 0.38, 0.3];

/** One chain of calls for each type, status, variant and fate of a contact, because a history must contain even the rare ones. */
export const ONE_OF_EACH: readonly (readonly CallPlan[])[] = [
  ...NOT_REACHED.flatMap(([outcome]) => STATUSES[outcome].map(([status]) => [{ outcome, status }])),
  ...NEVER_DIALLED_TYPES.flatMap((outcome) => [[{ outcome }], [noAnswer(), { outcome }]]),
  ...(["usual", "long", "cut", "transferred", "user_rejected", "timeout", "voicemail"] as const).map((conversation) => [
    { outcome: "complete" as const, conversation, payload: "usual" as const },
  ]),
  ...(
    ["chat", "old", "untimed", "no_call_data", "stale_in_progress", "stale_transferring", "bare", "silent"] as const
  ).map((payload) => [completePlan("usual", payload)]),
  [noAnswer(), completePlan("usual", "usual")],
  [noAnswer(), noAnswer(), completePlan("usual", "usual")],
  [noAnswer(), noAnswer(), noAnswer(), noAnswer(), noAnswer()],
  [noAnswer(), { outcome: "stuck" }],
];

function noAnswer(): DialPlan {
  return { outcome: "no_answer", status: "timeout" };
}

/** A time in which the vendor's SIP trunk fails for most calls. */
export interface Outage {
  from: number;
  to: number;
}

/** Draws an outage of two hours: the busiest of twelve times in the second half of the history, so that it affects many calls. */
export function drawOutage(draw: Random, times: readonly number[]): Outage {
  const duration = 2 * 3_600_000;
  const callsFrom = (start: number) => times.filter((at) => at >= start && at < start + duration).length;
  const candidates = Array.from({ length: 12 }, () => times[draw.int(times.length >> 1, times.length - 1)] ?? 0);
  const from = candidates.sort((a, b) => callsFrom(b) - callsFrom(a))[0] ?? 0;
  return { from, to: from + duration };
}

/**
 * Plans the given dial of a contact. People answer most often in the late morning and in the evening, and less often at every further
 * dial. `answer`: how the call goes if they answer.
 */
export function planDial(
  draw: Random,
  at: number,
  attempt: number,
  answer: CompletePlan,
  outage: Outage | null,
): DialPlan {
  if (outage !== null && at >= outage.from && at < outage.to && draw.chance(0.55)) {
    return notReachedPlan(draw, "sip_trunk_failure");
  }
  return draw.chance(reachAt(at) * (REACH_BY_ATTEMPT[attempt - 1] ?? 0.3))
    ? answer
    : notReachedPlan(draw, draw.weighted(NOT_REACHED));
}

/** Plans a call that stands alone. `outcome` sets its type. */
export function planCall(draw: Random, at: number, outcome?: DialOutcome): DialPlan {
  if (outcome === undefined ? !draw.chance(reachAt(at)) : outcome !== "complete") {
    return notReachedPlan(draw, outcome === undefined || outcome === "complete" ? draw.weighted(NOT_REACHED) : outcome);
  }
  return planAnswer(draw);
}

function reachAt(at: number): number {
  const hour = riyadhHour(at);
  return hour >= 17 && hour <= 21 ? 0.66 : hour >= 10 && hour <= 12 ? 0.62 : 0.53;
}

/** Plans a call that the customer answers. */
export function planAnswer(draw: Random): CompletePlan {
  return completePlan(
    draw.weighted([
      ["usual", 88],
      ["long", 3.5],
      ["cut", 0.8],
      ["transferred", 3.2],
      ["user_rejected", 2.5],
      ["timeout", 1],
      ["voicemail", 1],
    ] as const),
    draw.weighted([
      ["usual", 92.5],
      ["chat", 2.5],
      ["old", 1.5],
      ["untimed", 1.5],
      ["no_call_data", 0.3],
      ["stale_in_progress", 0.4],
      ["stale_transferring", 0.2],
      ["bare", 0.6],
      ["silent", 0.5],
    ] as const),
  );
}

/** Only a call that was transferred can have the status "transferring". */
function completePlan(conversation: CompletePlan["conversation"], payload: PayloadVariant): CompletePlan {
  return {
    outcome: "complete",
    conversation: payload === "stale_transferring" ? "transferred" : conversation,
    payload,
  };
}

function notReachedPlan(draw: Random, outcome: NotReachedType | typeof UNKNOWN_TYPE): DialPlan {
  return { outcome, status: draw.weighted(STATUSES[outcome]) };
}
