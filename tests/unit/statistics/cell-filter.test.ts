import { expect, test } from "@playwright/test";

import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import { cellFilterOf, sliceOf } from "@/lib/statistics/cell-filter";

test("cells answer a filter only if they know each of its conditions", () => {
  expect(cellFilterOf({ ...NO_FILTER, outcome: ["complete"], attempt: ["1"], weekday: [5], counted: true })).toEqual({
    zone: "UTC",
    counted: true,
    weekdays: [5],
    lists: { outcome: ["complete"], attempt: ["1"] },
  });
  const unknown: Partial<CallFilter>[] = [
    { hour: [0] },
    { q: "hello" },
    { phone: "0501" },
    { minDuration: 0 },
    { maxDuration: 9 },
    { contact: "a" },
    { state: ["reached"] },
    { reviewed: false },
    { criterion: "Polite" },
    { enrichment: ["done"] },
    { test: false },
  ];
  for (const condition of unknown) {
    expect(cellFilterOf({ ...NO_FILTER, ...condition, outcome: ["complete"] }), JSON.stringify(condition)).toBeNull();
  }
});

test("the bounds of a filter are no condition: ranges are asked for by themselves", () => {
  const bound = { at: new Date(0), text: "1970-01-01" };
  expect(cellFilterOf(Object.assign({}, NO_FILTER, { from: bound, to: bound }))?.lists).toEqual({});
});

test("a slice is of one dimension at most", () => {
  const filter = (condition: Partial<CallFilter>) =>
    cellFilterOf({ ...NO_FILTER, ...condition }) ?? { zone: "", counted: null, weekdays: [], lists: {} };
  expect(sliceOf(filter({}))).toEqual({ dimension: "all", values: null });
  expect(sliceOf(filter({ language: ["ar", "en"] }))).toEqual({ dimension: "language", values: ["ar", "en"] });
  expect(sliceOf(filter({ language: ["ar"], dial: ["reached"] }))).toBeNull();
  expect(sliceOf(filter({ language: ["ar"], dial: ["reached"] }), ["dial"])).toEqual({
    dimension: "language",
    values: ["ar"],
  });
});
