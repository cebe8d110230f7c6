import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { readCallIds } from "@/lib/imports/id-list";

const A = "3f1c2b7e-0001-4a6d-9b6e-000000000001";
const B = "3f1c2b7e-0002-4a6d-9b6e-000000000002";
const C = "call_77";

test("reading a list never throws", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.option(fc.nat(4), { nil: undefined }), (text, column) => {
      readCallIds(text, column);
    }),
  );
});

for (const [name, text, expected] of [
  ["one on each line", `${A}\n${B}\r\n\n${C}\n`, { ids: [A, B, C], repeated: 0, column: null }],
  ["separated by commas and spaces", `${A}, ${B}\n${C}`, { ids: [A, B, C], repeated: 0, column: null }],
  ["commas at the ends of lines", `${A},\n${B},\n${C}`, { ids: [A, B, C], repeated: 0, column: null }],
  ["repeated", `${A}\n${B}\n${A}\n${A}`, { ids: [A, B], repeated: 2, column: null }],
  [
    "in a column of a quoted table with a byte order mark",
    `\uFEFF"Date","Call ID","Note"\n"2026-01-01","${A}","said ""yes"", twice"\n"2026-01-02","${B}","a\nb"\n`,
    { ids: [A, B], repeated: 0, column: "Call ID" },
  ],
  [
    "in our own export, which puts an apostrophe before formulas",
    `call_id\n'=1\n'-a\n'b`,
    { ids: ["=1", "-a", "'b"], repeated: 0, column: "call_id" },
  ],
  [
    "in the column call_id rather than id",
    `id,call_id\n1,${A}\n2,${B}`,
    { ids: [A, B], repeated: 0, column: "call_id" },
  ],
  ["in a single column with a name", `call_id\n${A}\n${B}`, { ids: [A, B], repeated: 0, column: "call_id" }],
  [
    "separated by semicolons, with an empty cell",
    `name;id\nx;${A}\ny;\nz;${B}`,
    { ids: [A, B], repeated: 0, column: "id" },
  ],
  [
    "in an Arabic spreadsheet",
    `التاريخ,معرف المكالمة\n1,${A}\n2,${B}`,
    { ids: [A, B], repeated: 0, column: "معرف المكالمة" },
  ],
] as const) {
  test(`ids are found: ${name}`, () => {
    expect(readCallIds(text)).toEqual({ ok: true, rejected: [], ...expected });
  });
}

test("texts that cannot be ids are rejected and reported with their lines", () => {
  const long = "x".repeat(201);
  expect(readCallIds(`call_id,note\n${A},\ntwo words,\n${long},`)).toEqual({
    ok: true,
    ids: [A],
    repeated: 0,
    column: "call_id",
    rejected: [
      { line: 3, text: "two words" },
      { line: 4, text: long.slice(0, 80) },
    ],
  });
});

test("a table without a known column name requires a choice, and the chosen column is read", () => {
  const table = `when,reference\n2026-01-01,${A}\n2026-01-02,${B}`;
  expect(readCallIds(table)).toEqual({ ok: false, problem: "which_column", columns: ["when", "reference"] });
  expect(readCallIds(table, 1)).toEqual({ ok: true, ids: [A, B], repeated: 0, rejected: [], column: "reference" });
  expect(readCallIds(`2026-01-01,${A}\n2026-01-02,${B}`, 1)).toMatchObject({ ids: [A, B], column: null });
});

test("an empty list and a list of too many ids are refused", () => {
  expect(readCallIds(" \n\t\n")).toEqual({ ok: false, problem: "empty" });
  expect(readCallIds("call_id\n")).toEqual({ ok: false, problem: "empty" });
  const many = Array.from({ length: 100_001 }, (_, index) => `c${index}`).join("\n");
  expect(readCallIds(many)).toEqual({ ok: false, problem: "too_many" });
});
