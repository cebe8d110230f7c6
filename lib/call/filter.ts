import { z } from "zod";

import { latinDigits } from "@/lib/text/digits";
import { addDays, parseIsoDate, startOfDay } from "@/lib/time/time";

import { ENRICHMENT_STATES, type EnrichmentState } from "./enrichment";

/**
 * The one filter of Callboard: the list, its count, the charts, the export, every link and every saved view speak it. It
 * lives in the URL under the names of `CALL_FILTER_PARAMETERS`.
 */
export type CallFilter = {
  /** Lists are "any of"; empty means "all". `unknown` stands for "the vendor did not say". */
  outcome: string[];
  goal: string[];
  direction: string[];
  language: string[];
  scenario: string[];
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive: for a day the end of that day. */
  to: TimeBound | null;
  /** ISO weekdays, 1 Monday to 7 Sunday, and hours of the clock, 0 to 23: both in `zone`. */
  weekday: number[];
  hour: number[];
  /** The organization's zone; it narrows nothing by itself and is not in the URL. */
  zone: string;
  q: string | null;
  /** Digits to look for in the number. */
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
  /** How far the vendor's API was asked; `not_found` are the calls that it does not know. */
  enrichment: EnrichmentState[];
  /** Only tests, or none of them. */
  test: boolean | null;
};

/** `text` as it stands in the URL, `at` the instant it means in the organization's zone. */
export type TimeBound = { text: string; at: Date };

export const CALL_SORTS = ["-time", "time", "-duration", "duration"] as const;
export type CallSort = (typeof CALL_SORTS)[number];

/** What a list adds to the filter: order and place. */
export type CallListView = { sort: CallSort; cursor: string | null; perPage: number };

/** A parameter that was not understood and therefore left out: the page names it. */
export type IgnoredParameter = { name: string; value: string };

export type ParsedCallFilter = { filter: CallFilter; view: CallListView; ignored: IgnoredParameter[] };

export type SearchParams = Record<string, string | string[] | undefined>;

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

export const PER_PAGE_CHOICES = [25, 50, 100] as const;
export const DEFAULT_VIEW: CallListView = { sort: "-time", cursor: null, perPage: 50 };

/** The value of a list parameter that stands for null, and for the vendor's own "unknown", which says no more. */
export const UNKNOWN = "unknown";

const GOAL_ALIASES: ReadonlyMap<string, string> = new Map([
  ["met", "success"],
  ["not_met", "failure"],
  ["not_assessable", "error"],
  ["not_assessed", UNKNOWN],
]);

/** What one list parameter can name. */
export const MAX_LIST_ITEMS = 50;
const DAY_SECONDS = 86_400;

/** A comma list of a URL. */
export const list = z.string().transform((text, context) => {
  const items = [...new Set(text.split(",").map((item) => unescapeItem(item.trim())))].filter((item) => item !== "");
  if (items.length === 0 || items.length > MAX_LIST_ITEMS || items.some((item) => item.length > 200) || hasNul(text)) {
    context.addIssue("not a list of values");
    return z.NEVER;
  }
  return items;
});

/** Whole numbers of a clock or a week, in order. */
const numbers = (min: number, max: number) =>
  z.string().transform((text, context) => {
    const items = text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
    const values = items.map((item) => (/^\d{1,2}$/.test(item) ? Number(item) : Number.NaN));
    if (values.length === 0 || values.some((value) => !(value >= min && value <= max))) {
      context.addIssue(`not a list of numbers from ${min} to ${max}`);
      return z.NEVER;
    }
    return [...new Set(values)].toSorted((a, b) => a - b);
  });

/** A date (a day of the zone) or an instant; `ofDay` says which day's beginning a date stands for. */
export const timeBound = (zone: string, ofDay: (date: string) => string) =>
  z.string().transform((text, context): TimeBound => {
    const date = parseIsoDate(text);
    const isInstant = date === null && z.iso.datetime({ offset: true }).safeParse(text).success;
    const isInRange = /^(19[7-9]|2\d\d)\d-/.test(text);
    if (!isInRange || (date === null && !isInstant)) {
      context.addIssue("not a date or an instant of the years 1970 to 2999");
      return z.NEVER;
    }
    return { text, at: date === null ? new Date(text) : startOfDay(ofDay(date), zone) };
  });

