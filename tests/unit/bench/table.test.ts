import { readFileSync } from "node:fs";

import { expect, test } from "@playwright/test";

import { LINES, type Measured, PARTS } from "@/tests/bench/lines";
import { printed, rowOf, rowsIn, updated } from "@/tests/bench/table";

const OCCASION = { date: "2026-11-27", commit: "abc1234" };
const EMPTY = "# Performance\n\n<!-- The bench writes from here -->\n\n<!-- to here -->\n\nThe end.\n";
const MACHINE = "2 cores (A processor), 24 GB of memory.";

const ingest: Measured = { line: "ingest32", values: [0.6, 0.9, 0.7], detail: "700 | 800 a second : 1,000 a second" };
const list: Measured = { line: "listFirstTime", values: [1234.4], detail: "slowest: `outcome=no_answer`" };

test("a row has the goal, and the median with the least and the most of the rounds", () => {
  expect(rowOf(ingest, OCCASION)).toEqual([
    "ingest throughput, 32 senders",
    "an empty route handler of the same build that reads its body",
    "≥ 0.65 ×",
    "✓ **0.70 ×** (0.60 × – 0.90 ×)",
    "700 | 800 a second : 1,000 a second",
    "2026-11-27, abc1234",
  ]);
  expect(rowOf(list, OCCASION)[3]).toBe("✗ **1,234 ms**");
  expect(rowOf({ line: "ingest1", values: [0.5, 0.7], detail: "" }, OCCASION).slice(2, 4)).toEqual([
    "–",
    "**0.60 ×** (0.50 × – 0.70 ×)",
  ]);
  expect(rowOf({ line: "databaseTime", values: [], detail: "there is no pgbench" }, OCCASION)[3]).toBe("not measured");
});

test("a run replaces only its own rows, and keeps the order of the lines", () => {
  const first = updated(EMPTY, [rowOf(list, OCCASION), rowOf(ingest, OCCASION)], MACHINE);
  expect(rowsIn(first)).toEqual([rowOf(ingest, OCCASION), rowOf(list, OCCASION)]);

  const again = rowOf({ ...ingest, values: [0.8] }, { date: "2026-11-28", commit: "def5678" });
  const second = updated(first, [again], MACHINE);
  expect(rowsIn(second)).toEqual([again, rowOf(list, OCCASION)]);
  expect(second.startsWith("# Performance\n") && second.endsWith("\n\nThe end.\n")).toBe(true);
  expect(updated(second, [again], MACHINE)).toBe(second);
});

test("rows of another machine are not kept beside those of this one", () => {
  const first = updated(EMPTY, [rowOf(list, OCCASION)], MACHINE);
  const second = updated(first, [rowOf(ingest, OCCASION)], "64 cores.");
  expect(rowsIn(second)).toEqual([rowOf(ingest, OCCASION)]);
  expect(second).not.toContain(MACHINE);
});

test("a document without a place for the table is not changed", () => {
  expect(() => updated("# Performance\n", [], MACHINE)).toThrow("no place for the table");
});

test("the document has a place for the table, and no row that the bench does not know", () => {
  const document = readFileSync("docs/performance.md", "utf8");
  expect(() => updated(document, [], MACHINE)).not.toThrow();
  const table = document.split("<!-- The bench writes from here -->")[1] ?? "";
  const known = new Set<string>(Object.values(LINES).map(({ what }) => what));
  expect(rowsIn(table).filter(([what = ""]) => !known.has(what))).toEqual([]);
});

test("each line has a name of its own and belongs to a part that has lines", () => {
  const lines = Object.values(LINES);
  expect(new Set(lines.map(({ what }) => what)).size).toBe(lines.length);
  expect(new Set(lines.map(({ part }) => part))).toEqual(new Set(PARTS));
});

test("a terminal shows the result before the name", () => {
  expect(printed([rowOf(ingest, OCCASION)]).split("\n")).toEqual([
    "✓ 0.70 × (0.60 × – 0.90 ×)  ingest throughput, 32 senders",
    "    against an empty route handler of the same build that reads its body; goal ≥ 0.65 ×; 700 | 800 a second : 1,000 a second",
  ]);
});
