import { expect, test } from "@playwright/test";

import { remainingUntil } from "@/lib/time/countdown";

const NOW = new Date("2026-11-26T08:00:00Z");

for (const [seconds, expected] of [
  [-86_400, { unit: "now" }],
  [0, { unit: "now" }],
  [59, { unit: "now" }],
  [60, { unit: "minutes", minutes: 1 }],
  [3599, { unit: "minutes", minutes: 59 }],
  [3600, { unit: "hours", hours: 1, minutes: 0 }],
  [2 * 3600 + 14 * 60 + 59, { unit: "hours", hours: 2, minutes: 14 }],
  [86_399, { unit: "hours", hours: 23, minutes: 59 }],
  [86_400, { unit: "days", days: 1, hours: 0 }],
  [30 * 86_400 + 3 * 3600, { unit: "days", days: 30, hours: 3 }],
] as const) {
  test(`${seconds} seconds remain as ${JSON.stringify(expected)}`, () => {
    expect(remainingUntil(new Date(NOW.getTime() + seconds * 1000), NOW)).toEqual(expected);
  });
}
