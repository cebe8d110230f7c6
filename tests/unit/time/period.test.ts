import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { parseCallFilter } from "@/lib/call/filter";
import {
  BUCKET_UNITS,
  bucketsOf,
  bucketUnit,
  customPeriod,
  type Period,
  PRESETS,
  presetPeriod,
  boundsOf,
  weekdaysFrom,
  weekdaysIn,
} from "@/lib/time/period";
import { addDays, dayOf, startOfDay } from "@/lib/time/time";
import type { TimeBound } from "@/lib/url/time-bound";

const zones = fc.oneof(
  // Zones whose clocks change at midnight, by half an hour, across the date line, or never.
  fc.constantFrom("Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Asia/Riyadh", "UTC"),
  fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
);
const instants = fc.date({ min: new Date("2010-01-01"), max: new Date("2035-01-01"), noInvalidDate: true });

const isoRange = (range: { from: Date; to: Date } | null) =>
  range === null ? null : [range.from.toISOString(), range.to.toISOString()];

test("presets consist of whole days in the zone and end with today", () => {
  const now = new Date("2026-11-23T11:05:42.500Z"); // Monday 14:05 in Riyadh
  const periods = PRESETS.map((preset) => presetPeriod(preset, now, "Asia/Riyadh"));
  const end = "2026-11-23T21:00:00.000Z";
  expect(periods.map(isoRange)).toEqual([
    ["2026-11-22T21:00:00.000Z", end],
    ["2026-11-16T21:00:00.000Z", end],
    ["2026-10-24T21:00:00.000Z", end],
    ["2026-10-31T21:00:00.000Z", end],
  ]);
});

test("a running period is compared with the previous one up to the same time of day", () => {
  const now = new Date("2026-11-23T11:05:42.500Z");
  const previous = PRESETS.map((preset) => isoRange(presetPeriod(preset, now, "Asia/Riyadh").previous));
  expect(previous).toEqual([
    ["2026-11-21T21:00:00.000Z", "2026-11-22T11:05:00.000Z"],
    ["2026-11-09T21:00:00.000Z", "2026-11-16T11:05:00.000Z"],
    ["2026-09-24T21:00:00.000Z", "2026-10-24T11:05:00.000Z"],
    ["2026-09-30T21:00:00.000Z", "2026-10-23T11:05:00.000Z"],
  ]);
});

test("today is compared with yesterday up to the same local time, even across a clock change", () => {
  // Egypt put its clocks forward at midnight of 24 April 2026: that day has 23 hours.
  const { previous } = presetPeriod("today", new Date("2026-04-25T07:00:00Z"), "Africa/Cairo"); // 10:00
  expect(isoRange(previous)).toEqual(["2026-04-23T22:00:00.000Z", "2026-04-24T07:00:00.000Z"]);
});

test("a day that the previous month does not have becomes the last day of that month", () => {
  const { previous } = presetPeriod("month", new Date("2026-03-31T09:00:00Z"), "UTC");
  expect(isoRange(previous)).toEqual(["2026-02-01T00:00:00.000Z", "2026-02-28T09:00:00.000Z"]);
});

const bounds = (from: string | undefined, to: string | undefined, zone = "Asia/Riyadh") => {
  const { filter } = parseCallFilter({ from, to }, zone);
  return [filter.from, filter.to] as const;
};

test("a custom period is compared with the period of the same length directly before it", () => {
  const now = new Date("2026-11-23T11:05:00Z");
  const past = customPeriod(...bounds("2026-11-01", "2026-11-10"), now, "Asia/Riyadh");
  expect([isoRange(past), isoRange(past?.previous ?? null), past?.isRunning]).toEqual([
    ["2026-10-31T21:00:00.000Z", "2026-11-10T21:00:00.000Z"],
    ["2026-10-21T21:00:00.000Z", "2026-10-31T21:00:00.000Z"],
    false,
  ]);
  const running = customPeriod(...bounds("2026-11-20", "2026-11-30"), now, "Asia/Riyadh");
  expect([isoRange(running?.previous ?? null), running?.isRunning]).toEqual([
    ["2026-11-08T21:00:00.000Z", "2026-11-12T11:05:00.000Z"],
    true,
  ]);
  const hours = customPeriod(...bounds("2026-11-20T08:00:00Z", "2026-11-20T10:30:00Z"), now, "Asia/Riyadh");
  expect(isoRange(hours?.previous ?? null)).toEqual(["2026-11-20T05:30:00.000Z", "2026-11-20T08:00:00.000Z"]);
});

test("a period without an end ends today; a period without a start is thirty days long", () => {
  const now = new Date("2026-11-23T11:05:00Z");
  expect(isoRange(customPeriod(...bounds("2026-11-20", undefined), now, "Asia/Riyadh"))).toEqual([
    "2026-11-19T21:00:00.000Z",
    "2026-11-23T21:00:00.000Z",
  ]);
  expect(isoRange(customPeriod(...bounds(undefined, "2026-10-30"), now, "Asia/Riyadh"))).toEqual([
    "2026-09-30T21:00:00.000Z",
    "2026-10-30T21:00:00.000Z",
  ]);
});

test("a period that is empty, ends before it starts or is longer than ten years is refused", () => {
  const now = new Date("2026-11-23T11:05:00Z");
  expect(customPeriod(...bounds("2026-11-20", "2026-11-19"), now, "Asia/Riyadh")).toBeNull();
  expect(customPeriod(...bounds("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z"), now, "Asia/Riyadh")).toBeNull();
  expect(customPeriod(...bounds("1999-01-01", "2026-11-20"), now, "Asia/Riyadh")).toBeNull();
});

