import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { safeNextPath } from "@/lib/url/next-path";

const allowed = [
  "/calls",
  "/calls?outcome=no_answer&from=2026-01-01",
  "/calls/call_1?q=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7#turn-4",
  "/calls?q=https://example.com/",
];
for (const next of allowed) {
  test(`a redirect to ${next} is allowed`, () => {
    expect(safeNextPath(next)).toBe(next);
  });
}

const refused = [
  null,
  undefined,
  "",
  "calls",
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/./\\evil.example",
  "/.//evil.example",
  "/x/..//evil.example",
  "javascript:alert(1)",
  " /calls",
  "/sign-in?next=/sign-in",
  "/setup",
  "/api/auth/sign-out",
  "/webhooks/sarj/secret",
  `/${"x".repeat(3_000)}`,
];
for (const next of refused) {
  test(`a redirect to ${JSON.stringify(next)?.slice(0, 40)} is replaced by the overview`, () => {
    expect(safeNextPath(next)).toBe("/");
  });
}

test("no path leads to another origin", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "//",
    "@",
    ":",
    "evil.example",
    "\t",
    "%2f",
    "?",
    "#",
    "http:",
    "a",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 }), (pieces) => {
      const path = safeNextPath(`/${pieces.join("")}`);
      expect(new URL(path, "http://callboard.test").origin).toBe("http://callboard.test");
      expect(path.startsWith("//")).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});
