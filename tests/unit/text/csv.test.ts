import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { csvLines } from "@/lib/text/csv";
import { parseCsv } from "@/tests/fixtures/csv";

for (const [text, cell] of [
  ["=1+1", "'=1+1"],
  ["+966500000001", "'+966500000001"],
  ["-1+1", "'-1+1"],
  ["-5", "'-5"],
  ["@SUM(1)", "'@SUM(1)"],
  ["\t=1", "'\t'=1"],
  ["\r=1", "'\r'=1"],
  ["\n=1", "'\n'=1"],
  ["a;=1+1", "a;'=1+1"],
  ['a; "=1+1"', `a; "'=1+1"`],
  ["a\t@SUM(1)", "a\t'@SUM(1)"],
  ["a\n+966500000001", "a\n'+966500000001"],
  ["a;'=1", "a;''=1"],
  ["a; b=1", "a; b=1"],
  ["＝1+1", "'＝1+1"],
  ["'quoted", "''quoted"],
  ["a=1", "a=1"],
  [" =1", " =1"],
  ["محمد", "محمد"],
  ["", ""],
] as const) {
  test(`row 57: ${JSON.stringify(text)} is written as ${JSON.stringify(cell)}`, () => {
    expect(parseCsv(csvLines([["before", text, "after"]]))).toEqual([["before", cell, "after"]]);
  });
}

test("values that are not text are written unchanged", () => {
  expect(csvLines([[null, true, false, 0, -5, 1.5, 1e21, [1, "=a"], { a: null }]])).toBe(
    ',true,false,0,-5,1.5,1e+21,"[1,""=a""]","{""a"":null}"\r\n',
  );
});

test("every text can be restored, and no cell starts like a formula", () => {
  const text = fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n'\",;ab ز\u0000\u202E👍") });
  fc.assert(
    fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
      const read = parseCsv(csvLines(rows));
      expect(read.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
      expect(read.map((row) => row.map(unguarded))).toEqual(rows);
    }),
  );
});

/** Restores the original text as `docs/export.md` describes. */
function unguarded(cell: string): string {
  return cell.replace(/^'/, "").replaceAll(/([;\t\r\n][\s"]*)'/g, "$1");
}

test("row 57: no cell starts like a formula if a spreadsheet splits cells at semicolons or tabs", () => {
  const text = fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n'\",;ab ز＝") });
  const value = fc.oneof(text, fc.array(text), fc.dictionary(text, text));
  fc.assert(
    fc.property(value, (cell) => {
      const line = csvLines([["before", cell]]);
      // The worst case is a reader that ignores quotation marks, because it finds the most cells.
      const [, ...others] = line.split(/[;\t\r\n]/);
      expect(others.filter((other) => /^[\s"]*[=+\-@＝]/.test(other))).toEqual([]);
      const [, written = ""] = parseCsv(line)[0] ?? [];
      if (typeof cell !== "string") {
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(cell)));
      }
    }),
    { numRuns: 2000 },
  );
});
