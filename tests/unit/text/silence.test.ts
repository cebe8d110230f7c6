import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { customerNameOf } from "@/lib/call/customer-name";
import type { Json } from "@/lib/call/facts";
import { isSilent } from "@/lib/text/silence";

const SILENT_TEXTS = [
  "",
  " ",
  "	\n",
  "\xA0",
  "​",
  "﻿",
  "‏ ⁦⁩",
  "　",
  "­",
  "⠀",
  "null",
  "None",
  "undefined",
  "NULL",
  " nil ",
  "NaN",
  "N/A",
  "(null)",
  "<null>",
  "{}",
  "[]",
  "[object Object]",
  "<nil>",
  "<none>",
  "<NA>",
  "NaT",
  "#N/A",
  "(None)",
  "'null'",
  "[None]",
  '"null"',
  '""',
  "[null]",
  '[""]',
  '[null, "", {"a": "None"}]',
  '{"name": null}',
  JSON.stringify(JSON.stringify("null")),
  "\uFE0F",
  "\u034F",
  "\u{E0100}",
  "\uFFFD",
  "​null‏",
];

test("a value that says nothing is recognized at any depth", () => {
  const leaf = fc.oneof(fc.constantFrom<Json>(null, ...SILENT_TEXTS), fc.constantFrom<Json>({}, []));
  const { silent } = fc.letrec<{ silent: Json }>((tie) => ({
    silent: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("silent"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("silent"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(fc.property(silent, (value) => expect(isSilent(value)).toBe(true)));
  expect(isSilent(undefined)).toBe(true);
});

test("numbers, booleans and words say something, also deep inside", () => {
  const numbers = [0, -0, false, true];
  const words = ["0", "false", "no", "none of these", "nullable", "ا", "-", "?", "unknown", "Nat", "NA"];
  const wrapped = ["[0]", '{"a": false}', '"no"', "<b>", "(no)", '"', "[", "a\uFE0F", "[null] or not"];
  for (const value of [...numbers, ...words, ...wrapped]) {
    expect([value, isSilent(value)]).toEqual([value, false]);
    expect(isSilent([null, { a: [{}, { b: value }] }])).toBe(false);
  }
});

test("the customer's name is the first variable that says one", () => {
  expect(customerNameOf({ customer_name: "", full_name: "None", name: "Fallback Name" })).toBe("Fallback Name");
  expect(customerNameOf({ customer_name: "\u200B", client_name: "Nora" })).toBe("Nora");
  expect(customerNameOf({ customer_name: { first: "" }, name: 17 })).toBe("17");
  expect(customerNameOf({ customer_name: " ", name: null })).toBeNull();
  expect(customerNameOf(null)).toBeNull();
  // Postgres refuses half of a surrogate pair, and with it the whole answer.
  expect(customerNameOf({ name: `${"n".repeat(199)}😀` })).toBe(`${"n".repeat(199)}\uFFFD`);
});
