import { Temporal } from "temporal-polyfill";

import type { TimeBound } from "@/lib/url/time-bound";

import { addDays, dayOf, startOfDay, type TimeRange } from "./time";

export const PRESETS = ["today", "7d", "30d", "month"] as const;
export type Preset = (typeof PRESETS)[number];
export const DEFAULT_PRESET: Preset = "7d";

/**
 * The period of a page of statistics. Presets are whole days and end with today: `7d` is today and the six days before.
 *
 * `previous` is the range that the period is compared with. It lies directly before the period and has the same length in the zone's
 * calendar: a day on which the clocks change counts as one day. While the period is running, `previous` ends at the same point, so that a
 * morning is not compared with a whole day: it ends yesterday at this time, or last month on this day at this time (or at the end of that
 * month, if it was shorter). `previous` is null if the period is in the future.
 */
export type Period = TimeRange & { preset: Preset | null; previous: TimeRange | null; isRunning: boolean };

export function presetPeriod(preset: Preset, now: Date, zone: string): Period {
  const today = dayOf(now, zone);
  const days = { today: 1, "7d": 7, "30d": 30, month: null }[preset];
  const from = days === null ? Temporal.PlainDate.from(today).with({ day: 1 }).toString() : addDays(today, 1 - days);
  const range = { from: startOfDay(from, zone), to: startOfDay(addDays(today, 1), zone) };
  return withPrevious(range, preset, now, (at) => shiftBack(at, days === null ? { months: 1 } : { days }, zone));
}

/** Ten years. A longer period is probably a typing error. */
const MAX_PERIOD_DAYS = 3_660;
const OPEN_PERIOD_DAYS = 30;

/**
 * The period between the two bounds of a URL. Without `to`, it ends with today; without `from`, it is thirty days long. Null if it is
 * empty, ends before it starts, or is longer than ten years.
 */
export function customPeriod(from: TimeBound | null, to: TimeBound | null, now: Date, zone: string): Period | null {
  const end = to?.at ?? startOfDay(addDays(dayOf(now, zone), 1), zone);
  const start = from?.at ?? shiftBack(end, { days: OPEN_PERIOD_DAYS }, zone);
  const length = end.getTime() - start.getTime();
  if (length <= 0 || length > MAX_PERIOD_DAYS * DAY_MS) {
    return null;
  }
  const range = { from: start, to: end };
  const days = wholeDays(range, zone);
  return withPrevious(range, null, now, (at) =>
    days === null ? new Date(at.getTime() - length) : shiftBack(at, { days }, zone),
  );
}

function withPrevious(range: TimeRange, preset: Preset | null, now: Date, back: (at: Date) => Date): Period {
  const isRunning = now < range.to;
  // In whole minutes, because the page shows this time and its links contain it.
  const minute = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
  const end = back(isRunning ? minute : range.to);
  const previous = { from: back(range.from), to: end > range.from ? range.from : end };
  return { ...range, preset, isRunning, previous: previous.to > previous.from ? previous : null };
}

/** The same local time on an earlier day. If the earlier month is too short for the day, its last day is used. */
function shiftBack(at: Date, by: { days: number } | { months: number }, zone: string): Date {
  return new Date(zoned(at, zone).subtract(by).epochMilliseconds);
}

/** The number of calendar days of a range, or null if it is not made of whole days. */
function wholeDays({ from, to }: TimeRange, zone: string): number | null {
  if (!isDayStart(from, zone) || !isDayStart(to, zone)) {
    return null;
  }
  const first = Temporal.PlainDate.from(dayOf(from, zone));
  return first.until(Temporal.PlainDate.from(dayOf(to, zone)), { largestUnit: "day" }).days;
}

function isDayStart(at: Date, zone: string): boolean {
  return startOfDay(dayOf(at, zone), zone).getTime() === at.getTime();
}

/** A range as the `from` and `to` of a filter: dates if it is made of whole days, otherwise instants with the zone's offset. */
export function boundsOf(range: TimeRange, zone: string): { from: TimeBound; to: TimeBound } {
  const days = wholeDays(range, zone) !== null;
  return {
    from: { at: range.from, text: days ? dayOf(range.from, zone) : instantText(range.from, zone) },
    to: { at: range.to, text: days ? addDays(dayOf(range.to, zone), -1) : instantText(range.to, zone) },
  };
}

function instantText(at: Date, zone: string): string {
  const text = zoned(at, zone).toString({ timeZoneName: "never" });
  // Offsets are written in minutes, but some historical offsets have seconds.
  return new Date(text).getTime() === at.getTime() ? text : at.toISOString();
}

/* ── Buckets ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

export const BUCKET_UNITS = ["hour", "day", "week", "month"] as const;
export type BucketUnit = (typeof BUCKET_UNITS)[number];

/**
 * The time that one bar of a chart covers: hours for ranges of up to two days, days up to two months, weeks up to a year, then months.
 */
export function bucketUnit({ from, to }: TimeRange): BucketUnit {
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  // Two days have 49 hours if the clocks go back.
  return days <= 2.1 ? "hour" : days <= 62.1 ? "day" : days <= 400 ? "week" : "month";
}

/**
 * Splits a range at the hours, days, weeks or months of a zone. The buckets cover `range.from` to `range.to` without gaps, so the first
 * and the last may be shorter than the rest. No bucket is empty: an hour that the clocks skip has no bucket.
 *
 * @param weekStart ISO weekday on which a week begins, 1 Monday to 7 Sunday
 */
export function bucketsOf(range: TimeRange, unit: BucketUnit, zone: string, weekStart: number): TimeRange[] {
  const buckets: TimeRange[] = [];
  let from = range.from;
  while (from < range.to) {
    const next = nextStart(from, unit, zone, weekStart);
    const to = next < range.to ? next : range.to;
    buckets.push({ from, to });
    from = to;
  }
  return buckets;
}

function nextStart(at: Date, unit: BucketUnit, zone: string, weekStart: number): Date {
  if (unit === "hour") {
    // Do not compute the next hour of the local time: if the clocks go back, that hour is in the past.
    const later = new Date(at.getTime() + HOUR_MS);
    const hour = zoned(later, zone).round({ smallestUnit: "hour", roundingMode: "floor" });
    const start = new Date(hour.epochMilliseconds);
    return start > at ? start : later;
  }
  const day = zoned(at, zone).toPlainDate();
  const start =
    unit === "day"
      ? day.add({ days: 1 })
      : unit === "week"
        ? day.add({ days: 7 - ((day.dayOfWeek - weekStart + 7) % 7) })
        : day.with({ day: 1 }).add({ months: 1 });
  return startOfDay(start.toString(), zone);
}

/** The ISO weekdays in the order of a week that begins on `weekStart`. */
export function weekdaysFrom(weekStart: number): number[] {
  return Array.from({ length: 7 }, (_, index) => ((weekStart - 1 + index) % 7) + 1);
}

/** The ISO weekdays that occur in a range. */
export function weekdaysIn({ from, to }: TimeRange, zone: string): Set<number> {
  const last = zoned(new Date(to.getTime() - 1), zone).toPlainDate();
  const weekdays = new Set<number>();
  let day = zoned(from, zone).toPlainDate();
  while (weekdays.size < 7 && Temporal.PlainDate.compare(day, last) <= 0) {
    weekdays.add(day.dayOfWeek);
    day = day.add({ days: 1 });
  }
  return weekdays;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

function zoned(at: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
}
