import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { DIAL_RESULTS, STATE_CHOICES } from "@/lib/call/contact";
import { ENRICHMENT_STATES } from "@/lib/call/enrichment";
import { type CallFilter, type CallFilterParameter, NO_FILTER, parseCallFilter } from "@/lib/call/filter";
import { callFilterParams, isFiltered } from "@/lib/call/filter-params";
import { callsHref } from "@/lib/call/link";
import { CALL_SORTS, DEFAULT_VIEW, LIST_ROWS } from "@/lib/call/list-view";
import { encodeCursor } from "@/lib/url/cursor";
import type { SearchParams } from "@/lib/url/parameters";

const ZONE = "Asia/Riyadh";

function read(query: string, zone = ZONE) {
  return parseCallFilter(Object.fromEntries(new URLSearchParams(query)), zone);
}

/* Generates every filter that a URL can express. */
const word = fc
  .string({ unit: fc.constantFrom(..."abcزةé_-.,%& +=?#\"'<>"), minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() === text);
const words = fc.uniqueArray(word, { maxLength: 4 });
const day = fc
  .date({ min: new Date("1970-01-02"), max: new Date("2999-12-30"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const instant = fc
  .date({ min: new Date("1970-01-02"), max: new Date("2999-12-30"), noInvalidDate: true })
  .map((date) => date.toISOString());
const bound = (name: "from" | "to") =>
  fc.option(
    fc.oneof(day, instant).map((text) => read(`${name}=${encodeURIComponent(text)}`).filter[name]),
    { nil: null },
  );
const flag = fc.option(fc.boolean(), { nil: null });
const filters: fc.Arbitrary<CallFilter> = fc
  .record({
    outcome: words,
    goal: words,
    direction: words,
    language: words,
    scenario: words,
    from: bound("from"),
    to: bound("to"),
    weekday: fc.uniqueArray(fc.integer({ min: 1, max: 7 })).map((days) => days.toSorted((a, b) => a - b)),
    hour: fc.uniqueArray(fc.integer({ min: 0, max: 23 })).map((hours) => hours.toSorted((a, b) => a - b)),
    zone: fc.constant(ZONE),
    q: fc.option(word, { nil: null }),
    phone: fc.option(fc.stringMatching(/^\d{2,15}$/), { nil: null }),
    minDuration: fc.option(fc.nat(86_400), { nil: null }),
    maxDuration: fc.option(fc.nat(86_400), { nil: null }),
    dial: fc.uniqueArray(fc.constantFrom(...DIAL_RESULTS)),
    contact: fc.option(word, { nil: null }),
    state: fc.uniqueArray(fc.constantFrom(...STATE_CHOICES)),
    attempt: fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 99_999 }).map(String), fc.constant("unknown"))),
    reviewed: flag,
    criterion: fc.option(word, { nil: null }),
    criterionMet: flag,
    counted: flag,
    enrichment: fc.uniqueArray(fc.constantFrom(...ENRICHMENT_STATES)),
    test: flag,
  })
  .map((filter): CallFilter => Object.assign(filter, filter.criterion === null ? { criterionMet: null } : {}));

test("a filter is unchanged after a round trip through the URL", () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const parsed = read(callFilterParams(filter).toString());
      expect(parsed.ignored).toEqual([]);
      expect(parsed.filter).toEqual(filter);
      expect(callFilterParams(parsed.filter).toString()).toBe(callFilterParams(filter).toString());
    }),
  );
});

test("a link to a list keeps the filter, the sort order, the page size and the cursor", () => {
  const views = fc.record({
    sort: fc.constantFrom(...CALL_SORTS),
    perPage: fc.integer({ min: 1, max: 200 }),
    by: fc.constantFrom(...LIST_ROWS),
    cursor: fc.option(fc.constant(encodeCursor({ side: "after", value: 17, id: "a,b/ز" })), { nil: null }),
  });
  fc.assert(
    fc.property(filters, views, (filter, view) => {
      const url = new URL(callsHref(filter, view), "http://localhost");
      expect(parseCallFilter(Object.fromEntries(url.searchParams), ZONE)).toEqual({ filter, view, ignored: [] });
    }),
  );
});

const FILTER_PARAMETERS: CallFilterParameter[] = [
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
];

