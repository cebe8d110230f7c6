import { expect, test } from "@playwright/test";

import {
  averageTalk,
  changeInPoints,
  goalRate,
  NO_FIGURES,
  reachRate,
  relativeChange,
  shareOf,
} from "@/lib/statistics/figures";

test("a share or an average of nothing is null", () => {
  expect(shareOf({ part: 0, whole: 0 })).toBeNull();
  expect(shareOf({ part: 0, whole: 7 })).toBe(0);
  expect(shareOf({ part: 31, whole: 50 })).toBe(0.62);
  expect(averageTalk(NO_FIGURES)).toBeNull();
});

test("the rate of reached calls is a share of the dials, the rate of goals a share of assessed calls", () => {
  const figures = {
    ...NO_FIGURES,
    calls: 120,
    dials: 100,
    reached: 60,
    assessed: 40,
    met: 30,
    timed: 59,
    talkSeconds: 5_900,
  };
  expect([reachRate(figures), goalRate(figures), averageTalk(figures)]).toEqual([
    { part: 60, whole: 100 },
    { part: 30, whole: 40 },
    100,
  ]);
});

test("the change of an amount is relative; the change of a rate is in percentage points", () => {
  expect(relativeChange(125, 100)).toBe(0.25);
  expect(relativeChange(0, 100)).toBe(-1);
  expect(changeInPoints({ part: 60, whole: 100 }, { part: 50, whole: 100 })).toBeCloseTo(10);
});

test("a change from zero or between missing values is null", () => {
  expect(relativeChange(5, 0)).toBeNull();
  expect(relativeChange(null, 5)).toBeNull();
  expect(changeInPoints({ part: 1, whole: 2 }, { part: 0, whole: 0 })).toBeNull();
  expect(changeInPoints({ part: 0, whole: 0 }, { part: 1, whole: 2 })).toBeNull();
});
