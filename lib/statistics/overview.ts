import { type CallFilter, parseCallFilter, UNKNOWN } from "@/lib/call/filter";
import { callFilterParams } from "@/lib/call/filter-params";
import { callsHref } from "@/lib/call/link";
import {
  customPeriod,
  DEFAULT_PRESET,
  type Period,
  type Preset,
  presetPeriod,
  PRESETS,
  spanBounds,
} from "@/lib/time/period";
import { MAX_LIST_ITEMS } from "@/lib/url/comma-list";
import type { IgnoredParameter, SearchParams } from "@/lib/url/parameters";

import { GOAL_ASSESSED, GOAL_MET, REACHED } from "./figures";

/** What the map of hours shows of each: how many calls, or which share of them reached the customer. */
export const MAP_MEASURES = ["volume", "reach"] as const;
export type MapMeasure = (typeof MAP_MEASURES)[number];

/** How calls over time are shown. */
export const SERIES_FORMS = ["chart", "table"] as const;
export type SeriesForm = (typeof SERIES_FORMS)[number];

/**
 * The overview as its URL describes it: a range, any part of the call filter to narrow it, and the look of two panels.
 * `filter` carries the period as its bounds, so it is the filter of the list of all calls that the page counts.
 */
export type OverviewView = { period: Period; filter: CallFilter; map: MapMeasure; series: SeriesForm };

/** A list's order and place mean nothing here. */
const NOT_OURS = ["sort", "cursor", "per_page"];

/**
 * Reads the overview's URL. Never fails: what is unknown or cannot be read is left out and reported in `ignored`. Bounds win over a
 * preset. Unlike a list, the overview leaves out by itself what statistics do not count; `counted=all` takes it in.
 */
export function readOverview(
  params: SearchParams,
  zone: string,
  now: Date,
): { view: OverviewView; ignored: IgnoredParameter[] } {
  const { filter, ignored } = parseCallFilter(params, zone, [...NOT_OURS, "range", "map", "series"]);
  const ignore = (...names: string[]) => {
    for (const name of names) {
      const value = textOf(params, name);
      if (value !== "") {
        ignored.push({ name, value });
      }
    }
  };
  const choose = <Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined => {
    const found = choices.find((choice) => choice === textOf(params, name));
    if (found === undefined) {
      ignore(name);
    }
    return found;
  };

  const preset = choose("range", PRESETS);
  const isCustom = filter.from !== null || filter.to !== null;
  const custom = isCustom ? customPeriod(filter.from, filter.to, now, zone) : null;
  if (isCustom) {
    ignore(...(custom === null ? ["from", "to"] : preset === undefined ? [] : ["range"]));
  }
  ignore(...NOT_OURS);
  const period = custom ?? presetPeriod(preset ?? DEFAULT_PRESET, now, zone);
  const isCountedKnown = textOf(params, "counted") !== "" && !ignored.some(({ name }) => name === "counted");
  const view = {
    period,
    filter: { ...filter, ...spanBounds(period, zone), counted: isCountedKnown ? filter.counted : true },
    map: choose("map", MAP_MEASURES) ?? "volume",
    series: choose("series", SERIES_FORMS) ?? "chart",
  };
  return { view, ignored };
}

function textOf(params: SearchParams, name: string): string {
  const value = params[name];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim();
}

export type OverviewChange = Partial<Pick<OverviewView, "filter" | "map" | "series">> & { preset?: Preset };

/** The overview's URL, in one order and without defaults. */
export function overviewHref(view: OverviewView, change: OverviewChange = {}): "/" | `/?${string}` {
  const filter = change.filter ?? view.filter;
  const preset = change.preset ?? view.period.preset;
  const params = new URLSearchParams();
  if (preset !== null && preset !== DEFAULT_PRESET) {
    params.set("range", preset);
  }
  for (const [name, value] of callFilterParams(preset === null ? filter : { ...filter, from: null, to: null })) {
    params.set(name, value);
  }
  params.delete("counted");
  if (filter.counted !== true) {
    params.set("counted", filter.counted === null ? "all" : "0");
  }
  const [map, series] = [change.map ?? view.map, change.series ?? view.series];
  if (map !== "volume") {
    params.set("map", map);
  }
  if (series !== "chart") {
    params.set("series", series);
  }
  const query = params.toString().replaceAll("%2C", ",");
  return query === "" ? "/" : `/?${query}`;
}

/** What narrows the overview besides its range and what it counts, which are no chips. */
export function narrowingOf(filter: CallFilter): CallFilter {
  return { ...filter, from: null, to: null, counted: null };
}

/** The same overview, narrowed by something else. */
export function narrowedHref(view: OverviewView, narrowing: CallFilter) {
  const { from, to, counted } = view.filter;
  return overviewHref(view, { filter: { ...narrowing, from, to, counted } });
}

/* ── Links ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Which of the counted calls a number is about. A null among `outcome` and `scenario` is "the vendor did not say". */
export type Part = {
  span?: Parameters<typeof spanBounds>[0];
  outcome?: readonly (string | null)[];
  goal?: readonly string[];
  scenario?: string | null;
  weekday?: number;
  hour?: number;
  /** Only calls that the vendor gave a duration for. */
  timed?: true;
  criterion?: string;
  criterionMet?: boolean;
};

/** The parts that the figures of `lib/statistics/figures.ts` count. */
export const PARTS = {
  reached: { outcome: REACHED },
  assessed: { goal: GOAL_ASSESSED },
  met: { goal: [GOAL_MET] },
  timed: { outcome: REACHED, timed: true },
} as const satisfies Record<string, Part>;

/**
 * The filter that finds exactly a part of what another filter finds; null where no filter can say it (an outcome that the other one
 * excludes, more values than a list holds, two criteria at once).
 */
export function partOf(filter: CallFilter, part: Part): CallFilter | null {
  const outcome = part.outcome === undefined ? filter.outcome : meet(filter.outcome, part.outcome);
  const goal = part.goal === undefined ? filter.goal : meet(filter.goal, part.goal);
  const scenario = part.scenario === undefined ? filter.scenario : meet(filter.scenario, [part.scenario]);
  const weekday = part.weekday === undefined ? filter.weekday : meet(filter.weekday, [part.weekday]);
  const hour = part.hour === undefined ? filter.hour : meet(filter.hour, [part.hour]);
  const { criterion = filter.criterion, criterionMet = filter.criterionMet } = part;
  if (
    outcome === null ||
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
    ...(part.span === undefined ? {} : spanBounds(part.span, filter.zone)),
    outcome,
    goal,
    scenario,
    weekday,
    hour,
    minDuration: part.timed ? (filter.minDuration ?? 0) : filter.minDuration,
    criterion,
    criterionMet,
  };
}

/** The list of exactly that part, or undefined where no filter can say it. */
export function partHref(filter: CallFilter, part: Part = {}, sort: "-time" | "-duration" = "-time") {
  const found = partOf(filter, part);
  return found === null ? undefined : callsHref(found, { sort });
}

/** What both lists name, where an empty one names everything. Null for nothing, which no list can say. */
function meet<Value extends string | number>(some: Value[], others: readonly (Value | null)[]): Value[] | null {
  const named = others.map((value) => value ?? (UNKNOWN as Value));
  const both = some.length === 0 ? named : named.filter((value) => some.includes(value));
  return both.length === 0 || both.length > MAX_LIST_ITEMS ? null : both;
}