test("parsing never throws, and lists only parameters of the URL as ignored", () => {
  const names = fc.oneof(
    fc.constantFrom<string>(...FILTER_PARAMETERS, "sort", "cursor", "per_page", "__proto__", "constructor", "toString"),
    fc.string(),
  );
  const values = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.string({ unit: "binary" })),
    fc.constantFrom(
      "2026-02-30",
      "1e9",
      "-1",
      "NaN",
      "Infinity",
      "null",
      "\u0000",
      "%00",
      "a".repeat(5000),
      ",,,",
      "٠٥٠",
    ),
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(names, values), { selector: ([name]) => name }), (pairs) => {
      const params = Object.fromEntries(pairs) as SearchParams;
      const { filter, view, ignored } = parseCallFilter(params, ZONE);
      expect(parseCallFilter(Object.fromEntries(callFilterParams(filter)), ZONE).filter).toEqual(filter);
      expect(CALL_SORTS).toContain(view.sort);
      expect(view.perPage).toBeGreaterThan(0);
      expect(Object.keys(params)).toEqual(expect.arrayContaining(ignored.map(({ name }) => name)));
      expect(JSON.stringify(filter)).not.toContain("\\u0000");
    }),
    { numRuns: 500 },
  );
});

for (const [query, name] of [
  ["from=yesterday", "from"],
  ["from=2026-02-30", "from"],
  ["to=2026-01-01T10:00", "to"],
  ["min_duration=-5", "min_duration"],
  ["min_duration=90000", "min_duration"],
  ["phone=x", "phone"],
  ["reviewed=maybe", "reviewed"],
  ["sort=name", "sort"],
  ["cursor=bad", "cursor"],
  ["per_page=0", "per_page"],
  ["per_page=1000", "per_page"],
  ["colour=red", "colour"],
  ["q=%00", "q"],
] as const) {
  test(`${query} is ignored and reported`, () => {
    const parsed = read(`${query}&outcome=no_answer`);
    expect(parsed.ignored.map((parameter) => parameter.name)).toEqual([name]);
    expect(parsed.filter).toEqual({ ...NO_FILTER, zone: ZONE, outcome: ["no_answer"] });
    expect(parsed.view).toEqual(DEFAULT_VIEW);
  });
}

test("empty parameters, as a form sends them, set no filter and are not reported as ignored", () => {
  const parsed = read("q=&phone=&from=&to=&outcome=&min_duration=");
  expect(parsed.ignored).toEqual([]);
  expect(isFiltered(parsed.filter)).toBe(false);
});

test("a date means a whole day in the organization's time zone; an instant is exact", () => {
  const at = (query: string, zone: string) => {
    const { filter } = read(query, zone);
    return [filter.from?.at.toISOString(), filter.to?.at.toISOString()];
  };
  expect(at("from=2026-05-04&to=2026-05-04", "Asia/Riyadh")).toEqual([
    "2026-05-03T21:00:00.000Z",
    "2026-05-04T21:00:00.000Z",
  ]);
  expect(at("from=2026-05-04T00:00:00Z&to=2026-05-04T12:00:00%2B03:00", "Asia/Riyadh")).toEqual([
    "2026-05-04T00:00:00.000Z",
    "2026-05-04T09:00:00.000Z",
  ]);
  // Egypt's clocks go forward at the start of 24 April 2026: the day has 23 hours.
  expect(at("from=2026-04-24&to=2026-04-24", "Africa/Cairo")).toEqual([
    "2026-04-23T22:00:00.000Z",
    "2026-04-24T21:00:00.000Z",
  ]);
  // Egypt's clocks go back at the end of the last Thursday of October: 29 October has 25 hours.
  expect(at("from=2026-10-29&to=2026-10-29", "Africa/Cairo")).toEqual([
    "2026-10-28T21:00:00.000Z",
    "2026-10-29T22:00:00.000Z",
  ]);
});

test("a phone number may contain Arabic digits, spaces and signs", () => {
  expect(read("phone=%2B966 50-123").filter.phone).toBe("96650123");
  expect(read(`phone=${encodeURIComponent("٠٥٠١٢٣")}`).filter.phone).toBe("050123");
});

test("the URL uses the page's names of goals; the filter uses the report's", () => {
  expect(read("goal=met,not_met,not_assessable,not_assessed,odd").filter.goal).toEqual([
    "success",
    "failure",
    "error",
    "unknown",
    "odd",
  ]);
});
