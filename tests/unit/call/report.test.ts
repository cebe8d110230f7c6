import { expect, test } from "@playwright/test";
import fc from "fast-check";

import type { Json, JsonObject } from "@/lib/call/facts";
import { hasResult, judgedCriteria, readCallback, readReport } from "@/lib/call/report";

const HEARD_AT = new Date("2026-11-23T10:02:00Z");

test("a report in the typed form is parsed, with its primary criterion first", () => {
  expect(
    readReport(
      {
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
      },
      HEARD_AT,
    ),
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
    callback: null,
    rest: null,
  });
});

test("a report in another form is kept unchanged", () => {
  for (const report of [{ score: 4 }, { outcome: "good" }, { outcome: { reason: "x" } }, { outcome: { status: 3 } }]) {
    expect(readReport(report, HEARD_AT)).toEqual({ typed: null, callback: null, rest: report });
  }
  for (const silent of [{}, "", "null", [], { generated_at: null, outcome: null, callback: { origin: "" } }]) {
    expect(readReport(silent, HEARD_AT)).toEqual({ typed: null, callback: null, rest: null });
  }
});

test("fields outside the typed form are kept", () => {
  expect(
    readReport(
      {
        generated_at: "yesterday",
        note: "",
        sentiment: "calm",
        outcome: { status: "maybe", reason: { code: 7 }, success_criteria: ["odd"], confidence: 0.5 },
      },
      HEARD_AT,
    ),
  ).toEqual({
    typed: { status: "maybe", reason: null, criteria: [], generatedAt: null },
    callback: null,
    rest: {
      generated_at: "yesterday",
      note: "",
      sentiment: "calm",
      reason: { code: 7 },
      success_criteria: ["odd"],
      confidence: 0.5,
    },
  });
});

test("criteria are read as JSON text too, and shown as they came in any other form", () => {
  const read = (criteria: Json) => readReport({ outcome: { status: "success", success_criteria: criteria } }, HEARD_AT);
  const booked = [{ text: "Booked", achieved: true, isPrimary: false }];
  for (const criteria of ['[{"text":"Booked","achieved":true}]', ['{"text":"Booked","achieved":"true"}']]) {
    expect(read(criteria)).toMatchObject({ typed: { criteria: booked }, rest: null });
    expect(judgedCriteria({ outcome: { success_criteria: criteria } })).toEqual({
      Booked: { met: true, primary: false },
    });
  }
  for (const criteria of [{ Booked: true }, { text: "Booked", achieved: true }, "all met", '{"Booked":true}', 3, [7]]) {
    expect(read(criteria)).toMatchObject({ typed: { criteria: [] }, rest: { success_criteria: criteria } });
  }
  for (const silent of [null, "", "None", [], {}, [null, {}], "[]"]) {
    expect(read(silent)).toMatchObject({ typed: { criteria: [] }, rest: null });
  }
});

test("a criterion without words is not listed, and nothing of a criterion is lost", () => {
  const booked = { text: "Booked", achieved: true, isPrimary: false };
  for (const [criterion, listed] of [
    [{ text: "", achieved: true }, null],
    [{ text: "\u200B", achieved: true }, null],
    [{ achieved: false }, null],
    [{ text: 7, achieved: true }, null],
    [{ text: "Booked", achieved: true, is_primary: "yes" }, booked],
    [{ text: "Booked", achieved: true, weight: 0.5 }, booked],
  ] as const) {
    const criteria: Json = [{ text: "Greeted", achieved: true }, criterion];
    const { typed, rest } = readReport({ outcome: { status: "success", success_criteria: criteria } }, HEARD_AT);
    expect(typed?.criteria).toEqual([{ ...booked, text: "Greeted" }, ...(listed === null ? [] : [listed])]);
    expect(rest).toEqual({ success_criteria: criteria });
  }
  const whole = [{ text: " Booked ", achieved: true, is_primary: "None", weight: null }];
  expect(readReport({ outcome: { status: "success", success_criteria: whole } }, HEARD_AT)).toMatchObject({
    typed: { criteria: [booked] },
    rest: null,
  });
});

