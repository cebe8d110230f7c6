import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { GOAL_ICONS, GOAL_KINDS, goalKind } from "@/lib/call/goal";
import { isReached, OUTCOME_ICONS, OUTCOME_KINDS, OUTCOMES, outcomeKind } from "@/lib/call/outcome";
import { formatDuration } from "@/lib/time/duration";

test("each known outcome is its own kind, everything else is `other`", () => {
  expect(OUTCOMES.map(outcomeKind)).toEqual([...OUTCOMES]);
  expect(["", "COMPLETE", "complete ", "blocked_by_ai", "__proto__", "other"].map(outcomeKind)).toEqual(
    Array(6).fill("other"),
  );
  expect(outcomeKind(null)).toBe("other");
});

test("only a completed call was reached", () => {
  expect(OUTCOMES.filter(isReached)).toEqual(["complete"]);
  expect(isReached(null)).toBe(false);
});

test("the report's status gives the goal, and a status that nobody knows is not taken for one", () => {
  expect(["success", "failure", "error", null, "partial", ""].map(goalKind)).toEqual([
    "met",
    "not_met",
    "not_assessable",
    "not_assessed",
    "other",
    "other",
  ]);
});

test("no two outcomes and no two goals share a sign", () => {
  expect(new Set(Object.values(OUTCOME_ICONS)).size).toBe(OUTCOME_KINDS.length);
  expect(new Set(Object.values(GOAL_ICONS)).size).toBe(GOAL_KINDS.length);
});

const durations: [seconds: number, text: string][] = [
  [0, "0:00"],
  [9.4, "0:09"],
  [59.6, "1:00"],
  [185, "3:05"],
  [3600, "1:00:00"],
  [3729, "1:02:09"],
  [-5, "0:00"],
  [Number.NaN, "0:00"],
];
for (const [seconds, text] of durations) {
  test(`${seconds} seconds are shown as ${text}`, () => {
    expect(formatDuration(seconds)).toBe(text);
  });
}

test("a duration is always a clock", () => {
  fc.assert(
    fc.property(fc.double(), (seconds) => /^(\d+:)?\d{1,2}:\d\d$/.test(formatDuration(Math.min(seconds, 1e12)))),
  );
});
