import { expect, test } from "@playwright/test";

import { isPlainHttp } from "@/lib/http/plain-http";

const NAVIGATION = { "upgrade-insecure-requests": "1" };

const cases: [what: string, headers: Record<string, string>, isPlain: boolean][] = [
  ["a navigation over plain http to another machine", NAVIGATION, true],
  ["the same through a proxy that says so", { ...NAVIGATION, "x-forwarded-proto": "http" }, true],
  ["a navigation over https, behind a proxy that says nothing", { ...NAVIGATION, "sec-fetch-site": "none" }, false],
  [
    "a browser without Sec-Fetch-Site behind a proxy that says https",
    { ...NAVIGATION, "x-forwarded-proto": "https" },
    false,
  ],
  ["a program that is not a browser", {}, false],
];
for (const [what, headers, isPlain] of cases) {
  test(`${what} ${isPlain ? "looks like" : "does not look like"} plain http`, () => {
    expect(isPlainHttp(new Headers(headers))).toBe(isPlain);
  });
}
