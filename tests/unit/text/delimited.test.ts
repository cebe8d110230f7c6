import { expect, test } from "@playwright/test";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";

import { guessDelimiter, parseDelimited } from "@/lib/text/delimited";

test("a table that a spreadsheet writes is read back with any cell contents", () => {
  const cell = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\u0000", ""));
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
  fc.assert(
    fc.property(table, fc.constantFrom(",", ";", "\t"), (rows, delimiter) => {
      const text = stringify(rows, { delimiter, quoted: true });
      expect(parseDelimited(text, delimiter).map((record) => record.cells)).toEqual(rows);
    }),
  );
});

test("a record has its line number, even after a cell with line breaks", () => {
  expect(parseDelimited('a,"b\r\nb"\r\nc,d\n\ne,f')).toEqual([
    { line: 1, cells: ["a", "b\r\nb"] },
    { line: 3, cells: ["c", "d"] },
    { line: 5, cells: ["e", "f"] },
  ]);
});

test("the delimiter is guessed from the first record; quoted text is skipped", () => {
  expect(guessDelimiter("id;name\n1,2,3;x")).toBe(";");
  expect(guessDelimiter('"a;b;c",d\n')).toBe(",");
  expect(guessDelimiter("id\tname")).toBe("\t");
  expect(guessDelimiter("one")).toBe(",");
});

test("misplaced quotes and mixed line ends do not throw", () => {
  const cells = (text: string) => parseDelimited(text, ",").map((record) => record.cells);
  expect(cells('a,"b\nc')).toEqual([["a", "b\nc"]]);
  expect(cells('a,b"c"d,"e"f')).toEqual([["a", 'b"c"d', "ef"]]);
  expect(cells("a\rb\nc\r\nd")).toEqual([["a"], ["b"], ["c"], ["d"]]);
});
