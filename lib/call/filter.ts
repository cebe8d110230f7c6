import { z } from "zod";

import { digitsOf } from "@/lib/text/digits";
import { commaList, numberList } from "@/lib/url/comma-list";
import { flag, type IgnoredParameter, postgresText, readParameters, type SearchParams } from "@/lib/url/parameters";
import { type TimeBound, timeBounds } from "@/lib/url/time-bound";

import { ENRICHMENT_STATES, type EnrichmentState } from "./enrichment";
import { type CallListView, DEFAULT_VIEW, VIEW_READERS } from "./list-view";

/**
 * Which calls are meant. The list, its count, the statistics, the export and every link use this one filter. In a URL it has the
 * parameters of `filterReaders`; `callFilterParams` writes them.
 */
export type CallFilter = {
  /** A list means "any of"; an empty one means "all". `unknown` stands for "the vendor did not say". */
  outcome: string[];
  goal: string[];
  direction: string[];
  language: string[];
  scenario: string[];
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive: for a date the end of that day. */
  to: TimeBound | null;
  /** ISO weekdays, 1 Monday to 7 Sunday, and hours of the clock, 0 to 23: both in `zone`. */
  weekday: number[];
  hour: number[];
  /** The organization's time zone. It excludes nothing and is not in the URL. */
  zone: string;
  /** Searched in what was said, in the customer's name and in the call's id. */
  q: string | null;
  /** Digits to look for in the phone number. */
  phone: string | null;
  /** Seconds, inclusive. */
  minDuration: number | null;
  maxDuration: number | null;
  reviewed: boolean | null;
  /** Calls whose report judges this success criterion, by its exact text; `criterionMet`: only those that met or missed it. */
  criterion: string | null;
  criterionMet: boolean | null;
  /**
   * True: only what statistics count, no tests and no calls that the vendor does not know. False: only what they leave out.
   * Null: both.
   */
  counted: boolean | null;
  /** What is known from the vendor's API; `not_found` are the calls that it does not know. */
  enrichment: EnrichmentState[];
  /** True: only test calls. False: no test calls. */
  test: boolean | null;
};

export const NO_FILTER: CallFilter = {
  outcome: [],
  goal: [],
  direction: [],
  language: [],
  scenario: [],
  from: null,
  to: null,
  weekday: [],
  hour: [],
  zone: "UTC",
  q: null,
  phone: null,
  minDuration: null,
  maxDuration: null,
  reviewed: null,
  criterion: null,
  criterionMet: null,
  counted: null,
  enrichment: [],
  test: null,
};

/** The value of a list that stands for null, and for the vendor's own "unknown", which says the same. */
export const UNKNOWN = "unknown";

/** The names of goals on the page, and the statuses of the vendor that they stand for. */
const GOAL_ALIASES: ReadonlyMap<string, string> = new Map([
  ["met", "success"],
  ["not_met", "failure"],
  ["not_assessable", "error"],
  ["not_assessed", UNKNOWN],
]);

const DAY_SECONDS = 86_400;
const seconds = z
  .string()
  .regex(/^\d{1,6}$/)
  .transform(Number)
  .pipe(z.int().max(DAY_SECONDS));

/** `all` is what an absent parameter means to a list. The overview counts by default and needs a value for it. */
const flagOrAll = z.union([flag, z.literal("all").transform(() => null)]);

/** The merge keeps 500 characters of a criterion; one outside the basic plane is two of JavaScript's. */
const MAX_CRITERION_LENGTH = 1000;

/** How each parameter of the filter is read, by its name in the URL. */
const filterReaders = (zone: string) => ({
  outcome: commaList,
  goal: commaList.transform((items) => [...new Set(items.map((item) => GOAL_ALIASES.get(item) ?? item))]),
  direction: commaList,
  language: commaList,
  scenario: commaList,
  ...timeBounds(zone),
  weekday: numberList(1, 7),
  hour: numberList(0, 23),
  q: postgresText.trim().min(1).max(200),
  phone: z.string().max(40).transform(digitsOf).pipe(z.string().min(2)),
  min_duration: seconds,
  max_duration: seconds,
  reviewed: flag,
  criterion: postgresText.max(MAX_CRITERION_LENGTH),
  criterion_met: flag,
  counted: flagOrAll,
  enrichment: commaList.pipe(z.array(z.enum(ENRICHMENT_STATES))),
  test: flag,
});

/** The name of a parameter of the filter in a URL. */
export type CallFilterParameter = keyof ReturnType<typeof filterReaders>;

/**
 * Reads the URL of a list of calls. Never throws: what is unknown or cannot be read is left out and reported in `ignored`.
 *
 * @param zone the organization's time zone, in which a date is a day
 * @param alsoKnown parameters that the page reads itself
 */
export function parseCallFilter(
  params: SearchParams,
  zone: string,
  alsoKnown: readonly string[] = [],
): { filter: CallFilter; view: CallListView; ignored: IgnoredParameter[] } {
  const { values, ignored } = readParameters(params, { ...filterReaders(zone), ...VIEW_READERS }, alsoKnown);
  const { criterion = null } = values;
  if (criterion === null && values.criterion_met !== undefined) {
    ignored.push({ name: "criterion_met", value: String(params["criterion_met"]) });
  }
  const filter: CallFilter = {
    outcome: values.outcome ?? [],
    goal: values.goal ?? [],
    direction: values.direction ?? [],
    language: values.language ?? [],
    scenario: values.scenario ?? [],
    from: values.from ?? null,
    to: values.to ?? null,
    weekday: values.weekday ?? [],
    hour: values.hour ?? [],
    zone,
    q: values.q ?? null,
    phone: values.phone ?? null,
    minDuration: values.min_duration ?? null,
    maxDuration: values.max_duration ?? null,
    reviewed: values.reviewed ?? null,
    criterion,
    criterionMet: criterion === null ? null : (values.criterion_met ?? null),
    counted: values.counted ?? null,
    enrichment: values.enrichment ?? [],
    test: values.test ?? null,
  };
  const view: CallListView = {
    sort: values.sort ?? DEFAULT_VIEW.sort,
    cursor: values.cursor ?? DEFAULT_VIEW.cursor,
    perPage: values.per_page ?? DEFAULT_VIEW.perPage,
  };
  return { filter, view, ignored };
}
