import { type ContactState, DIALLED, type DialResult, type StateChoice } from "@/lib/call/contact";
import { type CallFilter, UNKNOWN } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import { HIDDEN } from "@/lib/phone/hidden";
import { boundsOf } from "@/lib/time/period";
import type { TimeRange } from "@/lib/time/time";
import { MAX_LIST_ITEMS } from "@/lib/url/comma-list";

import { GOAL_ASSESSED, GOAL_MET } from "./figures";

/** Links each statistic to the calls it counts. */

/** The part of the counted calls that a statistic covers. Null in `outcome` and `scenario` stands for an unknown value. */
export type Part = {
  range?: TimeRange;
  outcome?: readonly (string | null)[];
  dial?: readonly DialResult[];
  /** The states of contacts; the link then leads to contacts. */
  state?: readonly ContactState[];
  attempt?: number | null;
  goal?: readonly string[];
  scenario?: string | null;
  weekday?: number;
  hour?: number;
  /** Only calls whose duration is known. */
  timed?: true;
  criterion?: string;
  criterionMet?: boolean;
};

/** The part that each figure of `figures.ts` counts. */
export const PARTS = {
  dials: { dial: DIALLED },
  reached: { dial: ["reached"] },
  assessed: { goal: GOAL_ASSESSED },
  met: { goal: [GOAL_MET] },
  timed: { dial: ["reached"], timed: true },
} as const satisfies Record<string, Part>;

/**
 * The filter for exactly this part of the calls that `filter` selects. Null if no filter can express it: if `filter` excludes the
 * outcome, if a list would have too many values, if a value is hidden from the reader, or if there would be two criteria.
 */
export function partOf(filter: CallFilter, part: Part): CallFilter | null {
  if ([...(part.outcome ?? []), part.scenario].some((value) => value?.includes(HIDDEN))) {
    return null;
  }
  const outcome = part.outcome === undefined ? filter.outcome : intersection(filter.outcome, part.outcome);
  const dial = part.dial === undefined ? filter.dial : intersection(filter.dial, part.dial);
  const state = part.state === undefined ? filter.state : stateIntersection(filter.state, part.state);
  const attempt =
    part.attempt === undefined
      ? filter.attempt
      : intersection(filter.attempt, [part.attempt === null ? null : String(part.attempt)]);
  const goal = part.goal === undefined ? filter.goal : intersection(filter.goal, part.goal);
  const scenario = part.scenario === undefined ? filter.scenario : intersection(filter.scenario, [part.scenario]);
  const weekday = part.weekday === undefined ? filter.weekday : intersection(filter.weekday, [part.weekday]);
  const hour = part.hour === undefined ? filter.hour : intersection(filter.hour, [part.hour]);
  const { criterion = filter.criterion, criterionMet = filter.criterionMet } = part;
  if (
    outcome === null ||
    dial === null ||
    state === null ||
    attempt === null ||
    goal === null ||
    scenario === null ||
    weekday === null ||
    hour === null ||
    (filter.criterion !== null && filter.criterion !== criterion) ||
    (filter.criterionMet !== null && filter.criterionMet !== criterionMet)
  ) {
    return null;
  }
  return {
    ...filter,
    ...(part.range === undefined ? {} : boundsOf(part.range, filter.zone)),
    outcome,
    dial,
    state,
    attempt,
    goal,
    scenario,
    weekday,
    hour,
    minDuration: part.timed ? (filter.minDuration ?? 0) : filter.minDuration,
    criterion,
    criterionMet,
  };
}

/** The URL of the list of exactly this part; undefined if no filter can express it. */
export function partHref(filter: CallFilter, part: Part = {}, sort: "-time" | "-duration" = "-time") {
  const found = partOf(filter, part);
  return found === null ? undefined : callsHref(found, { sort });
}

/** The URL of the list of exactly the contacts with a call of this part; undefined if no filter can express it. */
export function contactsHref(filter: CallFilter, part: Part = {}) {
  const found = partOf(filter, part);
  return found === null ? undefined : callsHref(found, { by: "contacts" });
}

/** A filter for `overdue` contacts selects a part of those that are being tried, which no state of a statistic can express. */
function stateIntersection(some: StateChoice[], others: readonly ContactState[]): StateChoice[] | null {
  return some.includes("overdue") && !some.includes("trying") && others.includes("trying")
    ? null
    : intersection<StateChoice>(some, others);
}

/**
 * The values that occur in both lists; an empty `some` means all values. Null for no values, which a list cannot express, or too many.
 */
function intersection<Value extends string | number>(some: Value[], others: readonly (Value | null)[]): Value[] | null {
  const named = others.map((value) => value ?? (UNKNOWN as Value));
  const both = some.length === 0 ? named : named.filter((value) => some.includes(value));
  return both.length === 0 || both.length > MAX_LIST_ITEMS ? null : both;
}
