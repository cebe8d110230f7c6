import { expect, test } from "@playwright/test";

import { comparablePeriods, isUnusualSilence, silentPeriod, usualCount } from "@/lib/delivery/arrivals";

const at = (iso: string) => new Date(iso);

test("a period is compared with the same local time in the eight weeks before", () => {
  // Egypt's clocks went forward on 24 April 2026: 10:00 local time was 08:00 UTC before and is 07:00 UTC after.
  const period = { from: at("2026-04-28T07:00:00Z"), to: at("2026-04-28T08:00:00Z") };
  const { unit, periods } = comparablePeriods(period, "Africa/Cairo", at("2020-01-01T00:00:00Z"));
  expect(unit).toBe("weeks");
  expect(periods).toHaveLength(8);
  expect(periods[0]).toEqual({ from: at("2026-04-21T08:00:00Z"), to: at("2026-04-21T09:00:00Z") });
});

test("weeks before the first delivery do not count; with few weeks, days are compared; with few days, nothing", () => {
  const period = { from: at("2026-05-20T10:00:00Z"), to: at("2026-05-20T11:00:00Z") };
  const compare = (first: string | null) => comparablePeriods(period, "Asia/Riyadh", first === null ? null : at(first));
  expect(compare("2026-04-29T00:00:00Z")).toMatchObject({ unit: "weeks", periods: { length: 3 } });
  expect(compare("2026-05-12T00:00:00Z")).toMatchObject({ unit: "days", periods: { length: 7 } });
  expect(compare("2026-05-17T00:00:00Z")).toMatchObject({ unit: "days", periods: { length: 3 } });
  expect(compare("2026-05-18T00:00:00Z").periods).toEqual([]);
  expect(compare(null).periods).toEqual([]);
});

test("the usual count is the median", () => {
  expect(usualCount([])).toBeNull();
  expect(usualCount([7])).toBe(7);
  expect(usualCount([9, 1, 5])).toBe(5);
  expect(usualCount([10, 0, 4, 6])).toBe(5);
});

test("a silent period starts with the last delivery and lasts from ten minutes to one day", () => {
  const now = at("2026-05-20T12:00:00Z");
  expect(silentPeriod(null, now)).toBeNull();
  expect(silentPeriod(at("2026-05-20T11:50:01Z"), now)).toBeNull();
  expect(silentPeriod(at("2026-05-20T11:50:00Z"), now)).toEqual({ from: at("2026-05-20T11:50:00Z"), to: now });
  expect(silentPeriod(at("2026-05-10T08:00:00Z"), now)).toEqual({
    from: at("2026-05-10T08:00:00Z"),
    to: at("2026-05-11T08:00:00Z"),
  });
});

test("a silence is unusual if deliveries usually arrive at this time and silences are rare", () => {
  expect(isUnusualSilence([12, 9, 14, 11])).toBe(true);
  expect(isUnusualSilence([12, 9, 0, 11])).toBe(true);
  expect(isUnusualSilence([12, 0, 0, 11]), "half of the weeks were silent too").toBe(false);
  expect(isUnusualSilence([2, 1, 2, 3]), "hardly anything arrives at this time").toBe(false);
  expect(isUnusualSilence([]), "nothing to compare with").toBe(false);
});
