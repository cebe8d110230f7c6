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
  [" =1", "' =1"],
  [" a=1", " a=1"],
  ["\u200B\u200B", "\u200B\u200B"],
  ["a;\u200B =1", "a;\u200B '=1"],
  ["محمد", "محمد"],
  ["", ""],
] as const) {
  test(`row 57: ${JSON.stringify(text)} is written as ${JSON.stringify(cell)}`, () => {
    expect(parseCsv(csvLines([["before", text, "after"]]))).toEqual([["before", cell, "after"]]);
  });
}

const BLANKS = [
  ..."\u0000\u0001\u001F\v\f\u007F\u0085\u00A0\u00AD\u034F\u061C\u115F\u1680\u180B\u180E\u2003\u200B\u200D\u200E\u200F\u2028\u202E\u202F",
  ..."\u205F\u2060\u2066\u2069\u2800\u3000\u3164\uE000\uFE0F\uFEFF\uFFA0\uFFF9\u{1D173}\u{E0020}",
];

test("row 57: a sign after characters that show nothing is neutralized, at the start of a cell and inside it", () => {
  for (const blank of BLANKS) {
    for (const sign of "=+-@＝＋－＠") {
      const text = ` ${blank}${blank}${sign}1`;
      const name = `U+${blank.codePointAt(0)?.toString(16)} ${sign}`;
      expect(parseCsv(csvLines([["a", text, `b;${text}`]])), name).toEqual([
        ["a", `'${text}`, `b; ${blank}${blank}'${sign}1`],
      ]);
      const [[, json = ""] = []] = parseCsv(csvLines([["a", [`b;${text}`]]]));
      expect(JSON.parse(json), name).toEqual([`b;${text}`]);
      // JSON escapes control characters, so a spreadsheet finds letters before the sign.
      if (JSON.stringify(blank).includes(blank)) {
        expect(json.slice(2), name).not.toContain(sign);
      }
    }
  }
});

test("a long text of separators and blanks is written in one pass", () => {
  // At quadratic cost, these texts would take hours.
  for (const text of ["\n", ";", " ", "\n\u3000", ';"']) {
    expect(parseCsv(csvLines([["a", text.repeat(1_000_000)]]))).toEqual([
      ["a", `${text.startsWith("\n") ? "'" : ""}${text.repeat(1_000_000)}`],
    ]);
  }
});

test("values that are not text are written unchanged", () => {
  expect(csvLines([[null, true, false, 0, -5, 1.5, 1e21, [1, "=a"], { a: null }]])).toBe(
    ',true,false,0,-5,1.5,1e+21,"[1,""=a""]","{""a"":null}"\r\n',
  );
});

test("every text can be restored, and no cell starts like a formula", () => {
  const text = fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n'\",;ab ز\u0000\u00A0\u200B\u202E\uFEFF👍\u{E0020}") });
  fc.assert(
    fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
      const read = parseCsv(csvLines(rows));
      expect(read.flat().filter((cell) => /^([\t\r]|[\s\p{C}]*[=+\-@])/u.test(cell))).toEqual([]);
      expect(read.map((row) => row.map(unguarded))).toEqual(rows);
    }),
  );
});

/** Restores the original text as `docs/export.md` describes. */
function unguarded(cell: string): string {
  return cell.replace(/^'/, "").replaceAll(/([;\t\r\n][\s\p{C}\p{Default_Ignorable_Code_Point}\u2800"]*)'/gu, "$1");
}

test("row 57: no cell starts like a formula if a spreadsheet splits cells at semicolons or tabs", () => {
  const text = fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n'\",;ab ز＝\u00A0\u200B\uFEFF") });
  const value = fc.oneof(text, fc.array(text), fc.dictionary(text, text));
  fc.assert(
    fc.property(value, (cell) => {
      const line = csvLines([["before", cell]]);
      // The worst case is a reader that ignores quotation marks, because it finds the most cells.
      const [, ...others] = line.split(/[;\t\r\n]/);
      expect(others.filter((other) => /^[\s\p{C}"]*[=+\-@＝]/u.test(other))).toEqual([]);
      const [, written = ""] = parseCsv(line)[0] ?? [];
      if (typeof cell !== "string") {
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(cell)));
      }
    }),
    { numRuns: 2000 },
  );
});
