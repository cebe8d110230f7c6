import { expect, test } from "@playwright/test";

import { isSameOrigin } from "@/lib/http/same-origin";

const APP = "https://callboard.example";

const cases: [what: string, headers: Record<string, string>, same: boolean][] = [
  ["our own origin", { origin: APP, host: "internal:3000" }, true],
  ["our own origin, from a script,", { origin: APP, "sec-fetch-site": "same-origin", host: "internal:3000" }, true],
  ["our own origin, sent to another site by a browser,", { origin: APP, "sec-fetch-site": "cross-site" }, false],
  ["the requested host", { origin: "http://192.168.1.5:3000", host: "192.168.1.5:3000" }, false],
  [
    "a host name that an attacker points at us",
    { origin: "https://evil.example", host: "evil.example", "x-forwarded-host": "evil.example" },
    false,
  ],
  ["our host name with another scheme", { origin: "http://callboard.example", host: "callboard.example" }, false],
  ["another site", { origin: "https://evil.example", host: "callboard.example" }, false],
  [
    "a host name that starts with ours",
    { origin: "https://callboard.example.evil.example", host: "callboard.example" },
    false,
  ],
  ["another port of our host", { origin: "https://callboard.example:8443", host: "callboard.example" }, false],
  ["no origin", { host: "callboard.example" }, false],
  ["a null origin", { origin: "null", host: "callboard.example" }, false],
  [
    "a null origin from another site",
    { origin: "null", "sec-fetch-site": "cross-site", host: "callboard.example" },
    false,
  ],
  [
    "a null origin from another host of our domain",
    { origin: "null", "sec-fetch-site": "same-site", host: "callboard.example" },
    false,
  ],
  ["a null origin that a person typed", { origin: "null", "sec-fetch-site": "none" }, false],
  [
    "our own form without scripts, sent under no-referrer,",
    { origin: "null", "sec-fetch-site": "same-origin", host: "x" },
    true,
  ],
  ["an invalid origin", { origin: "%%", host: "callboard.example" }, false],
];
for (const [what, headers, same] of cases) {
  test(`${what} is ${same ? "" : "not "}the same origin`, () => {
    expect(isSameOrigin(new Headers(headers), APP)).toBe(same);
  });
}
