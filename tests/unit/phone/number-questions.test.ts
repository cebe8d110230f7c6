import { expect, test } from "@playwright/test";

import { withoutNumberQuestions } from "@/lib/phone/number-questions";

const left = (q: string) => withoutNumberQuestions({ q }).params["q"];

for (const [q, kept] of [
  ["0538719042", undefined],
  ["053 871 9042", undefined],
  ['"053 871 9042"', undefined],
  ["053 -zzz 871 -zzz 9042", " -zzz  -zzz "],
  ["053 or refund 871 9042", " or refund  "],
  ["-0538719042 refund", "- refund"],
  ["٠٥٣٨٧١٩٠٤٢", undefined],
  ["053\u200B871\u200B9042", undefined],
  ["０５３８７１９０４２", undefined],
  ["05 38 71 90 42", undefined],
  ["call 05 38 71 90 42", "call     "],
  ["flat 12 at 10:30, order 9042", "flat 12 at 10:30, order "],
] as const) {
  test(`of a search for ${q} what asks for a number is left out`, () => {
    expect(left(q)).toBe(kept);
    expect(withoutNumberQuestions({ q, outcome: "complete" }).left).toEqual(["q"]);
  });
}

test("words, short numbers and the id of a call are looked for", () => {
  for (const q of [
    "refund",
    "room 12 at 10:30",
    "0b2c3d4e-1234-4321-8888-123456789012",
    "order 871",
    "call-0123456a",
  ]) {
    expect(withoutNumberQuestions({ q, min_duration: "70" })).toEqual({ params: { q, min_duration: "70" }, left: [] });
  }
});

test("who may reveal each number may ask for a whole one, and not for a piece", () => {
  for (const phone of ["+966538719042", "00966 53 871 9042", "966538719042", "0538719042", "٠٥٣٨٧١٩٠٤٢"]) {
    expect(withoutNumberQuestions({ phone }, "revealed")).toEqual({ params: { phone }, left: [] });
    expect(withoutNumberQuestions({ phone })).toEqual({ params: {}, left: ["phone"] });
  }
  for (const phone of ["9042", "053871", "96653", "87190"]) {
    expect(withoutNumberQuestions({ phone }, "revealed")).toEqual({ params: {}, left: ["phone"] });
  }
  expect(withoutNumberQuestions({ q: "053 871 9042" }, "revealed")).toEqual({ params: {}, left: ["q"] });
});