test("a status is read without the white space around it, and a very long one is also shown whole", () => {
  expect(readReport({ outcome: { status: " success\n" } }, HEARD_AT)).toMatchObject({
    typed: { status: "success" },
    rest: null,
  });
  const long = "s".repeat(101);
  expect(readReport({ outcome: { status: long } }, HEARD_AT)).toMatchObject({
    typed: { status: "s".repeat(100) },
    rest: { status: long },
  });
});

for (const madeAt of ["0001-01-01T00:00:00Z", "1999-12-31T00:00:00Z", "9999-12-31T00:00:00Z", "infinity", 0]) {
  test(`a report of ${madeAt} does not say when it was made, and its callback is believed`, () => {
    const callback = { callback_at: "2026-11-24T09:00:00Z" };
    expect(readReport({ generated_at: madeAt, outcome: { status: "success" }, callback }, HEARD_AT)).toMatchObject({
      typed: { generatedAt: null },
      callback: { at: new Date("2026-11-24T09:00:00Z") },
      rest: { generated_at: madeAt },
    });
  });
}

for (const [report, has] of [
  [{ outcome: { status: "success" } }, true],
  [{ outcome: { status: null, success_criteria: [{ text: "Booked", achieved: false }] } }, true],
  [{ score: 4 }, true],
  [{ outcome: { status: null, success_criteria: [{ text: "Booked", achieved: null, is_primary: true }] } }, false],
  [{ outcome: { reason: "He agreed." } }, false],
  [{ outcome: "good" }, false],
  [{ callback: { origin: "customer_requested" } }, false],
  [{ generated_at: "2026-11-23T10:00:00Z", note: "" }, false],
  ["All went well", false],
] as const) {
  test(`${JSON.stringify(report)} has ${has ? "a result" : "no result"}`, () => {
    expect(hasResult(report as unknown as Json)).toBe(has);
  });
}

test("reading an object never throws", () => {
  const outcome = fc.record({ status: fc.jsonValue(), reason: fc.jsonValue(), success_criteria: fc.jsonValue() });
  fc.assert(
    fc.property(
      fc.record({ outcome: fc.oneof(fc.jsonValue(), outcome), generated_at: fc.jsonValue(), callback: fc.jsonValue() }),
      (report) => {
        readReport(report as JsonObject, HEARD_AT);
      },
    ),
  );
});

const NOTHING = { origin: null, at: null, confidence: null, brief: null, matchesToolCapture: null };

test("a callback is read, with or without the typed form", () => {
  const callback = {
    origin: "customer_requested",
    callback_at: "2026-11-24T09:00:00+0300",
    confidence: 0.85,
    context_brief: " Wants the invoice. ",
    matches_tool_capture: false,
  };
  const expected = {
    origin: "customer_requested",
    at: new Date("2026-11-24T06:00:00Z"),
    confidence: 0.85,
    brief: "Wants the invoice.",
    matchesToolCapture: false,
  };
  expect(readCallback({ callback }, HEARD_AT)).toEqual(expected);
  expect(readReport({ outcome: { status: "success" }, callback }, HEARD_AT)).toEqual({
    typed: { status: "success", reason: null, criteria: [], generatedAt: null },
    callback: expected,
    rest: null,
  });
  expect(readReport({ score: 4, callback }, HEARD_AT)).toEqual({ typed: null, callback: expected, rest: { score: 4 } });
});

