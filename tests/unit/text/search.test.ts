import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { searchTextsOf } from "@/lib/call/search-texts";
import { findMatches, normalizeForSearch } from "@/lib/text/search";

function found(text: string, query: string): string[] {
  return findMatches(text, query).map(([from, to]) => text.slice(from, to));
}

test("marks on digits are dropped, as Postgres does, so that no number is divided by them", () => {
  expect(normalizeForSearch("05\u03013 871\u0301\u03089042")).toBe("053 8719042");
});

test("of marks in a row the first 30 are kept: normalization takes the square of their number", () => {
  const marks = (count: number) => "\u0315".repeat(count);
  expect(normalizeForSearch(`a${marks(1000)}${"\u0316".repeat(1000)}b`)).toBe(`a${marks(30)}b`);
  expect(normalizeForSearch(`${marks(31)}a${marks(30)}`)).toBe(`${marks(30)}a${marks(30)}`);
  expect(normalizeForSearch(`${"\u{1E8D0}".repeat(40)} ${"😀".repeat(40)}`)).toBe(
    `${"\u{1E8D0}".repeat(15)} ${"😀".repeat(40)}`,
  );
});

test("the searched text is what was said, in the order of time", async () => {
  const message = (role: string, content: string, startAt: number | null) =>
    ({ type: "message", role, content, startAt }) as const;
  const transcript = [
    { type: "instructions", content: "prompt" } as const,
    message("Human_Agent", "third", 30),
    message("system", "note", 31),
    message("user", "second", 2),
    message("assistant", "first", 1),
    message("developer", "prompt", null),
  ];
  const { spoken } = await searchTextsOf({ transcript, variables: null, phoneNumber: null });
  expect(spoken).toBe("first\nsecond\nthird");
});

test("the search ignores case, diacritics, letter variants and digit scripts", () => {
  expect(found("إلى أحمد وَأحمَد", "احمد")).toEqual(["أحمد", "أحمَد"]);
  expect(found("العربيّة", "العربيه")).toEqual(["العربيّة"]);
  expect(found("شـــكرا", "شكرا")).toEqual(["شـــكرا"]);
  expect(found("طلب ١٢٣ و 123", "123")).toEqual(["١٢٣", "123"]);
  expect(found("Café CAFÉ cafe\u0301", "café")).toEqual(["Café", "CAFÉ", "cafe\u0301"]);
  expect(found("aaaa", "aa")).toEqual(["aa", "aa"]);
  expect(found("nothing", "x")).toEqual([]);
  expect(found("nothing", "  ")).toEqual([]);
});

test("a match contains whole letters, including ligatures", () => {
  expect(found("oﬁce", "f")).toEqual(["ﬁ"]);
  expect(found("👍🏽 ok", "ok")).toEqual(["ok"]);
});

test("matches contain the query, are in order and do not overlap", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."اأإآبةهىي َُّـaAbB1١ \u200F") });
  fc.assert(
    fc.property(letters, letters, (text, query) => {
      let last = 0;
      for (const [from, to] of findMatches(text, query)) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThan(from);
        expect(normalizeForSearch(text.slice(from, to))).toContain(normalizeForSearch(query.trim()).trim());
        last = to;
      }
    }),
  );
});

test("a text that contains the query verbatim always matches", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."اأبت abc") });
  fc.assert(
    fc.property(letters, letters, letters, (before, query, after) => {
      fc.pre(query.trim() !== "");
      expect(findMatches(`${before}${query.trim()}${after}`, query).length).toBeGreaterThan(0);
    }),
  );
});
