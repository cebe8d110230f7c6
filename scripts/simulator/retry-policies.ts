import type { DialOutcome } from "./contract";
import type { ScenarioId } from "./dialogues/dialogue";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Riyadh is three hours ahead of UTC all year. */
const RIYADH = 3 * HOUR;

/** When people are called again, as an organization sets it with `POST /schedule-configs`. */
export interface RetryPolicy {
  /** Dials after the first one. */
  maxRetries: number;
  /** Milliseconds from the end of a dial to the next one. */
  waitBetween: number;
  /** The hours of the day in Riyadh in which a retry may be dialled, from the first to before the second. Never on Fridays. */
  retryWindow: readonly [from: number, to: number];
  /** Milliseconds after which a booking or a retry that could not be dialled expires. */
  expireAfter: number;
}

const policy = (maxRetries: number, waitBetween: number, from: number, to: number): RetryPolicy => ({
  maxRetries,
  waitBetween,
  retryWindow: [from, to],
  expireAfter: 2 * HOUR,
});

/** Customers call about orders themselves, so there is nobody to call again. */
export const RETRY_POLICIES: Record<ScenarioId, RetryPolicy> = {
  "payment-reminder": policy(3, 3 * HOUR, 9, 20),
  "delivery-confirmation": policy(3, 45 * MINUTE, 9, 21),
  "appointment-reminder": policy(2, 2 * HOUR, 9, 20),
  "satisfaction-survey": policy(2, DAY, 10, 20),
  "card-activation": policy(2, 4 * HOUR, 10, 20),
  "real-estate-lead": policy(4, 90 * MINUTE, 10, 21),
  "order-support": policy(0, HOUR, 0, 24),
};

/** Whether a dial with this outcome may be followed by another one. A wrong number stays wrong. */
export function isRetried(outcome: DialOutcome): boolean {
  return outcome !== "complete" && outcome !== "invalid_number";
}

/**
 * Returns when the next dial is booked, in milliseconds since the epoch.
 * @param pace divides the wait. If it is not 1, the window is ignored too, so that retries can be watched.
 */
export function nextDialAt({ waitBetween, retryWindow }: RetryPolicy, endedAt: number, pace: number): number {
  const at = endedAt + Math.round(waitBetween / pace);
  return pace === 1 ? withinWindow(at, retryWindow) : at;
}

/** Returns the time, or the next opening of the window if it is outside. */
export function withinWindow(at: number, [from, to]: RetryPolicy["retryWindow"]): number {
  let moved = at;
  for (;;) {
    const local = new Date(moved + RIYADH);
    const hour = local.getUTCHours();
    const isFriday = local.getUTCDay() === 5;
    if (!isFriday && hour >= from && hour < to) return moved;
    const opening = Math.floor((moved + RIYADH) / DAY) * DAY + from * HOUR - RIYADH;
    moved = !isFriday && hour < from ? opening : opening + DAY;
  }
}
