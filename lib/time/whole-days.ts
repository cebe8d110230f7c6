import { addDays, dayOf, startOfDay, type TimeRange } from "./time";

/** Days from `from` to `to`, which is exclusive: `2026-11-01` to `2026-12-01` is November. Equal ones are no day. */
type Days = { from: string; to: string };

/**
 * A range, divided at the days of a time zone. `days` are its whole days and `within` the time that they take. `head` and `tail` are the parts of
 * a day before and after them. All three are empty ranges where there is nothing. A range without a whole day is all `head`.
 */
export type WholeDays = { days: Days; within: TimeRange; head: TimeRange; tail: TimeRange };

export function wholeDaysOf(range: TimeRange, zone: string): WholeDays {
  const firstDay = dayOf(range.from, zone);
  const first = startOfDay(firstDay, zone) < range.from ? addDays(firstDay, 1) : firstDay;
  const last = dayOf(range.to, zone);
  if (last <= first) {
    const nothing = { from: range.to, to: range.to };
    return { days: { from: first, to: first }, within: nothing, head: range, tail: nothing };
  }
  const within = { from: startOfDay(first, zone), to: startOfDay(last, zone) };
  return {
    days: { from: first, to: last },
    within,
    head: { from: range.from, to: within.from },
    tail: { from: within.to, to: range.to },
  };
}

/** The first day of the month of a day. */
export function monthOf(day: string): string {
  return `${day.slice(0, -2)}01`;
}

/** The first day of the month after that of a day. */
export function nextMonthOf(day: string): string {
  return monthOf(addDays(monthOf(day), 31));
}
