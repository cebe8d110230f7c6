import { type CallFilter, parseCallFilter } from "@/lib/call/filter";
import { callFilterParams } from "@/lib/call/filter-params";
import {
  boundsOf,
  customPeriod,
  DEFAULT_PRESET,
  type Period,
  type Preset,
  presetPeriod,
  PRESETS,
} from "@/lib/time/period";
import { hrefWith, type IgnoredParameter, type SearchParams } from "@/lib/url/parameters";

/** The measure in the map of hours: the number of calls, or the share of calls that reached the customer. */
export const MAP_MEASURES = ["volume", "reach"] as const;
type MapMeasure = (typeof MAP_MEASURES)[number];

/** The forms in which calls over time can be shown. */
const SERIES_FORMS = ["chart", "table"] as const;
type SeriesForm = (typeof SERIES_FORMS)[number];

/**
 * The state of the overview in its URL: a period, a call filter, and how two panels are shown. The bounds of `filter` are the period, so
 * `filter` selects exactly the calls that the page counts.
 */
export type OverviewView = { period: Period; filter: CallFilter; map: MapMeasure; series: SeriesForm };

/** The parameters of a list, which the overview ignores. */
const LIST_PARAMETERS = ["sort", "cursor", "per_page", "by"];

/**
 * Reads the overview's URL. Never throws: parameters that are unknown or cannot be read are reported in `ignored`. Valid bounds take
 * precedence over a preset. Unlike a list, the overview selects only the calls that statistics count, unless the URL has `counted`.
 */
export function readOverview(
  params: SearchParams,
  zone: string,
  now: Date,
): { view: OverviewView; ignored: IgnoredParameter[] } {
  const { filter, ignored } = parseCallFilter(params, zone, [...LIST_PARAMETERS, "range", "map", "series"]);
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
  ignore(...LIST_PARAMETERS);
  const period = custom ?? presetPeriod(preset ?? DEFAULT_PRESET, now, zone);
  const isCountedKnown = textOf(params, "counted") !== "" && !ignored.some(({ name }) => name === "counted");
  const view = {
    period,
    filter: { ...filter, ...boundsOf(period, zone), counted: isCountedKnown ? filter.counted : true },
    map: choose("map", MAP_MEASURES) ?? "volume",
    series: choose("series", SERIES_FORMS) ?? "chart",
  };
  return { view, ignored };
}

function textOf(params: SearchParams, name: string): string {
  const value = params[name];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim();
}

type OverviewChange = Partial<Pick<OverviewView, "filter" | "map" | "series">> & { preset?: Preset };

/** The overview's URL, with parameters in a fixed order and without defaults. */
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
  return hrefWith("/", params);
}

/** The filter without the period and `counted`, which are not shown as chips. */
export function narrowingOf(filter: CallFilter): CallFilter {
  return { ...filter, from: null, to: null, counted: null };
}

/** The URL of the overview with another filter, in the form that `narrowingOf` returns. */
export function narrowedHref(view: OverviewView, narrowing: CallFilter) {
  const { from, to, counted } = view.filter;
  return overviewHref(view, { filter: { ...narrowing, from, to, counted } });
}
