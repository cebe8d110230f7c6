import { expect, test } from "@playwright/test";

import { monthOf, nextMonthOf, wholeDaysOf } from "@/lib/time/whole-days";

const CAIRO = "Africa/Cairo";
const range = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });

test("a range is its whole days and the parts of a day around them", () => {
  // Egypt's clocks go back at the end of 29 October.
  const { days, within, head, tail } = wholeDaysOf(range("2026-10-28T09:00:00Z", "2026-11-02T08:30:00Z"), CAIRO);
  expect({ days, within, head, tail }).toEqual({
    days: { from: "2026-10-29", to: "2026-11-02" },
    within: range("2026-10-28T21:00:00Z", "2026-11-01T22:00:00Z"),
    head: range("2026-10-28T09:00:00Z", "2026-10-28T21:00:00Z"),
    tail: range("2026-11-01T22:00:00Z", "2026-11-02T08:30:00Z"),
  });
});

test("whole days have no parts around them", () => {
  const { days, head, tail } = wholeDaysOf(range("2026-10-28T21:00:00Z", "2026-10-30T22:00:00Z"), CAIRO);
  expect(days).toEqual({ from: "2026-10-29", to: "2026-10-31" });
  expect([head, tail].map(({ from, to }) => to.getTime() - from.getTime())).toEqual([0, 0]);
});

test("a range without a whole day is all head", () => {
  for (const short of [
    range("2026-10-28T21:00:01Z", "2026-10-29T21:30:00Z"),
    range("2026-10-28T23:00:00Z", "2026-10-29T23:00:00Z"),
    range("2026-10-28T21:00:00Z", "2026-10-28T21:00:00Z"),
  ]) {
    const { days, head, within, tail } = wholeDaysOf(short, CAIRO);
    expect(days.from).toBe(days.to);
    expect(head).toEqual(short);
    expect([within, tail].map(({ from, to }) => to.getTime() - from.getTime())).toEqual([0, 0]);
  }
});

test("months begin with their first day", () => {
  expect([monthOf("2026-02-28"), nextMonthOf("2026-01-31"), nextMonthOf("2026-12-01")]).toEqual([
    "2026-02-01",
    "2026-02-01",
    "2027-01-01",
  ]);
});
