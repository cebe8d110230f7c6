import { riyadhHour } from "./calendar";
import type { CallStatus, NotCompletedType, Outcome } from "./contract";
import { UNKNOWN_TYPE } from "./contract";
import type { Random } from "./random";

/** How a call ends. The plan is drawn before the conversation. */
export type CallPlan = CompletePlan | { outcome: Exclude<Outcome, "complete">; status: CallStatus };

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

const NOT_COMPLETED: readonly (readonly [NotCompletedType | typeof UNKNOWN_TYPE, number])[] = [
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

const STATUSES: Record<NotCompletedType | typeof UNKNOWN_TYPE, readonly (readonly [CallStatus, number])[]> = {
  no_answer: [
    ["timeout", 96],
    ["expired", 3],
    ["ringing", 1],
  ],
  user_rejected: [["user_rejected", 1]],
  user_unavailable: [["failed", 1]],
  automation: [["voicemail", 1]],
  failed: [
    ["failed", 90],
    ["cancelled", 6],
    ["dialing", 2],
    ["queued", 2],
  ],
  rejected_by_carrier: [["failed", 1]],
  invalid_number: [["failed", 1]],
  sip_trunk_failure: [["failed", 1]],
  [UNKNOWN_TYPE]: [["failed", 1]],
};

const OUTAGE_MILLISECONDS = 2 * 3_600_000;

/** One plan for each type, status and variant, because a history must contain even the rare ones. */
const ONE_OF_EACH: readonly CallPlan[] = [
  ...NOT_COMPLETED.flatMap(([outcome]) => STATUSES[outcome].map(([status]): CallPlan => ({ outcome, status }))),
  ...(["usual", "long", "cut", "transferred", "user_rejected", "timeout", "voicemail"] as const).map(
    (conversation): CallPlan => ({ outcome: "complete", conversation, payload: "usual" }),
  ),
  ...(
    ["chat", "old", "untimed", "no_call_data", "stale_in_progress", "stale_transferring", "bare", "silent"] as const
  ).map((payload) => completePlan("usual", payload)),
];

/**
 * Plans the calls at these times. People answer most often in the late morning and in the evening. A history of at least 400 calls has
 * a two-hour outage of the SIP trunk. With at least 100 calls, every type, status and payload variant occurs.
 */
export function planCalls(draw: Random, times: readonly number[]): CallPlan[] {
  const outageStart = times.length >= 400 ? chooseOutageStart(draw, times) : null;
  const plans = times.map((at, index) => {
    const own = draw.fork(index);
    const isInOutage = outageStart !== null && at >= outageStart && at < outageStart + OUTAGE_MILLISECONDS;
    if (isInOutage && own.chance(0.55)) return notCompletedPlan(own, "sip_trunk_failure");
    return planCall(own, at);
  });
  if (plans.length >= 100) {
    const places = draw.fork("rare").shuffled(plans.map((_, index) => index));
    for (const [index, plan] of ONE_OF_EACH.entries()) {
      const place = places[index];
      if (place !== undefined) plans[place] = plan;
    }
  }
  return plans;
}

/** Draws twelve times in the second half of the history and returns the busiest one, so that the outage affects many calls. */
function chooseOutageStart(draw: Random, times: readonly number[]): number | null {
  const callsFrom = (start: number) => times.filter((at) => at >= start && at < start + OUTAGE_MILLISECONDS).length;
  const candidates = Array.from({ length: 12 }, () => times[draw.int(times.length >> 1, times.length - 1)] ?? 0);
  return candidates.sort((a, b) => callsFrom(b) - callsFrom(a))[0] ?? null;
}

/** Plans one call. `outcome` sets its type. */
export function planCall(draw: Random, at: number, outcome?: Outcome): CallPlan {
  const hour = riyadhHour(at);
  const reached = hour >= 17 && hour <= 21 ? 0.66 : hour >= 10 && hour <= 12 ? 0.62 : 0.53;
  if (outcome === undefined ? !draw.chance(reached) : outcome !== "complete") {
    return notCompletedPlan(
      draw,
      outcome === undefined || outcome === "complete" ? draw.weighted(NOT_COMPLETED) : outcome,
    );
  }
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

function notCompletedPlan(draw: Random, outcome: NotCompletedType | typeof UNKNOWN_TYPE): CallPlan {
  return { outcome, status: draw.weighted(STATUSES[outcome]) };
}
