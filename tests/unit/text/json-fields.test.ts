import { isDeepStrictEqual } from "node:util";

import { expect, test } from "@playwright/test";
import fc from "fast-check";

import type { Json, JsonObject } from "@/lib/call/facts";
import { JsonFields, NULL_VALUE, TEXT_VALUE } from "@/lib/text/json-fields";

/** As Postgres writes `jsonb`. */
function jsonb(value: Json): string {
  if (typeof value !== "object" || value === null) {
    return JSON.stringify(value);
  }
  return Array.isArray(value)
    ? `[${value.map(jsonb).join(", ")}]`
    : `{${Object.entries(value)
        .map(([name, inner]) => `${JSON.stringify(name)}: ${jsonb(inner)}`)
        .join(", ")}}`;
}

const text = fc.string({ unit: fc.constantFrom(...'ab",:{}[]\\\n\u0001\u007F زم👍'), maxLength: 6 });
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 0.5, -0.25, 12.5, 1e21, 1e-7, 123_456_789_012_345),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(text, tie("value"), { maxKeys: 3 }),
  ),
}));

test("the values of all fields are found, and those that are copied are what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.dictionary(text, value), fc.array(text), (object: JsonObject, others) => {
      const names = [...new Set([...Object.keys(object).slice(0, -1), ...others])];
      const fields = new JsonFields(names);
      const json = jsonb(object);
      const bytes = Buffer.from(`[${json}]`, "utf8");
      // A second time, after another object: nothing may remain of the first one.
      fields.read(Buffer.from(`{"zz": 1}`), 0, 9);
      fields.read(bytes, 1, bytes.length - 1);
      return names.every((name, column) => {
        const expected = Object.hasOwn(object, name) ? (object[name] ?? null) : null;
        const raw = bytes.toString("utf8", fields.startOf(column), fields.endOf(column));
        const form = fields.formOf(column);
        return (
          (form === NULL_VALUE ? expected === null : isDeepStrictEqual(JSON.parse(raw), JSON.parse(jsonb(expected)))) &&
          (form !== TEXT_VALUE || raw.slice(1, -1) === expected) &&
          (!fields.isPlain(column) || raw === JSON.stringify(expected))
        );
      });
    }),
    { numRuns: 5000 },
  );
});

for (const [number, isPlain] of [
  ["12", true],
  ["-7", true],
  ["0", true],
  ["12.5", true],
  ["true", true],
  ["12.50", false],
  ["0.5", false],
  ["-0.5", false],
  ["-0", false],
  ["1000000000000000000000", false],
  ["123456789012345678.5", false],
] as const) {
  test(`${number} is ${isPlain ? "" : "not "}copied`, () => {
    const json = Buffer.from(`{"a": ${number}}`);
    const fields = new JsonFields(["a"]);
    fields.read(json, 0, json.length);
    expect(fields.isPlain(0)).toBe(isPlain);
  });
}
