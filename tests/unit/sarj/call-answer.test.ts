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
