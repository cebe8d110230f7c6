import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { callIdOfSegment, callSegment } from "@/lib/url/path-segment";

for (const ordinary of [
  "1786442621.850",
  "0b8f2f0e-6c1b-4f53-9d52-6a1f2d9f1c11",
  "call_01HZX3",
  "page",
  "recording",
  "a:b",
  "+966500000001",
]) {
  test(`the ordinary id ${ordinary} stays readable in a URL`, () => {
    expect(callSegment(ordinary)).toBe(encodeURIComponent(ordinary));
  });
}

for (const special of [
  ".",
  "..",
  "...",
  ".well-known",
  "export.csv",
  "export.xlsx",
  "x.rsc",
  "x.mp4",
  "(.)x",
  "(..)(..)x",
  "(group)",
  "@panel",
  "__PAGE__",
  "__DEFAULT__",
  "_not-found",
  "[callId]",
  "$d$callId",
  "~",
  "~Lg",
  "%2e",
  "%2e%2e",
  "a/b",
  "/",
  "//x",
  "a\\b",
]) {
  test(`the id ${special}, which means something in a path, is written without it`, () => {
    expect(callSegment(special)).toMatch(/^~[\w-]+$/);
    expect(callIdOfSegment(callSegment(special))).toBe(special);
  });
}

test("every id survives a URL, and no two ids have one", () => {
  const ids = fc.string({ unit: "binary", minLength: 1, maxLength: 200 }).map((text) => text.toWellFormed());
  fc.assert(
    fc.property(ids, (id) => {
      const segment = callSegment(id);
      const { pathname } = new URL(`/calls/${segment}/recording`, "http://localhost");
      expect(pathname).toBe(`/calls/${segment}/recording`);
      expect(callIdOfSegment(decodeURIComponent(segment))).toBe(id);
    }),
    { examples: [["."], ["~"], ["~Lg"], ["a".repeat(200)], ["م".repeat(200)], ["😀".repeat(100)], ["\u0000\n"]] },
  );
});

test("a segment that is no escape means itself", () => {
  for (const segment of ["~", "~Lg=", "~x y", "~YQ", "~_w", "~~Lg", "YQ"]) {
    expect(callIdOfSegment(segment)).toBe(segment);
  }
});
