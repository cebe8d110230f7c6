import { Temporal } from "temporal-polyfill";

import type { TimeBound } from "@/lib/url/time-bound";

import { addDays, dayOf, startOfDay } from "./time";

/** A stretch of time: `from` belongs to it, `to` does not. */
export type TimeRange = { from: Date; to: Date };

export const PRESETS = ["today", "7d", "30d", "month"] as const;
export type Preset = (typeof PRESETS)[number];
export const DEFAULT_PRESET: Preset = "7d";

/**
 * What a page of statistics is about. The presets are whole days that end with today: `7d` is today and the six days before.
 *
 * `previous` is what it is compared with: the stretch of the same length immediately before, by the calendar of the zone (a day with
 * a change of the clocks counts as a day). Where the period is still running, both are compared up to the same moment, so that
 * a morning is not measured against a whole day: yesterday until this time, last month until this day and time, or until its end
 * where it was shorter. Null where nothing of the period has come to pass.
 */
export type Period = TimeRange & { preset: Preset | null; previous: TimeRange | null; isRunning: boolean };

export function presetPeriod(preset: Preset, now: Date, zone: string): Period {
  const today = dayOf(now, zone);
  const days = { today: 1, "7d": 7, "30d": 30, month: null }[preset];
  const from = days === null ? Temporal.PlainDate.from(today).with({ day: 1 }).toString() : addDays(today, 1 - days);
  const range = { from: startOfDay(from, zone), to: startOfDay(addDays(today, 1), zone) };
  return withPrevious(range, preset, now, (at) => shiftBack(at, days === null ? { months: 1 } : { days }, zone));
}

/** A day of a chart is one of these at most; more than ten years is a slip of the pen. */
const MAX_PERIOD_DAYS = 3_660;
const OPEN_PERIOD_DAYS = 30;

/**
 * The period of two bounds out of a URL. Without an end it ends with today, without a beginning it is thirty days long. Null where it
 * ends before it begins or is longer than ten years.
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
  // By the minute: it is shown, and it is part of links.
  const moment = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
  const end = back(isRunning ? moment : range.to);
  const previous = { from: back(range.from), to: end > range.from ? range.from : end };
  return { ...range, preset, isRunning, previous: previous.to > previous.from ? previous : null };
}

/** The same wall clock time earlier; a day that the earlier month does not have becomes its last. */
function shiftBack(at: Date, by: { days: number } | { months: number }, zone: string): Date {
  return new Date(zoned(at, zone).subtract(by).epochMilliseconds);
}

/** How many days of the calendar a range is, or null where it does not begin and end with a day. */
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

/** A range as the `from` and `to` of a filter: days where it is made of days, else instants with the zone's offset. */
export function boundsOf(range: TimeRange, zone: string): { from: TimeBound; to: TimeBound } {
  const days = wholeDays(range, zone) !== null;
  return {
    from: { at: range.from, text: days ? dayOf(range.from, zone) : instantText(range.from, zone) },
    to: { at: range.to, text: days ? addDays(dayOf(range.to, zone), -1) : instantText(range.to, zone) },
  };
}

function instantText(at: Date, zone: string): string {
  const text = zoned(at, zone).toString({ timeZoneName: "never" });
  // An offset is written in minutes, and some zones once had seconds in theirs.
  return new Date(text).getTime() === at.getTime() ? text : at.toISOString();
}

/* ── Buckets ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

export const BUCKET_UNITS = ["hour", "day", "week", "month"] as const;
export type BucketUnit = (typeof BUCKET_UNITS)[number];

/** What one bar of a chart stands for: hours up to two days, days up to two months, weeks up to a year, then months. */
export function bucketUnit({ from, to }: TimeRange): BucketUnit {
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  // Two days are 49 hours where the clocks go back.
  return days <= 2.1 ? "hour" : days <= 62.1 ? "day" : days <= 400 ? "week" : "month";
}

/**
 * A range cut at the hours, days, weeks or months of a zone. They follow one another without a gap from `range.from` to `range.to`, so
 * the first and the last may be shorter than the rest, and none is empty: a day has 23, 24 or 25 hours, and an hour that the clocks
 * skip is not there.
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
    // Not "the next hour of the clock": where the clocks go back, that has already been.
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

/** The ISO weekdays that a range touches: all seven from a week on. */
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
