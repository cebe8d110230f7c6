import { expect, test } from "@playwright/test";
import fc from "fast-check";

import type { JsonObject } from "@/lib/call/facts";
import { readReport } from "@/lib/call/report";

test("a report in the typed form is parsed, with its primary criterion first", () => {
  expect(
    readReport({
      generated_at: "2026-11-23T10:00:00Z",
      outcome: {
        status: "success",
        reason: "The order was confirmed.",
        success_criteria: [
          { text: "Greeted", achieved: true, is_primary: false },
          { text: "Confirmed", achieved: false, is_primary: true },
          { text: "Polite", achieved: null },
        ],
      },
    }),
  ).toEqual({
    typed: {
      status: "success",
      reason: "The order was confirmed.",
      criteria: [
        { text: "Confirmed", achieved: false, isPrimary: true },
        { text: "Greeted", achieved: true, isPrimary: false },
        { text: "Polite", achieved: null, isPrimary: false },
      ],
      generatedAt: new Date("2026-11-23T10:00:00Z"),
    },
    rest: null,
  });
});

test("a report in another form is kept unchanged", () => {
  for (const report of [{ score: 4 }, { outcome: "good" }, { outcome: { reason: "x" } }, { outcome: { status: 3 } }]) {
    expect(readReport(report)).toEqual({ typed: null, rest: report });
  }
  expect(readReport({})).toEqual({ typed: null, rest: null });
});

test("fields outside the typed form are kept", () => {
  expect(
    readReport({
      generated_at: "yesterday",
      sentiment: "calm",
      outcome: { status: "maybe", reason: { code: 7 }, success_criteria: ["odd"], confidence: 0.5 },
    }),
  ).toEqual({
    typed: { status: "maybe", reason: null, criteria: [], generatedAt: null },
    rest: {
      generated_at: "yesterday",
      sentiment: "calm",
      reason: { code: 7 },
      success_criteria: ["odd"],
      confidence: 0.5,
    },
  });
});

test("reading an object never throws", () => {
  const outcome = fc.record({ status: fc.jsonValue(), reason: fc.jsonValue(), success_criteria: fc.jsonValue() });
  fc.assert(
    fc.property(fc.record({ outcome: fc.oneof(fc.jsonValue(), outcome), generated_at: fc.jsonValue() }), (report) => {
      readReport(report as JsonObject);
    }),
  );
});
