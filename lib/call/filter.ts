import { z } from "zod";

import { MAX_CALL_ID_LENGTH } from "@/lib/sarj/call-id";
import { digitsOf } from "@/lib/text/digits";
import { commaList, numberList } from "@/lib/url/comma-list";
import { flag, type IgnoredParameter, postgresText, readParameters, type SearchParams } from "@/lib/url/parameters";
import { type TimeBound, timeBounds } from "@/lib/url/time-bound";

import { DIAL_RESULTS, type DialResult, STATE_CHOICES, type StateChoice } from "./contact";
import { ENRICHMENT_STATES, type EnrichmentState } from "./enrichment";
import { type CallListView, DEFAULT_VIEW, VIEW_READERS } from "./list-view";

/**
 * Selects calls. The list, its count, the statistics, the export and every link use this one filter. `filterReaders` reads its URL
 * parameters, and `callFilterParams` writes them.
 */
export type CallFilter = {
  /** A list means "any of"; an empty list means "all". `UNKNOWN` matches calls without a value. */
  outcome: string[];
  goal: string[];
  direction: string[];
  language: string[];
  scenario: string[];
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive. For a date, it is the end of that day. */
  to: TimeBound | null;
  /** ISO weekdays, 1 Monday to 7 Sunday, and hours of the day, 0 to 23. Both are in `zone`. */
  weekday: number[];
  hour: number[];
  /** The organization's time zone. It is not in the URL. */
  zone: string;
  /** A search in the spoken words and in the customer's name, or a whole call id. */
  q: string | null;
  /** Digits to look for in the phone number. */
  phone: string | null;
  /** Seconds, inclusive. */
  minDuration: number | null;
  maxDuration: number | null;
  /** Whether the call was dialled, and reached the customer. */
  dial: DialResult[];
  /** The id of a contact. */
  contact: string | null;
  /** The state of the call's contact. */
  state: StateChoice[];
  /** Which dial of its contact a call is, as text of whole numbers from 1. `UNKNOWN` matches calls without the number. */
  attempt: string[];
  reviewed: boolean | null;
  /** Calls whose report judges the success criterion with exactly this text. `criterionMet` selects those that met or missed it. */
  criterion: string | null;
  criterionMet: boolean | null;
  /**
   * True: only calls that statistics count, which excludes tests and calls that the vendor does not know. False: only the excluded
   * calls. Null: both.
   */
  counted: boolean | null;
  /** The states of enrichment; `not_found` means that the vendor's API does not know the call. */
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
  dial: [],
  contact: null,
  state: [],
  attempt: [],
  reviewed: null,
  criterion: null,
  criterionMet: null,
  counted: null,
  enrichment: [],
  test: null,
};

/** The list value that matches null and the vendor's `unknown`. */
export const UNKNOWN = "unknown";

/** Names for goals that the URL accepts, and the vendor's status for each. */
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

/** Whole numbers from 1 without leading zeros, so that equal filters give equal URLs, or `unknown`. */
const attemptList = commaList.pipe(z.array(z.string().regex(/^(?:[1-9]\d{0,4}|unknown)$/)));

/** `all` selects all calls. Lists do so by default. The overview selects only counted calls by default, so it needs this value. */
const flagOrAll = z.union([flag, z.literal("all").transform(() => null)]);

/** The merge keeps 500 characters of a criterion. In JavaScript, a character outside the BMP has length 2. */
const MAX_CRITERION_LENGTH = 1000;

/** The reader of each filter parameter, by its name in the URL. */
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
  dial: commaList.pipe(z.array(z.enum(DIAL_RESULTS))),
  contact: postgresText.min(1).max(MAX_CALL_ID_LENGTH),
  state: commaList.pipe(z.array(z.enum(STATE_CHOICES))),
  attempt: attemptList,
  reviewed: flag,
  criterion: postgresText.max(MAX_CRITERION_LENGTH),
  criterion_met: flag,
  counted: flagOrAll,
  enrichment: commaList.pipe(z.array(z.enum(ENRICHMENT_STATES))),
  test: flag,
});

/** The name of a filter parameter in the URL. */
export type CallFilterParameter = keyof ReturnType<typeof filterReaders>;

/**
 * Reads the URL of a list of calls. Never throws: parameters that are unknown or cannot be read are reported in `ignored`.
 *
 * @param zone the organization's time zone, in which dates are interpreted
 * @param alsoKnown names of parameters that the caller reads itself
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
    dial: values.dial ?? [],
    contact: values.contact ?? null,
    state: values.state ?? [],
    attempt: values.attempt ?? [],
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
    by: values.by ?? DEFAULT_VIEW.by,
  };
  return { filter, view, ignored };
}
