import type { DialResult } from "@/lib/call/contact";

import { type Figures, NO_FIGURES, percentile } from "./figures";

/** Makes the figures of several panels of the calls that one statement counted, so that they agree with each other. */

/**
 * A number of calls that are alike. `isCurrent`: in the range itself, not in the one that it is compared with, of which scenario and attempt are
 * not read.
 */
export type CountedCalls = {
  isCurrent: boolean;
  isCounted: boolean;
  outcome: string | null;
  scenario: string | null;
  attempt: number | null;
  dial: DialResult;
  isAssessed: boolean;
  isMet: boolean;
  calls: number;
  timed: number;
  talkSeconds: number;
};

/** The number of calls with one talk time. */
export type TalkTime = { isCurrent: boolean; value: number; count: number };

/** `dials`: those of the calls that were dialled. */
export type OutcomeCount = { outcome: string | null; calls: number; dials: number };
export type ScenarioFigures = { scenario: string | null; figures: Omit<Figures, "p90Seconds"> };
export type AttemptFigures = { attempt: number | null; dials: number; reached: number };
type RangeSummary = { figures: Figures; outcomes: OutcomeCount[] };

export type Summary = {
  /** The outcomes, the most frequent first. */
  current: RangeSummary;
  previous: RangeSummary | null;
  /** The scenarios of the current range, the one with the most calls first; at most 200. */
  scenarios: ScenarioFigures[];
  /** The dials of each attempt in the current range, and those that reached the customer. Null, which no source says, comes last; at most 100. */
  attempts: AttemptFigures[];
  /** The number of calls in the current range that statistics do not count; 0 unless the filter leaves them out. */
  leftOut: number;
};

const LIMITS = { scenarios: 200, attempts: 100 };

/**
 * @param counted also has the calls that statistics do not count if the filter leaves them out (`leavesOut`)
 * @param times only those of calls that the filter selects
 */
export function summarize(
  { counted, times }: { counted: readonly CountedCalls[]; times: readonly TalkTime[] },
  { leavesOut, hasPrevious }: { leavesOut: boolean; hasPrevious: boolean },
): Summary {
  const selected = counted.filter(({ isCounted }) => isCounted || !leavesOut);
  const current = selected.filter(({ isCurrent }) => isCurrent);
  const rangeOf = (isCurrent: boolean): RangeSummary => {
    const rows = selected.filter((row) => row.isCurrent === isCurrent);
    const p90Seconds = percentile(
      times.filter((time) => time.isCurrent === isCurrent),
      0.9,
    );
    return { figures: { ...figuresOf(rows), p90Seconds }, outcomes: outcomesOf(rows) };
  };
  return {
    current: rangeOf(true),
    previous: hasPrevious ? rangeOf(false) : null,
    scenarios: groups(current, ({ scenario }) => scenario)
      .map(([scenario, rows]) => ({ scenario, figures: figuresOf(rows) }))
      .toSorted((a, b) => b.figures.calls - a.figures.calls || compareText(a.scenario, b.scenario))
      .slice(0, LIMITS.scenarios),
    attempts: groups(current.filter(isDialled), ({ attempt }) => attempt)
      .map(([attempt, rows]) => ({ attempt, dials: sum(rows), reached: sum(rows.filter(isReached)) }))
      .toSorted((a, b) => (a.attempt ?? Infinity) - (b.attempt ?? Infinity))
      .slice(0, LIMITS.attempts),
    leftOut: leavesOut ? sum(counted.filter(({ isCounted, isCurrent }) => isCurrent && !isCounted)) : 0,
  };
}

function figuresOf(rows: readonly CountedCalls[]): Omit<Figures, "p90Seconds"> {
  const { p90Seconds: _, ...figures } = NO_FIGURES;
  for (const row of rows) {
    figures.calls += row.calls;
    figures.dials += isDialled(row) ? row.calls : 0;
    figures.reached += isReached(row) ? row.calls : 0;
    figures.assessed += row.isAssessed ? row.calls : 0;
    figures.met += row.isMet ? row.calls : 0;
    figures.timed += row.timed;
    figures.talkSeconds += row.talkSeconds;
  }
  return figures;
}

function outcomesOf(rows: readonly CountedCalls[]): OutcomeCount[] {
  return groups(rows, ({ outcome }) => outcome)
    .map(([outcome, ours]) => ({ outcome, calls: sum(ours), dials: sum(ours.filter(isDialled)) }))
    .toSorted((a, b) => b.calls - a.calls || compareText(a.outcome, b.outcome));
}

const isDialled = ({ dial }: CountedCalls) => dial !== "not_dialled";
const isReached = ({ dial }: CountedCalls) => dial === "reached";

function groups<Key>(rows: readonly CountedCalls[], keyOf: (row: CountedCalls) => Key): [Key, CountedCalls[]][] {
  return [...Map.groupBy(rows, keyOf)];
}

function sum(rows: readonly CountedCalls[]): number {
  return rows.reduce((total, { calls }) => total + calls, 0);
}

/** Null comes last. */
function compareText(a: string | null, b: string | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
}
