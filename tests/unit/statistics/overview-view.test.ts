import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { NO_FILTER, parseCallFilter } from "@/lib/call/filter";
import { overviewHref, readOverview } from "@/lib/statistics/overview-view";
import { partHref, partOf } from "@/lib/statistics/part";
import type { SearchParams } from "@/lib/url/parameters";

const NOW = new Date("2026-11-23T11:05:00Z");
const ZONE = "Asia/Riyadh";
const read = (params: SearchParams) => readOverview(params, ZONE, NOW);
const paramsOf = (href: string): SearchParams => Object.fromEntries(new URL(href, "http://localhost").searchParams);

test("without parameters the overview covers the counted calls of the last seven days", () => {
  const { view, ignored } = read({});
  expect(ignored).toEqual([]);
  expect([view.period.preset, view.filter.from?.text, view.filter.to?.text, view.filter.counted]).toEqual([
    "7d",
    "2026-11-17",
    "2026-11-23",
    true,
  ]);
  expect(overviewHref(view)).toBe("/");
});

const IGNORED: [SearchParams, string[]][] = [
  [{ range: "8d" }, ["range"]],
  [{ range: "30d", from: "2026-11-01" }, ["range"]],
  [{ from: "2026-11-20", to: "2026-11-01" }, ["from", "to"]],
  [{ from: "yesterday" }, ["from"]],
  [{ map: "x", series: "y" }, ["map", "series"]],
  [{ sort: "-time", cursor: "x", per_page: "50" }, ["sort", "cursor", "per_page"]],
  [{ wibble: "1" }, ["wibble"]],
  [{ weekday: "8", hour: "x", counted: "maybe", criterion_met: "1" }, ["weekday", "hour", "counted", "criterion_met"]],
  [{ range: "", map: " ", counted: "" }, []],
];
for (const [params, names] of IGNORED) {
  test(`${JSON.stringify(params)} ignores ${names.join(", ") || "nothing"}`, () => {
    expect(
      read(params)
        .ignored.map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
  });
}

test("uncounted calls are included only for a valid value of `counted`", () => {
  const counted = (value: string) => read({ counted: value }).view.filter.counted;
  expect([counted("all"), counted("0"), counted("1"), counted("maybe"), counted("")]).toEqual([
    null,
    false,
    true,
    true,
    true,
  ]);
});

test("links of the overview round-trip", () => {
  const params = fc.record(
    {
      range: fc.constantFrom("today", "7d", "30d", "month"),
      from: fc.constantFrom("2026-11-01", "2026-11-20T08:00:00+03:00"),
      to: fc.constantFrom("2026-11-21", "2026-11-22T10:15:30.250Z"),
      outcome: fc.constantFrom("complete", "no_answer,failed", "a%2Cb,x"),
      scenario: fc.string({ minLength: 1, maxLength: 20 }),
      weekday: fc.constantFrom("5", "7,1"),
      hour: fc.constantFrom("0,23"),
      counted: fc.constantFrom("all", "0", "1"),
      map: fc.constantFrom("volume", "reach"),
      series: fc.constantFrom("chart", "table"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(params, (given) => {
      const { view } = read(given);
      expect(read(paramsOf(overviewHref(view)))).toEqual({ view, ignored: [] });
    }),
  );
});

test("a link to another range or map keeps the filter", () => {
  const { view } = read({ from: "2026-11-01", scenario: "a", map: "reach", counted: "all" });
  expect(overviewHref(view, { preset: "today" })).toBe("/?range=today&scenario=a&counted=all&map=reach");
  expect(overviewHref(view, { map: "volume" })).toBe("/?scenario=a&from=2026-11-01&to=2026-11-23&counted=all");
});

test("a part narrows each list of a filter", () => {
  const base = { ...NO_FILTER, outcome: ["complete", "failed"], scenario: ["a"], minDuration: 30 };
  expect(partOf(base, { outcome: ["complete"], scenario: "a", timed: true })).toMatchObject({
    outcome: ["complete"],
    scenario: ["a"],
    minDuration: 30,
  });
  expect(partOf(NO_FILTER, { timed: true })).toMatchObject({ minDuration: 0 });
  expect(partOf(NO_FILTER, { outcome: [null] })).toMatchObject({ outcome: ["unknown"] });
});

test("a part that no filter can express has no link", () => {
  expect(partHref({ ...NO_FILTER, outcome: ["failed"] }, { outcome: ["complete"] })).toBeUndefined();
  expect(partHref({ ...NO_FILTER, hour: [9] }, { hour: 10 })).toBeUndefined();
  expect(partHref({ ...NO_FILTER, criterion: "a" }, { criterion: "b" })).toBeUndefined();
  expect(
    partHref({ ...NO_FILTER, criterion: "a", criterionMet: false }, { criterion: "a", criterionMet: true }),
  ).toBeUndefined();
  expect(partHref(NO_FILTER, { outcome: Array.from({ length: 51 }, (_, index) => `type-${index}`) })).toBeUndefined();
});

test("links to a part round-trip", () => {
  const word = fc
    .string({ unit: "binary", minLength: 1, maxLength: 30 })
    .map((text) => text.replaceAll("\u0000", "").trim())
    .filter((text) => text !== "");
  const part = fc.record(
    {
      outcome: fc.uniqueArray(fc.option(word), { minLength: 1, maxLength: 5 }),
      scenario: fc.option(word),
      weekday: fc.integer({ min: 1, max: 7 }),
      hour: fc.integer({ min: 0, max: 23 }),
      timed: fc.constant(true as const),
      criterion: word,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(part, (wanted) => {
      const { filter } = read({}).view;
      const found = partOf(filter, wanted);
      const href = partHref(filter, wanted);
      expect(href).toBeDefined();
      expect(parseCallFilter(paramsOf(href ?? ""), ZONE)).toMatchObject({ filter: found, ignored: [] });
    }),
  );
});