const seconds = z
  .string()
  .regex(/^\d{1,6}$/)
  .transform(Number)
  .pipe(z.int().max(DAY_SECONDS));

const phoneDigits = z
  .string()
  .max(40)
  .transform((text) => latinDigits(text).replaceAll(/[^\d]/g, ""))
  .pipe(z.string().min(2));

const flag = z.enum(["1", "true", "yes", "0", "false", "no"]).transform((text) => ["1", "true", "yes"].includes(text));

/** `all` is what an absent parameter means to a list; the overview counts by default and needs a word for it. */
const flagOrAll = z.union([flag, z.literal("all").transform(() => null)]);

/** The merge keeps 500 characters of a criterion; one outside the basic plane is two of JavaScript's. */
const MAX_CRITERION_LENGTH = 1000;
const criterion = z
  .string()
  .max(MAX_CRITERION_LENGTH)
  .refine((text) => !hasNul(text));

/** Every parameter of a call list's URL and how its text is read. */
const readers = (zone: string) => ({
  outcome: list,
  goal: list.transform((items) => [...new Set(items.map((item) => GOAL_ALIASES.get(item) ?? item))]),
  direction: list,
  language: list,
  scenario: list,
  from: timeBound(zone, (date) => date),
  to: timeBound(zone, (date) => addDays(date, 1)),
  weekday: numbers(1, 7),
  hour: numbers(0, 23),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .refine((text) => !hasNul(text)),
  phone: phoneDigits,
  min_duration: seconds,
  max_duration: seconds,
  reviewed: flag,
  criterion,
  criterion_met: flag,
  counted: flagOrAll,
  enrichment: list.pipe(z.array(z.enum(ENRICHMENT_STATES))),
  test: flag,
  sort: z.enum(CALL_SORTS),
  cursor: z
    .string()
    .max(400)
    .refine((text) => decodeCursor(text) !== null),
  per_page: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(200)),
});

type Reader = keyof ReturnType<typeof readers>;
type Values = { [Name in Reader]?: z.infer<ReturnType<typeof readers>[Name]> };

/** The names of the filter's parameters in a URL; the rest of a list's URL is order and place. */
export const CALL_FILTER_PARAMETERS = [
  "outcome",
  "goal",
  "direction",
  "language",
  "scenario",
  "from",
  "to",
  "weekday",
  "hour",
  "q",
  "phone",
  "min_duration",
  "max_duration",
  "reviewed",
  "criterion",
  "criterion_met",
  "enrichment",
  "test",
  "counted",
] as const satisfies readonly Reader[];

/**
 * Reads a URL's parameters. Never fails: what is unknown or cannot be read is left out and reported in `ignored`.
 *
 * @param zone the organization's time zone, in which a date is a day
 * @param alsoKnown parameters that the page reads itself
 */
export function parseCallFilter(
  params: SearchParams,
  zone: string,
  alsoKnown: readonly string[] = [],
): ParsedCallFilter {
  const ignored: IgnoredParameter[] = [];
  const values: Values = {};
  const known = readers(zone);
  for (const [name, raw] of Object.entries(params)) {
    if (raw === undefined || alsoKnown.includes(name)) {
      continue;
    }
    const text = Array.isArray(raw) ? raw.join(",") : raw;
    if (!Object.hasOwn(known, name)) {
      ignored.push({ name, value: text });
    } else if (text.trim() !== "") {
      const parsed = known[name as Reader].safeParse(text);
      if (parsed.success) {
        Object.assign(values, { [name]: parsed.data });
      } else {
        ignored.push({ name, value: text });
      }
    }
  }
  if (values.criterion_met !== undefined && values.criterion === undefined) {
    ignored.push({ name: "criterion_met", value: flagText(values.criterion_met) ?? "" });
    delete values.criterion_met;
  }
  return { filter: toFilter(values, zone), view: toView(values), ignored };
}

function toFilter(values: Values, zone: string): CallFilter {
  return {
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
    criterion: values.criterion ?? null,
    criterionMet: values.criterion_met ?? null,
    counted: values.counted ?? null,
    enrichment: values.enrichment ?? [],
    test: values.test ?? null,
  };
}

