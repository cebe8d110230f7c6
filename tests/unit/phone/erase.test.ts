import { gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";
import fc from "fast-check";

import type { Json } from "@/lib/call/facts";
import { containsNumber, ERASED, eraseNumbers, eraseNumbersInTurns, searchInTurns } from "@/lib/phone/erase";
import { ruleFor } from "@/lib/phone/number-forms";
import { numberPattern, parseSoughtNumber } from "@/lib/phone/pattern";
import { turnsDuring } from "@/tests/fixtures/event-loop";

const number = parseSoughtNumber("+966 50 123 4567") ?? { digits: "", masked: "" };
const rule = ruleFor(number);

const message = (role: string, content: string, startAt: number) => ({ type: "message", role, content, startAt });
const base64 = (content: string | Buffer) => Buffer.from(content as string).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");

const HIDDEN: [what: string, value: Json, erased: Json][] = [
  ["in other scripts", "٠٥٠١٢٣٤٥٦٧ ０５０１２３４５６７ ०५०१२३४५६७", `${ERASED} ${ERASED} ${ERASED}`],
  ["with invisible signs", "0\u200B5\u20610\u00AD1\uFEFF2\u061C3\u{E0001}4567", ERASED],
  ["with many separators", "050 - - - - - 123 - - - - - 4567", ERASED],
  ["percent-encoded", "to=050%20123%204567&x", ERASED],
  ["percent-encoded digits", "%30%35%30123%D9%A4567", ERASED],
  ["as HTML entities", "&#48;&#x35;0&#160;123&nbsp;4567", ERASED],
  ["with escapes", String.raw`\u0030501234567`, ERASED],
  ["in circles", "⓪⑤⓪①②③④⑤⑥⑦", ERASED],
  ["in Base64", base64("call 0501234567"), ERASED],
  ["in a data URL", `data:text/plain;base64,${base64("0501234567")}`, ERASED],
  ["in Base64 in a text", `see ${base64("0501234567")}, ok`, ERASED],
  ["in a JSON Web Token", `eyJhbGciOiJub25lIn0.${base64url('{"phone":"0501234567"}')}.c2lnbmF0dXJl`, ERASED],
  ["in the Base64 of a URL's path", `https://x.example/go/${base64url("+966501234567")}/next`, ERASED],
  ["compressed in Base64", base64(gzipSync("call 0501234567")), ERASED],
  ["encoded twice", base64(`x=${encodeURIComponent("050 123 4567")}`), ERASED],
  [
    "in JSON in a text",
    JSON.stringify({ a: JSON.stringify({ tel: 966501234567, b: "x" }) }),
    JSON.stringify({ a: JSON.stringify({ tel: null, b: "x" }) }),
  ],
  ["in two fields", { area: "050", line: 1234567, kept: "x" }, { area: ERASED, line: null, kept: "x" }],
  ["in a list", ["050", "123", "4567", "9"], [ERASED, ERASED, ERASED, "9"]],
  [
    "over two turns, listed in another order than said",
    [message("user", "234567", 4), message("agent", "go on", 3), message("user", "it is 0501", 2)],
    [message("user", ERASED, 4), message("agent", "go on", 3), message("user", `it is ${ERASED}`, 2)],
  ],
];

for (const [what, value, erased] of HIDDEN) {
  test(`a number ${what} is found and removed`, () => {
    expect(containsNumber(value, rule)).toBe(true);
    expect(eraseNumbers(value, rule)).toEqual(erased);
  });
}

test("another number, an id and a date stay", () => {
  const value = {
    other: "0501234568",
    id: "5f012345-6750-4123-8567-000501234567a",
    at: "2026-11-26T05:01:23.456Z",
    packed: gzipSync("0501234568").toString("base64"),
    seven: ["12", "34567"],
  };
  expect(eraseNumbers(value, rule)).toBe(value);
  // Seven digits occur by chance, unless they stand together.
  const short = ruleFor(parseSoughtNumber("+961 1 234 567") ?? number);
  expect(containsNumber("1 234 567", short)).toBe(true);
  expect(containsNumber("1 room at 234 or 567", short)).toBe(false);
});

test("erasing removes the number everywhere in JSON, and keeps the rest", () => {
  const written = fc.constantFrom("+966501234567", "0501234567", "050 123 4567", "٠٥٠١٢٣٤٥٦٧");
  const text = fc
    .tuple(fc.constantFrom("call ", "رقم ", ""), written, fc.constantFrom(" now", ""))
    .map((parts) => parts.join(""));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      text,
      fc.constant(966501234567),
      fc.constantFrom("kept", 42, null, true),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(text, fc.constant("key")), tie("tree"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const erased = JSON.stringify(eraseNumbers(value as never, rule));
      expect(erased).not.toMatch(numberPattern(number));
    }),
    { numRuns: 500 },
  );
  expect(eraseNumbers({ a: ["x 0501234567 y", 966501234567, 7], b: null }, rule)).toEqual({
    a: [`x ${ERASED} y`, null, 7],
    b: null,
  });
});

test("a text of backslashes, and one with the number a hundred thousand times, are searched in one pass", () => {
  expect(containsNumber("\\".repeat(1_000_000), rule)).toBe(false);
  const parts = ["0501234567 ".repeat(100_000), "and"];
  expect(eraseNumbers<Json>(parts, rule)).toEqual([`${ERASED} `.repeat(100_000), "and"]);
});

test("a text of millions of digits, as large as a body may be, is searched like any other", () => {
  for (const piece of ["1", "٣", "०", "1\u200B", "¹"]) {
    const digits = piece.repeat(3_900_000 / piece.length);
    expect(containsNumber(digits, rule)).toBe(false);
    expect(containsNumber([digits, "0501234567"], rule)).toBe(true);
  }
});

/** Values of a megabyte that are slow to search, each for another reason. */
const HOSTILE: Record<string, Json> = {
  "many groups of digits": "1 ".repeat(500_000),
  "many escapes": "&#49; ".repeat(160_000),
  "many entries": Array.from({ length: 500_000 }, () => 1),
  "many turns": Array.from({ length: 40_000 }, (_, at) => ({ role: `r${at}`, content: "1 2", start_at: -at })),
  "many fields": Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, "1"])),
  "much Base64": `${base64("1 2 3 4 5 6")} `.repeat(50_000),
};

for (const [kind, value] of Object.entries(HOSTILE)) {
  test(`while a hostile value is searched, the process answers others: ${kind}`, async () => {
    const turns = await turnsDuring(async () => {
      expect(await searchInTurns([value, "x"], rule)).toBe("not_found");
      const found: Json = [value, "0501234567"];
      expect(((await eraseNumbersInTurns(found, rule)) as Json[])[1]).toBe(ERASED);
    });
    expect(turns).toBeGreaterThan(8);
  });
}