test("a period in the future has no previous period", () => {
  const period = customPeriod(...bounds("2027-01-01", "2027-01-31"), new Date("2026-11-23T11:05:00Z"), "Asia/Riyadh");
  expect(period?.previous).toBeNull();
});

test("a preset contains the present, and its previous range is not empty and ends before the preset starts", () => {
  fc.assert(
    fc.property(zones, instants, fc.constantFrom(...PRESETS), (zone, now, preset) => {
      const period: Period = presetPeriod(preset, now, zone);
      expect(now >= period.from && now < period.to).toBe(true);
      expect(period.isRunning).toBe(true);
      const { previous } = period;
      if (previous !== null) {
        expect(previous.from < previous.to).toBe(true);
        expect(previous.to <= period.from).toBe(true);
      }
    }),
  );
});

test("the bounds of a range round-trip through the parameters of a list", () => {
  fc.assert(
    fc.property(zones, instants, instants, (zone, one, other) => {
      fc.pre(one.getTime() !== other.getTime());
      const range = one < other ? { from: one, to: other } : { from: other, to: one };
      const days = {
        from: startOfDay(dayOf(range.from, zone), zone),
        to: startOfDay(addDays(dayOf(range.to, zone), 1), zone),
      };
      for (const each of [range, days]) {
        const written = boundsOf(each, zone);
        const { filter, ignored } = parseCallFilter({ from: written.from.text, to: written.to.text }, zone);
        expect(ignored).toEqual([]);
        expect([filter.from?.at, filter.to?.at]).toEqual([each.from, each.to]);
      }
      expect(boundsOf(days, zone).from.text).toMatch(/^\d{4}-\d\d-\d\d$/);
    }),
  );
});

test("buckets cover a range without gaps or overlaps, none is empty, and they start at local times", () => {
  fc.assert(
    fc.property(
      zones,
      instants,
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 0, max: 86_400_000 }),
      fc.constantFrom(...BUCKET_UNITS),
      fc.constantFrom(1, 6, 7),
      (zone, from, days, rest, unit, weekStart) => {
        const to = new Date(from.getTime() + (unit === "hour" ? 2 : days) * 86_400_000 + rest);
        const buckets = bucketsOf({ from, to }, unit, zone, weekStart);
        const problems = buckets.filter((bucket, index) => {
          const day = dayOf(bucket.from, zone);
          const isFirst = index === 0;
          const follows = bucket.from.getTime() === (isFirst ? from : buckets[index - 1]?.to)?.getTime();
          const begins = {
            hour: bucket.to.getTime() - bucket.from.getTime() <= 3_600_000,
            day: bucket.from.getTime() === startOfDay(day, zone).getTime(),
            week: new Date(`${day}T00:00:00Z`).getUTCDay() === weekStart % 7,
            month: day.endsWith("-01"),
          }[unit];
          return !follows || bucket.from >= bucket.to || !(isFirst || begins);
        });
        expect([problems, buckets.at(-1)?.to]).toEqual([[], to]);
      },
    ),
  );
});

test("a day on which the clocks change has 23 or 25 hours", () => {
  const hours = (date: string, zone: string) =>
    bucketsOf({ from: startOfDay(date, zone), to: startOfDay(addDays(date, 1), zone) }, "hour", zone, 7).length;
  expect(hours("2026-04-24", "Africa/Cairo")).toBe(23);
  expect(hours("2026-10-29", "Africa/Cairo")).toBe(25);
  expect(hours("2026-11-23", "Africa/Cairo")).toBe(24);
});

test("days start at local midnight, not every 24 hours", () => {
  const zone = "Africa/Cairo";
  const range = { from: startOfDay("2026-10-28", zone), to: startOfDay("2026-10-31", zone) };
  expect(bucketsOf(range, "day", zone, 7).map(({ from }) => from.toISOString())).toEqual([
    "2026-10-27T21:00:00.000Z",
    "2026-10-28T21:00:00.000Z",
    "2026-10-29T22:00:00.000Z",
  ]);
});

test("the bucket unit grows with the range", () => {
  const unit = (from: string, to: string) => {
    const [start, end] = bounds(from, to, "Africa/Cairo") as [TimeBound, TimeBound];
    return bucketUnit({ from: start.at, to: end.at });
  };
  expect(unit("2026-11-23", "2026-11-23")).toBe("hour");
  expect(unit("2026-10-29", "2026-10-30")).toBe("hour");
  expect(unit("2026-11-01", "2026-11-03")).toBe("day");
  expect(unit("2026-10-01", "2026-11-30")).toBe("day");
  expect(unit("2026-01-01", "2026-12-31")).toBe("week");
  expect(unit("2024-01-01", "2026-12-31")).toBe("month");
});

test("a week starts on the configured day", () => {
  expect(weekdaysFrom(7)).toEqual([7, 1, 2, 3, 4, 5, 6]);
  expect(weekdaysFrom(1)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(weekdaysFrom(6)).toEqual([6, 7, 1, 2, 3, 4, 5]);
});

test("a range of under a week contains only some weekdays", () => {
  const weekdays = (from: string, to: string) => {
    const [start, end] = bounds(from, to) as [TimeBound, TimeBound];
    return [...weekdaysIn({ from: start.at, to: end.at }, "Asia/Riyadh")].toSorted();
  };
  expect(weekdays("2026-11-23", "2026-11-23")).toEqual([1]);
  expect(weekdays("2026-11-21", "2026-11-23")).toEqual([1, 6, 7]);
  expect(weekdays("2026-10-01", "2026-11-23")).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
