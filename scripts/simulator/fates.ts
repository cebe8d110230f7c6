import { riyadhHour } from "./calendar";
import type { CallStatus, NotCompletedType, Outcome } from "./contract";
import { UNKNOWN_TYPE } from "./contract";
import type { Random } from "./random";

type Complete = Extract<Fate, { outcome: "complete" }>;

/** What becomes of a call, drawn before anything is said. */
export type Fate =
  | {
      outcome: "complete";
      /** How the conversation goes: long, cut off by the vendor's maximum, or in some way that needs a status of its own. */
      manner: "usual" | "long" | "cut" | "transferred" | "user_rejected" | "timeout" | "voicemail";
      /** What is odd about the payload. */
      quirk: Quirk;
    }
  | { outcome: Exclude<Outcome, "complete">; status: CallStatus };

/**
 * `old`: messages of only role and content; `untimed`: no `start_at`; `no_call_data`: `call_data` is null;
 * `stale_*`: sent with a status from before the end; `bare`: direction, phone number, interaction type are null;
 * `silent`: no transcript.
 */
export type Quirk =
  | "none"
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

/** How long the trunk is down, in milliseconds. */
const INCIDENT = 2 * 3_600_000;

/** One of each that a history of some length must show, however rare. */
const RARE: readonly Fate[] = [
  ...NOT_COMPLETED.flatMap(([outcome]) => STATUSES[outcome].map(([status]): Fate => ({ outcome, status }))),
  ...(["usual", "long", "cut", "transferred", "user_rejected", "timeout", "voicemail"] as const).map(
    (manner): Fate => ({ outcome: "complete", manner, quirk: "none" }),
  ),
  ...(
    ["chat", "old", "untimed", "no_call_data", "stale_in_progress", "stale_transferring", "bare", "silent"] as const
  ).map((quirk) => complete("usual", quirk)),
];

/**
 * The fates of calls at these times. People answer most in the late morning and in the evening; for two hours of
 * a longer history the trunk is down. From 100 calls on, every type, status and quirk occurs at least once.
 */
export function fates(draw: Random, times: readonly number[]): Fate[] {
  const incident = times.length >= 400 ? busiest(draw, times) : null;
  const drawn = times.map((at, index) => {
    const own = draw.fork(index);
    const down = incident !== null && at >= incident && at < incident + INCIDENT;
    if (down && own.chance(0.55)) return notCompleted(own, "sip_trunk_failure");
    return fateAt(own, at);
  });
  if (drawn.length >= 100) {
    const places = draw.fork("rare").shuffled(drawn.map((_, index) => index));
    for (const [index, fate] of RARE.entries()) {
      const place = places[index];
      if (place !== undefined) drawn[place] = fate;
    }
  }
  return drawn;
}

/** When the trunk goes down: the busiest of some moments in the second half, so that it is seen. */
function busiest(draw: Random, times: readonly number[]): number | null {
  const callsFrom = (start: number) => times.filter((at) => at >= start && at < start + INCIDENT).length;
  const moments = Array.from({ length: 12 }, () => times[draw.int(times.length >> 1, times.length - 1)] ?? 0);
  return moments.sort((a, b) => callsFrom(b) - callsFrom(a))[0] ?? null;
}

/** One call's fate; `outcome` fixes its type. */
export function fateAt(draw: Random, at: number, outcome?: Outcome): Fate {
  const hour = riyadhHour(at);
  const reached = hour >= 17 && hour <= 21 ? 0.66 : hour >= 10 && hour <= 12 ? 0.62 : 0.53;
  if (outcome === undefined ? !draw.chance(reached) : outcome !== "complete") {
    return notCompleted(draw, outcome === undefined || outcome === "complete" ? draw.weighted(NOT_COMPLETED) : outcome);
  }
  return complete(
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
      ["none", 92.5],
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

/** A webhook can only say "transferring" of a call that was transferred. */
function complete(manner: Complete["manner"], quirk: Quirk): Complete {
  return { outcome: "complete", manner: quirk === "stale_transferring" ? "transferred" : manner, quirk };
}

function notCompleted(draw: Random, outcome: NotCompletedType | typeof UNKNOWN_TYPE): Fate {
  return { outcome, status: draw.weighted(STATUSES[outcome]) };
}
