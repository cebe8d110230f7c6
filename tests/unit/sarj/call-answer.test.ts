import { expect, test } from "@playwright/test";

import { readCallAnswer } from "@/lib/sarj/api";

const NOW = new Date("2026-11-26T10:00:00Z");

function read(data: Record<string, unknown>) {
  const answer = readCallAnswer(Buffer.from(JSON.stringify({ data: { id: "call", ...data } })), "call", NOW);
  return answer === null ? null : { variables: answer.facts.variables, flags: answer.flags };
}

for (const [variables, kept, flags] of [
  [{ customer_name: "Sara" }, { customer_name: "Sara" }, []],
  ['{"customer_name": "Sara"}', { customer_name: "Sara" }, []],
  ["Sara, order 7", "Sara, order 7", ["api.variables: unknown_form"]],
  [["Sara", 7], ["Sara", 7], ["api.variables: unknown_form"]],
  [{}, null, []],
  ["null", null, []],
  [{ customer_name: " " }, null, []],
] as const) {
  test(`variables as ${JSON.stringify(variables)} are kept as ${JSON.stringify(kept)}`, () => {
    expect(read({ variables })).toEqual({ variables: kept, flags });
  });
}

test("`NaN` in an answer is null and named, at any depth", () => {
  const body = '{"data": {"id": "call", "duration": NaN, "report": {"score": -Infinity}}, "meta": {"request_id": NaN}}';
  expect(readCallAnswer(Buffer.from(body), "call", NOW)?.flags).toEqual([
    "api.duration: unbelievable",
    "api.report.score: unbelievable",
    "api.meta.request_id: unbelievable",
  ]);
});

for (const [answer, flags] of [
  [{ meta: { request_id: "r" } }, []],
  [{ meta: null }, []],
  [{ meta: "r" }, ["api.meta: unknown_form"]],
  [
    { meta: { request_id: "r", deprecation: "x" }, warnings: ["w"] },
    ["api.warnings: unknown_field", "api.meta.deprecation: unknown_field"],
  ],
] as const) {
  test(`what an answer contains beside its data is noticed: ${JSON.stringify(answer)}`, () => {
    const body = Buffer.from(JSON.stringify({ data: { id: "call" }, ...answer }));
    expect(readCallAnswer(body, "call", NOW)?.flags).toEqual(flags);
  });
}

test("the data are read as JSON text and alone in a list too", () => {
  for (const data of ['{"id":"call","duration":7}', [{ id: "call", duration: 7 }]]) {
    expect(readCallAnswer(Buffer.from(JSON.stringify({ data })), "call", NOW)?.facts.durationSeconds).toBe(7);
  }
  for (const data of ["call", [{ id: "call" }, { id: "call" }], { id: "other" }, null]) {
    expect(readCallAnswer(Buffer.from(JSON.stringify({ data })), "call", NOW)).toBeNull();
  }
});

for (const [fields, flags] of [
  [{ direction: "inbound", language: "ar" }, []],
  [{ direction: "outbound", language: "en-GB" }, []],
  [{ language: "zh_Hant_TW" }, []],
  [{ language: "fil" }, []],
  [
    { direction: "sideways", language: "Arabic (Gulf)" },
    ["api.language=Arabic (Gulf): unknown_value", "api.direction=sideways: unknown_value"],
  ],
] as const) {
  test(`words outside the contract are named: ${JSON.stringify(fields)}`, () => {
    const answer = readCallAnswer(Buffer.from(JSON.stringify({ data: { id: "call", ...fields } })), "call", NOW);
    expect(answer?.facts).toMatchObject(fields);
    expect(answer?.flags).toEqual(flags);
  });
}
