import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { CsvBytes } from "@/lib/text/csv-bytes";
import { addDays, dayOf, parseIsoDate, startOfDay, toZonedIso, zonedIsoWriter } from "@/lib/time/time";
import { zonedIsoBytes } from "@/lib/time/zoned-iso-bytes";

test("a date that does not exist or has another format is refused", () => {
  expect(parseIsoDate("2026-02-28")).toBe("2026-02-28");
  for (const text of ["2026-02-30", "2026-2-3", "2026-13-01", "today", "", "20260203"]) {
    expect(parseIsoDate(text), text).toBeNull();
  }
});

test("a day starts at local midnight, or at the first local time if there is no midnight", () => {
  expect(startOfDay("2026-11-23", "Asia/Riyadh").toISOString()).toBe("2026-11-22T21:00:00.000Z");
  // On the last Friday of April, Egypt's clocks go from 00:00 to 01:00, so that day has no midnight.
  expect(startOfDay("2026-04-24", "Africa/Cairo").toISOString()).toBe("2026-04-23T22:00:00.000Z");
  expect(dayOf(new Date("2026-11-22T21:00:00Z"), "Asia/Riyadh")).toBe("2026-11-23");
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
});

test("days are the same however often they are asked for, in any zone, and whatever becomes of a date that was returned", () => {
  const first = Array.from({ length: 6_000 }, (_, day) => addDays("2020-01-01", day));
  const offsetOf = { "Asia/Riyadh": 3, "Etc/GMT+5": -5, UTC: 0 };
  for (let round = 0; round < 2; round += 1) {
    for (const [zone, offset] of Object.entries(offsetOf)) {
      const starts = first.map((day) => startOfDay(day, zone));
      expect(starts.map((start) => start.getTime())).toEqual(first.map((day) => Date.parse(day) - offset * 3_600_000));
      expect(starts.map((start) => dayOf(start, zone))).toEqual(first);
      for (const start of starts) {
        start.setTime(0);
      }
    }
  }
});

test("an instant is written with the zone's offset at that instant", () => {
  expect(toZonedIso(new Date("2026-07-01T09:30:15.900Z"), "Africa/Cairo")).toBe("2026-07-01T12:30:15+03:00");
  expect(toZonedIso(new Date("2026-12-01T09:30:15Z"), "Africa/Cairo")).toBe("2026-12-01T11:30:15+02:00");
});

test("`zonedIsoWriter` writes the same texts as `toZonedIso`, and milliseconds too", () => {
  const writers = ["Africa/Cairo", "Asia/Riyadh", "America/New_York", "Australia/Lord_Howe", "UTC"].map(
    (zone) => [zone, zonedIsoWriter(zone)] as const,
  );
  const seconds = fc.integer({ min: Date.UTC(2020, 0) / 1000, max: Date.UTC(2030, 0) / 1000 });
  fc.assert(
    fc.property(seconds, (second) => {
      for (const [zone, write] of writers) {
        expect(write(new Date(second * 1000))).toBe(toZonedIso(new Date(second * 1000), zone));
      }
    }),
  );
  const cairo = zonedIsoWriter("Africa/Cairo");
  expect(cairo(new Date("2026-04-23T21:59:59.999Z"))).toBe("2026-04-23T23:59:59.999+02:00");
  expect(cairo(new Date("2026-04-23T22:00:00Z"))).toBe("2026-04-24T01:00:00+03:00");
});

test("`zonedIsoBytes` writes the same texts as `zonedIsoWriter`, also on the days when the clocks change and in unusual years", () => {
  const zones = ["Africa/Cairo", "Asia/Riyadh", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "UTC"];
  const writers = zones.map((zone) => [zonedIsoWriter(zone), zonedIsoBytes(zone)] as const);
  const usual = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
  const changes = fc.integer({ min: Date.UTC(2026, 3, 23), max: Date.UTC(2026, 3, 25) });
  const any = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(12_000, 0) });
  fc.assert(
    fc.property(fc.oneof(usual, changes, any), (milliseconds) =>
      writers.every(([textOf, write]) => {
        const to = new CsvBytes(32);
        write(milliseconds, to);
        return to.result().toString("latin1") === textOf(new Date(milliseconds));
      }),
    ),
    { numRuns: 1000 },
  );
});