test("the values of a callback are read as text too", () => {
  for (const [sent, read] of [
    ["0.9", 0.9],
    [" 1 ", 1],
    [".5", 0.5],
    ["٠.٧", 0.7],
    [0, 0],
    ["7", null],
    ["-0.1", null],
    ["1e-1", null],
    ["high", null],
    [1.1, null],
  ] as const) {
    const { callback, rest } = readReport({ callback: { origin: "x", confidence: sent } }, HEARD_AT);
    expect([sent, callback?.confidence, rest]).toEqual([
      sent,
      read,
      read === null ? { callback: { confidence: sent } } : null,
    ]);
  }
  for (const [sent, read] of [
    ["true", true],
    [" False", false],
    ["yes", null],
    [1, null],
  ] as const) {
    const callback = readCallback({ callback: { origin: "x", matches_tool_capture: sent } }, HEARD_AT);
    expect([sent, callback?.matchesToolCapture]).toEqual([sent, read]);
  }
});

for (const callback of [undefined, null, {}, "", "null", { origin: null, callback_at: "None", context_brief: " " }]) {
  test(`a callback that says nothing is none: ${JSON.stringify(callback)}`, () => {
    expect(readCallback(callback === undefined ? {} : { callback }, HEARD_AT)).toBeNull();
  });
}

for (const [callbackAt, generatedAt, believed] of [
  ["2027-01-22T10:00:00Z", "2026-11-23T10:00:00Z", true],
  ["2027-01-22T10:00:01Z", "2026-11-23T10:00:00Z", false],
  // Without a time of its own, a report was made when it was received.
  ["2027-01-22T10:02:00Z", null, true],
  ["2027-01-22T10:02:01Z", "soon", false],
  ["2026-11-23T09:59:59Z", "2026-11-23T10:00:00Z", false],
  ["2026-11-24", null, false],
  ["tomorrow", null, false],
  [1_795_500_000, null, false],
] as const) {
  test(`a callback at ${callbackAt} of a report of ${generatedAt} is ${believed ? "believed" : "shown as it came"}`, () => {
    const report = {
      generated_at: generatedAt,
      outcome: { status: "success" },
      callback: { origin: "inferred_follow_up", callback_at: callbackAt },
    };
    const { callback, rest } = readReport(report, HEARD_AT);
    expect(callback).toEqual({
      ...NOTHING,
      origin: "inferred_follow_up",
      at: believed ? new Date(callbackAt) : null,
    });
    expect(rest === null ? null : rest).toEqual(
      believed
        ? null
        : {
            ...(generatedAt === "soon" ? { generated_at: "soon" } : {}),
            callback: { callback_at: callbackAt },
          },
    );
  });
}

test("nothing of a callback in an unknown form is lost or invented", () => {
  const odd = { callback: { origin: 3, confidence: 85, matches_tool_capture: "yes", priority: "high" } };
  expect(readReport(odd, HEARD_AT)).toEqual({ typed: null, callback: null, rest: odd });
  expect(readReport({ callback: "tomorrow at nine" }, HEARD_AT)).toEqual({
    typed: null,
    callback: null,
    rest: { callback: "tomorrow at nine" },
  });
  expect(readReport({ callback: { origin: "x", priority: "high" } }, HEARD_AT)).toEqual({
    typed: null,
    callback: { ...NOTHING, origin: "x" },
    rest: { callback: { priority: "high" } },
  });
});

test("a judgement is read as text too, and shown as it came in any other form", () => {
  const criteria = [
    { text: "a", achieved: "true" },
    { text: "b", achieved: " False ", is_primary: "true" },
    { text: "c", achieved: "partly" },
    { text: "d", achieved: null },
  ];
  const report = { outcome: { status: "success", success_criteria: criteria } };
  expect(judgedCriteria(report)).toEqual({ a: { met: true, primary: false }, b: { met: false, primary: true } });
  const { typed, rest } = readReport(report, HEARD_AT);
  expect(typed?.criteria.map(({ text, achieved }) => [text, achieved])).toEqual([
    ["b", false],
    ["a", true],
    ["d", null],
  ]);
  expect(rest).toEqual({ success_criteria: criteria });
});
