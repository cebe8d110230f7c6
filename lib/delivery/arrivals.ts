import { Temporal } from "temporal-polyfill";

/**
 * Compares the number of deliveries with the usual number at this time of the week.
 *
 * "Usual" is the median of the same period in each of the previous eight weeks, in the organization's local time. With less
 * than two weeks of deliveries, the previous seven days are used instead; with less than three days, nothing is compared.
 */

/** `from` inclusive, `to` exclusive. */
export type Period = { from: Date; to: Date };

export type ComparisonUnit = "weeks" | "days";

/** The same period in earlier weeks or days, latest first; empty if there are too few deliveries to compare with. */
export type Comparison = { unit: ComparisonUnit; periods: Period[] };

const WEEKS = 8;
const DAYS = 7;
const ENOUGH_WEEKS = 2;
const ENOUGH_DAYS = 3;
const DAY_MS = 86_400_000;

/** A silence shorter than this is normal: the vendor's calls come in waves. */
const SHORTEST_SILENCE_MS = 10 * 60_000;
/** If usually fewer deliveries than this arrive in a period, an empty period is normal. */
const FEWEST_USUAL = 3;

/**
 * The earlier periods to compare a period with.
 *
 * @param zone IANA name of the organization's time zone
 * @param firstEver when the first delivery was received; periods before it do not count
 */
export function comparablePeriods(period: Period, zone: string, firstEver: Date | null): Comparison {
  const earlier = (unit: ComparisonUnit, count: number): Period[] =>
    Array.from({ length: count }, (_, index) => ({
      from: shift(period.from, zone, unit, index + 1),
      to: shift(period.to, zone, unit, index + 1),
    })).filter(({ from }) => firstEver !== null && from >= firstEver);
  const weeks = earlier("weeks", WEEKS);
  if (weeks.length >= ENOUGH_WEEKS) {
    return { unit: "weeks", periods: weeks };
  }
  const days = earlier("days", DAYS);
  return { unit: "days", periods: days.length >= ENOUGH_DAYS ? days : [] };
}

/** The median of the counts; null for an empty list. */
export function usualCount(counts: readonly number[]): number | null {
  const sorted = counts.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

/** The hour until now. */
export function lastHour(now: Date): Period {
  return { from: new Date(now.getTime() - 3_600_000), to: now };
}

/**
 * The period since the last delivery; null if the silence is too short to matter. The period is cut to its first day, so
 * that the same period on an earlier day never overlaps the silence.
 */
export function silentPeriod(lastDelivery: Date | null, now: Date): Period | null {
  if (lastDelivery === null || now.getTime() - lastDelivery.getTime() < SHORTEST_SILENCE_MS) {
    return null;
  }
  return { from: lastDelivery, to: new Date(Math.min(now.getTime(), lastDelivery.getTime() + DAY_MS)) };
}

/**
 * Whether a silent period is unusual: the median of the comparable periods is at least three deliveries, and at most a
 * quarter of these periods were silent too.
 *
 * @param counts the number of deliveries in each comparable period
 */
export function isUnusualSilence(counts: readonly number[]): boolean {
  const usual = usualCount(counts);
  const silent = counts.filter((count) => count === 0).length;
  return usual !== null && usual >= FEWEST_USUAL && silent <= counts.length / 4;
}

function shift(instant: Date, zone: string, unit: ComparisonUnit, count: number): Date {
  const shifted = Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .subtract({ [unit]: count });
  return new Date(shifted.epochMilliseconds);
}
