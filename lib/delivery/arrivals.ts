import { Temporal } from "temporal-polyfill";

/**
 * Whether deliveries come as they usually do at this time of the week.
 *
 * "Usual" is the median of the same stretch of time in each of the eight weeks before, at the same time on the organization's
 * clock. A dashboard that is younger than two weeks compares with the seven days before instead, whatever weekday they are, and
 * one younger than three days does not judge.
 */

/** `from` inclusive, `to` exclusive. */
export type Stretch = { from: Date; to: Date };

export type Rhythm = "weeks" | "days";

/** The same stretch of earlier weeks or days, the latest first; empty where nothing can be compared yet. */
export type Comparison = { rhythm: Rhythm; stretches: Stretch[] };

const WEEKS = 8;
const DAYS = 7;
const ENOUGH_WEEKS = 2;
const ENOUGH_DAYS = 3;
const DAY_MS = 86_400_000;

/** A silence this short is never remarkable: the vendor's calls come in waves. */
const QUIET_MS = 10 * 60_000;
/** With fewer usual deliveries than this in a stretch, its being empty is no news. */
const REMARKABLE_COUNT = 3;

/**
 * What a stretch is to be compared with.
 *
 * @param firstEver when the first delivery of all came: before it, nothing was silent
 */
export function comparableStretches(stretch: Stretch, zone: string, firstEver: Date | null): Comparison {
  const earlier = (unit: Rhythm, count: number): Stretch[] =>
    Array.from({ length: count }, (_, index) => ({
      from: shift(stretch.from, zone, unit, index + 1),
      to: shift(stretch.to, zone, unit, index + 1),
    })).filter(({ from }) => firstEver !== null && from >= firstEver);
  const weeks = earlier("weeks", WEEKS);
  if (weeks.length >= ENOUGH_WEEKS) {
    return { rhythm: "weeks", stretches: weeks };
  }
  const days = earlier("days", DAYS);
  return { rhythm: "days", stretches: days.length >= ENOUGH_DAYS ? days : [] };
}

/** The median of the counts; null for none. */
export function usualCount(counts: readonly number[]): number | null {
  const sorted = counts.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

/** The hour until now. */
export function lastHour(now: Date): Stretch {
  return { from: new Date(now.getTime() - 3_600_000), to: now };
}

/**
 * The stretch since the last delivery, at most a day of it; null while the silence is too short to mean anything. The same stretch of
 * earlier weeks begins where the last delivery was and so never lies in the silence itself.
 */
export function silence(lastDelivery: Date | null, now: Date): Stretch | null {
  if (lastDelivery === null || now.getTime() - lastDelivery.getTime() < QUIET_MS) {
    return null;
  }
  return { from: lastDelivery, to: new Date(Math.min(now.getTime(), lastDelivery.getTime() + DAY_MS)) };
}

/**
 * Whether a silence is longer than usual for this time: usually three or more deliveries came in such a stretch, and at most one of
 * the earlier ones in four was as silent as this one.
 *
 * @param counts deliveries in each of the comparable stretches
 */
export function isUnusualSilence(counts: readonly number[]): boolean {
  const usual = usualCount(counts);
  const silent = counts.filter((count) => count === 0).length;
  return usual !== null && usual >= REMARKABLE_COUNT && silent <= counts.length / 4;
}

function shift(instant: Date, zone: string, unit: Rhythm, count: number): Date {
  const shifted = Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .subtract({ [unit]: count });
  return new Date(shifted.epochMilliseconds);
}
