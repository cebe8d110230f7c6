import { expect, test } from "@playwright/test";

import { GOAL_ICONS, GOAL_KINDS, goalKind } from "@/lib/call/goal";
import { OUTCOME_ICONS, OUTCOME_KINDS, OUTCOMES, outcomeKind } from "@/lib/call/outcome";

test("each known outcome is a kind of the same name; any other value is `other`", () => {
  expect(OUTCOMES.map(outcomeKind)).toEqual([...OUTCOMES]);
  expect(["", "COMPLETE", "complete ", "blocked_by_ai", "__proto__", "other"].map(outcomeKind)).toEqual(
    Array(6).fill("other"),
  );
  expect(outcomeKind(null)).toBe("other");
});

test("the report's status determines the goal; an unknown status is `other`, and a silent one says nothing", () => {
  expect(["success", "failure", "error", null, "partial", "", "null"].map(goalKind)).toEqual([
    "met",
    "not_met",
    "not_assessable",
    "not_assessed",
    "other",
    "not_assessed",
    "not_assessed",
  ]);
});

test("no two outcomes and no two goals share an icon", () => {
  expect(new Set(Object.values(OUTCOME_ICONS)).size).toBe(OUTCOME_KINDS.length);
  expect(new Set(Object.values(GOAL_ICONS)).size).toBe(GOAL_KINDS.length);
});
