import type { SLICE_PARTS } from "./cells";
import { type Figures, NO_FIGURES } from "./figures";

/** Makes the figures of several panels of the calls that one statement counted, so that they agree with each other. */

/**
 * The figures of the calls with one outcome, scenario or attempt; a key that is null is unknown. All outcomes together are all calls. `isCurrent`: in the
 * range itself, not in the one that it is compared with, of which only the outcomes are read.
 */
export type PartFigures = {
  isCurrent: boolean;
  isCounted: boolean;
  part: (typeof SLICE_PARTS)[number];
  key: string | null;
} & Omit<Figures, "p90Seconds">;

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
 * @param parts also has the outcomes of calls that statistics do not count if the filter leaves them out (`leavesOut`)
 * @param p90 of the calls that the filter selects
 */
export function summarize(
  parts: readonly PartFigures[],
  p90: { current: number | null; previous: number | null },
  { leavesOut, hasPrevious }: { leavesOut: boolean; hasPrevious: boolean },
): Summary {
  const selected = parts.filter(({ isCounted }) => isCounted || !leavesOut);
  const partsOf = (part: PartFigures["part"], isCurrent: boolean) =>
    groups(selected.filter((row) => row.part === part && row.isCurrent === isCurrent));
  const rangeOf = (isCurrent: boolean, p90Seconds: number | null): RangeSummary => {
    const outcomes = partsOf("outcome", isCurrent);
    return {
      figures: { ...sumOf(outcomes.map(({ figures }) => figures)), p90Seconds },
      outcomes: outcomes
        .map(({ key, figures: { calls, dials } }) => ({ outcome: key, calls, dials }))
        .toSorted((a, b) => b.calls - a.calls || compareText(a.outcome, b.outcome)),
    };
  };
  return {
    current: rangeOf(true, p90.current),
    previous: hasPrevious ? rangeOf(false, p90.previous) : null,
    scenarios: partsOf("scenario", true)
      .map(({ key, figures }) => ({ scenario: key, figures }))
      .toSorted((a, b) => b.figures.calls - a.figures.calls || compareText(a.scenario, b.scenario))
      .slice(0, LIMITS.scenarios),
    attempts: partsOf("attempt", true)
      .filter(({ figures }) => figures.dials > 0)
      .map(({ key, figures: { dials, reached } }) => ({ attempt: key === null ? null : Number(key), dials, reached }))
      .toSorted((a, b) => (a.attempt ?? Infinity) - (b.attempt ?? Infinity))
      .slice(0, LIMITS.attempts),
    leftOut: leavesOut
      ? parts
          .filter(({ isCounted, isCurrent, part }) => isCurrent && !isCounted && part === "outcome")
          .reduce((sum, { calls }) => sum + calls, 0)
      : 0,
  };
}

type SummedFigures = Omit<Figures, "p90Seconds">;

/** Adds up the rows of each key: counted and not. */
function groups(rows: readonly PartFigures[]): { key: string | null; figures: SummedFigures }[] {
  return [...Map.groupBy(rows, ({ key }) => key)].map(([key, ours]) => ({ key, figures: sumOf(ours) }));
}

function sumOf(rows: readonly SummedFigures[]): SummedFigures {
  const { p90Seconds: _, ...figures } = NO_FIGURES;
  for (const row of rows) {
    figures.calls += row.calls;
    figures.dials += row.dials;
    figures.reached += row.reached;
    figures.assessed += row.assessed;
    figures.met += row.met;
    figures.timed += row.timed;
    figures.talkSeconds += row.talkSeconds;
  }
  return figures;
}

/** Null comes last. */
function compareText(a: string | null, b: string | null): number {
  return a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
}
