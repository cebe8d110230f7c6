import { expect, test } from "@playwright/test";

import { withoutNumberSearch } from "@/lib/phone/number-search";

const searchedFor = (q: string) => withoutNumberSearch({ q }, "hidden").params["q"];

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
  // Signs that Postgres drops or at which it divides words, other digits, and groups.
  ["05_38_71_90_42", undefined],
  ["0538.719.042", undefined],
  ["053\u0301871\u03019042", undefined],
  ["053\u00AD871\uFEFF9042", undefined],
  ["053 87 19", " 87 19"],
  ["०५३८७१९०४२", undefined],
  ['refund "053 871" 9042', 'refund " " '],
  ["cust_0538719042 refund", " refund"],
  ["a0538719042b refund", " refund"],
] as const) {
  test(`the digits of the number are removed from a search for ${q}`, () => {
    expect(searchedFor(q)).toBe(kept);
    expect(withoutNumberSearch({ q, outcome: "complete" }, "hidden").removed).toEqual(["q"]);
  });
}

test("words, short numbers and call ids stay in the search", () => {
  for (const q of [
    "refund",
    "room 12 at 10:30",
    "0b2c3d4e-1234-4321-8888-123456789012",
    "order 871",
    "call-0123456a",
  ]) {
    expect(withoutNumberSearch({ q, min_duration: "70" }, "hidden")).toEqual({
      params: { q, min_duration: "70" },
      removed: [],
    });
  }
});

test("a person who can reveal numbers can search for a whole number, but not for a part of it", () => {
  for (const phone of ["+966538719042", "00966 53 871 9042", "966538719042", "0538719042", "٠٥٣٨٧١٩٠٤٢"]) {
    expect(withoutNumberSearch({ phone }, "revealable")).toEqual({ params: { phone }, removed: [] });
    expect(withoutNumberSearch({ phone }, "hidden")).toEqual({ params: {}, removed: ["phone"] });
  }
  for (const phone of ["9042", "053871", "96653", "87190", "000000050", "0000538719"]) {
    expect(withoutNumberSearch({ phone }, "revealable")).toEqual({ params: {}, removed: ["phone"] });
  }
  expect(withoutNumberSearch({ q: "053 871 9042" }, "revealable")).toEqual({ params: {}, removed: ["q"] });
});

test("a value that contains a number is no filter for people who see no numbers; other values stay", () => {
  const scenario = "0b2c3d4e-1234-4321-8888-123456789012,ORD-2024-000123";
  expect(
    withoutNumberSearch(
      {
        scenario,
        criterion: "Called back on 053 871 9042",
        outcome: "to_0538719042",
        from: "2026-05-04T09:00:00.000Z",
      },
      "hidden",
    ),
  ).toEqual({ params: { scenario, from: "2026-05-04T09:00:00.000Z" }, removed: ["criterion", "outcome"] });
});