function toView(values: Values): CallListView {
  return {
    sort: values.sort ?? DEFAULT_VIEW.sort,
    cursor: values.cursor ?? null,
    perPage: values.per_page ?? DEFAULT_VIEW.perPage,
  };
}

/** The filter as URL parameters, in one order and without defaults, so that equal filters give equal URLs. */
export function callFilterParams(filter: CallFilter): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: (typeof CALL_FILTER_PARAMETERS)[number], value: string | number | null) => {
    if (value !== null && value !== "") {
      params.set(name, String(value));
    }
  };
  for (const name of ["outcome", "goal", "direction", "language", "scenario"] as const) {
    put(name, filter[name].map(escapeItem).join(","));
  }
  put("from", filter.from?.text ?? null);
  put("to", filter.to?.text ?? null);
  put("weekday", filter.weekday.join(","));
  put("hour", filter.hour.join(","));
  put("q", filter.q);
  put("phone", filter.phone);
  put("min_duration", filter.minDuration);
  put("max_duration", filter.maxDuration);
  put("reviewed", flagText(filter.reviewed));
  put("criterion", filter.criterion);
  put("criterion_met", flagText(filter.criterionMet));
  put("counted", flagText(filter.counted));
  put("enrichment", filter.enrichment.join(","));
  put("test", flagText(filter.test));
  return params;
}

function flagText(value: boolean | null): string | null {
  return value === null ? null : value ? "1" : "0";
}

/** `/calls` with this filter, and where given with this order and place. */
export function callsHref(filter: CallFilter, view: Partial<CallListView> = {}, path: "/calls" = "/calls") {
  const params = callFilterParams(filter);
  if (view.sort !== undefined && view.sort !== DEFAULT_VIEW.sort) {
    params.set("sort", view.sort);
  }
  if (view.perPage !== undefined && view.perPage !== DEFAULT_VIEW.perPage) {
    params.set("per_page", String(view.perPage));
  }
  if (view.cursor !== undefined && view.cursor !== null) {
    params.set("cursor", view.cursor);
  }
  // A comma separates the items of a list and needs no escape in a query.
  const query = params.toString().replaceAll("%2C", ",");
  return (query === "" ? path : `${path}?${query}`) as `${typeof path}?${string}` | typeof path;
}

/** Whether anything narrows the list. */
export function isFiltered(filter: CallFilter): boolean {
  return callFilterParams(filter).size > 0;
}

/** A place between two rows of a sorted list: the row's sort value (milliseconds or seconds), its id, which side is meant. */
export type Cursor = { side: "after" | "before"; value: number; callId: string };

const END_OF_TIME = Date.UTC(3000, 0);
const cursorSchema = z.tuple([
  z.enum(["after", "before"]),
  z.int().min(-1).max(END_OF_TIME),
  z
    .string()
    .min(1)
    .max(200)
    .refine((text) => !hasNul(text)),
]);

export function encodeCursor({ side, value, callId }: Cursor): string {
  return toBase64Url(JSON.stringify([side, value, callId]));
}

/** Null for text that is no cursor. */
export function decodeCursor(text: string): Cursor | null {
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(fromBase64Url(text)));
    return parsed.success ? { side: parsed.data[0], value: parsed.data[1], callId: parsed.data[2] } : null;
  } catch {
    return null;
  }
}

// The filter is read in the browser too, which has no Buffer.
function toBase64Url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder("utf-8", { fatal: true }).decode(
    Uint8Array.from(binary, (character) => character.charCodeAt(0)),
  );
}

/** The vendor's words are any text: one with a comma must not fall apart in a list. */
function escapeItem(item: string): string {
  return item.replaceAll("%", "%25").replaceAll(",", "%2C");
}

/** Only what `escapeItem` wrote: a percent sign that somebody typed stays one. */
function unescapeItem(item: string): string {
  return item.replaceAll(/%(?:2C|25)/g, (escape) => (escape === "%25" ? "%" : ","));
}

/** Postgres takes every character but this one, and a query that it refuses is an error page. */
function hasNul(text: string): boolean {
  return text.includes("\u0000");
}
