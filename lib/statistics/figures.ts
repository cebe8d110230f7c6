import { type ContactState, OVER_STATES } from "@/lib/call/contact";
import { GOAL_STATUS } from "@/lib/call/goal";

/**
 * The definitions of the statistics' figures. `db/statistics` uses them to count and `part.ts` uses them to build links, so
 * each count equals the number of calls in the list that it links to.
 */

/** The report's status of calls whose goal was met. */
export const GOAL_MET: string = GOAL_STATUS.met;

/**
 * The report's statuses of calls whose goal was assessed: met or not met. A call whose report has another status ("error" if it could not
 * be judged), or without a report, is not assessed. It counts neither as part nor as whole of the goal rate.
 */
export const GOAL_ASSESSED: readonly string[] = [GOAL_STATUS.met, GOAL_STATUS.not_met];

/**
 * The figures of a set of calls. `dials` are the calls that were dialled: the whole of the reach rate. A call that was cancelled or expired
 * before it was dialled is a call, but in no rate.
 *
 * Talk time is the duration of the calls that reached the customer and whose duration is known. `timed` is the number of these calls. The
 * eleven seconds of a voicemail are not a conversation. The average, the 90th percentile and the minutes are all computed from talk time.
 */
export type Figures = {
  calls: number;
  dials: number;
  reached: number;
  assessed: number;
  met: number;
  timed: number;
  talkSeconds: number;
  /** The 90th percentile of talk times; null if no call has a talk time. */
  p90Seconds: number | null;
};

export const NO_FIGURES: Figures = {
  calls: 0,
  dials: 0,
  reached: 0,
  assessed: 0,
  met: 0,
  timed: 0,
  talkSeconds: 0,
  p90Seconds: null,
};

/** A part of a whole. If `whole` is 0, the share is not 0: `shareOf` returns null, and the page says "no calls". */
export type Ratio = { part: number; whole: number };

/** The share, from 0 to 1; null if `whole` is 0. */
export function shareOf({ part, whole }: Ratio): number | null {
  return whole === 0 ? null : part / whole;
}

export function reachRate({ reached, dials }: Pick<Figures, "reached" | "dials">): Ratio {
  return { part: reached, whole: dials };
}

/** The number of contacts in each state. */
export type PeopleFigures = Record<ContactState, number>;

export const NO_PEOPLE: PeopleFigures = { reached: 0, trying: 0, not_reached: 0, called_off: 0 };

/** The people who were reached, of the contacts that are over. A contact that was called off, or is still being tried, is in no rate. */
export function peopleRate(people: PeopleFigures): Ratio {
  return { part: people.reached, whole: OVER_STATES.reduce((sum, state) => sum + people[state], 0) };
}

export function goalRate({ met, assessed }: Pick<Figures, "met" | "assessed">): Ratio {
  return { part: met, whole: assessed };
}

/** The average talk time in seconds; null if no call has a talk time. */
export function averageTalk({ talkSeconds, timed }: Pick<Figures, "talkSeconds" | "timed">): number | null {
  return timed === 0 ? null : talkSeconds / timed;
}

/** The change of an amount as a fraction of `before`: 0.25 is a quarter more. Null if either is null or `before` is 0. */
export function relativeChange(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / before;
}

/** The change of a rate in percentage points: from 50% to 60% is 10 points, not 20%. Null if either whole is 0. */
export function changeInPoints(now: Ratio, before: Ratio): number | null {
  const [share, shareBefore] = [shareOf(now), shareOf(before)];
  return share === null || shareBefore === null ? null : (share - shareBefore) * 100;
}
