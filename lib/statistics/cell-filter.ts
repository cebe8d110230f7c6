import { type CallFilter, NO_FILTER } from "@/lib/call/filter";

import { COUNT_DIMENSIONS } from "./cells";

/** A filter without bounds: a statistic may read two time ranges with one filter. */
export type Unbounded = Omit<CallFilter, "from" | "to">;

/** What cells tell calls apart by, besides whether statistics count them. */
export type CellDimension = Exclude<(typeof COUNT_DIMENSIONS)[number], "all">;
export const CELL_DIMENSIONS: readonly CellDimension[] = COUNT_DIMENSIONS.filter((dimension) => dimension !== "all");

/**
 * The conditions of a filter that cells can answer. `lists` has an entry for each dimension that the filter narrows, and its values. The value
 * `unknown` also means null.
 */
export type CellFilter = {
  zone: string;
  counted: boolean | null;
  /** ISO weekdays, 1 Monday to 7 Sunday. Empty for all: cells of months answer only these. */
  weekdays: readonly number[];
  lists: Partial<Record<CellDimension, readonly string[]>>;
};

/** Null if the filter has a condition of which cells know nothing, such as a phone number: it must be answered from the calls. */
export function cellFilterOf(filter: Unbounded): CellFilter | null {
  const {
    zone,
    counted,
    weekday: weekdays,
    outcome,
    goal,
    direction,
    language,
    scenario,
    attempt,
    dial,
    ...others
  } = {
    ...filter,
    // The page's filter has bounds all the same.
    from: null,
    to: null,
  };
  const isNarrowed = (Object.keys(others) as (keyof typeof others)[]).some((name) =>
    Array.isArray(others[name]) ? others[name].length > 0 : others[name] !== NO_FILTER[name],
  );
  if (isNarrowed) {
    return null;
  }
  const all = { outcome, goal, direction, language, scenario, attempt, dial };
  const narrowed = CELL_DIMENSIONS.filter((dimension) => all[dimension].length > 0);
  return {
    zone,
    counted,
    weekdays,
    lists: Object.fromEntries(narrowed.map((dimension) => [dimension, all[dimension]])),
  };
}

/**
 * One dimension and those of its values that a question is about, for cells that are kept for each value of each dimension. `values` is
 * null for the dimension `all`.
 */
export type Slice = { dimension: CellDimension | "all"; values: readonly string[] | null };

/**
 * The slice that holds exactly the calls of a filter, without regard to some dimensions that the cells of the question know by themselves. Null
 * if the filter narrows several others.
 */
export function sliceOf({ lists }: CellFilter, without: readonly CellDimension[] = []): Slice | null {
  const [first, second] = CELL_DIMENSIONS.filter(
    (dimension) => lists[dimension] !== undefined && !without.includes(dimension),
  );
  return second !== undefined
    ? null
    : first === undefined
      ? { dimension: "all", values: null }
      : { dimension: first, values: lists[first] ?? null };
}
