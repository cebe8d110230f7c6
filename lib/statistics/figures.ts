import { GOAL_STATUS } from "@/lib/call/goal";
import { REACHED_OUTCOMES } from "@/lib/call/outcome";

/**
 * What the statistics mean by their words. `db/statistics/statistics.ts` counts by these and `lib/statistics/overview.ts` links by them, so that a number
 * and the list behind it cannot disagree.
 */

/** A call reached the customer when the vendor says so by its outcome, and by nothing else. */
export const REACHED: readonly string[] = REACHED_OUTCOMES;

/** The goal was met when the report says "success". */
export const GOAL_MET: string = GOAL_STATUS.met;

/**
 * A goal was assessed when the report says that it was met or that it was not. A report that could not judge the call ("error"), one
 * in words that we do not know, and no report at all are no verdict, and are in neither side of the rate.
 */
export const GOAL_ASSESSED: readonly string[] = [GOAL_STATUS.met, GOAL_STATUS.not_met];

/**
 * The figures of a set of calls.
 *
 * Talk time is the duration of the calls that reached the customer and that the vendor gave one for (`timed` of them): a voicemail's
 * eleven seconds are nobody's conversation. Average, ninetieth percentile and minutes are all three of it.
 */
export type Figures = {
  calls: number;
  reached: number;
  assessed: number;
  met: number;
  timed: number;
  talkSeconds: number;
  /** The shortest talk time that nine of ten calls did not exceed; null where no call has one. */
  p90Seconds: number | null;
};

export const NO_FIGURES: Figures = {
  calls: 0,
  reached: 0,
  assessed: 0,
  met: 0,
  timed: 0,
  talkSeconds: 0,
  p90Seconds: null,
};

/** Part of a whole. A share of nothing is not zero: `shareOf` says null, and the page says "no calls". */
export type Ratio = { part: number; whole: number };

/** 0 to 1, or null for a share of nothing. */
export function shareOf({ part, whole }: Ratio): number | null {
  return whole === 0 ? null : part / whole;
}

export function reachRate({ reached, calls }: Pick<Figures, "reached" | "calls">): Ratio {
  return { part: reached, whole: calls };
}

export function goalRate({ met, assessed }: Pick<Figures, "met" | "assessed">): Ratio {
  return { part: met, whole: assessed };
}

/** Seconds, or null where no call has a talk time. */
export function averageTalk({ talkSeconds, timed }: Pick<Figures, "talkSeconds" | "timed">): number | null {
  return timed === 0 ? null : talkSeconds / timed;
}

/**
 * The change of an amount against the period before, as a part of what it was: 0.25 is a quarter more. Null where there is nothing to
 * compare with: from nothing, no percentage leads to something.
 */
export function relativeChange(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / before;
}

/**
 * The change of a rate in percentage points: from 50% to 60% is 10 points, not 20%. Null where one of the two is a share of nothing.
 */
export function changeInPoints(now: Ratio, before: Ratio): number | null {
  const [share, shareBefore] = [shareOf(now), shareOf(before)];
  return share === null || shareBefore === null ? null : (share - shareBefore) * 100;
}

/**
 * A percentile of values that come as a histogram: the smallest value that at least `fraction` of them do not exceed, which is
 * `percentile_disc` of Postgres. Null for none.
 */
export function percentile(histogram: readonly { value: number; count: number }[], fraction: number): number | null {
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  let running = 0;
  for (const { value, count } of histogram.toSorted((a, b) => a.value - b.value)) {
    running += count;
    if (count > 0 && running >= fraction * total) {
      return value;
    }
  }
  return null;
}
