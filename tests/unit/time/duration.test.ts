import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { formatDuration } from "@/lib/time/duration";

const durations: [seconds: number, text: string][] = [
  [0, "0:00"],
  [9.4, "0:09"],
  [59.6, "1:00"],
  [75, "1:15"],
  [185, "3:05"],
  [3599, "59:59"],
  [3600, "1:00:00"],
  [3725, "1:02:05"],
  [3729, "1:02:09"],
  [-5, "0:00"],
  [Number.NaN, "0:00"],
];
for (const [seconds, text] of durations) {
  test(`${seconds} seconds are shown as ${text}`, () => {
    expect(formatDuration(seconds)).toBe(text);
  });
}

test("any number is shown as minutes and seconds, with hours if needed", () => {
  fc.assert(
    fc.property(fc.double(), (seconds) => /^(\d+:)?\d{1,2}:\d\d$/.test(formatDuration(Math.min(seconds, 1e12)))),
  );
});
