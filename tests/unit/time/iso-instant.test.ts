import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { isoInstant } from "@/lib/time/iso-instant";

test("every usual notation of ISO 8601 is read", () => {
  const instant = new Date("2026-11-26T05:00:00Z");
  for (const text of [
    "2026-11-26T08:00:00+03:00",
    "2026-11-26T08:00:00+0300",
    "2026-11-26T08:00:00+03",
    "2026-11-26T08:00+03",
    "2026-11-26T05:00Z",
    "2026-11-26t05:00:00z",
    "2026-11-26 05:00:00Z",
    "2026-11-26 05:00:00 +00:00",
    "2026-11-26T05:00:00.000Z",
    "2026-11-26T05:00:00,000000Z",
    "2026-11-26T05:00:00.000000000+00:00",
    "20261126T050000Z",
    "20261126T0500Z",
    "20261126T080000.0+0300",
    "2026-11-26T00:30:00\u221204:30",
    "2026-11-26T00:30:00-0430",
    " 2026-11-26T05:00:00Z ",
  ]) {
    expect([text, isoInstant(text)]).toEqual([text, instant]);
  }
  expect(isoInstant("2026-11-26T05:00:00.1239Z")).toEqual(new Date("2026-11-26T05:00:00.123Z"));
  expect(isoInstant("2026-11-26T05:00:00.5Z")).toEqual(new Date("2026-11-26T05:00:00.500Z"));
  expect(isoInstant("2026-11-26T05:00:00.50000000000000000000Z")).toEqual(new Date("2026-11-26T05:00:00.500Z"));
  // `Date.UTC` reads the years 0 to 99 as 1900 to 1999.
  for (const year of ["0000", "0001", "0099", "0100"]) {
    expect(isoInstant(`${year}-01-01T00:00:00Z`)?.toISOString()).toBe(`${year}-01-01T00:00:00.000Z`);
  }
  // A leap second, which `Date` does not have.
  expect(isoInstant("2026-12-31T23:59:60Z")).toEqual(new Date("2026-12-31T23:59:59Z"));
});

test("what is no instant is not read", () => {
  for (const text of [
    "",
    "now",
    "infinity",
    "2026-11-26",
    "2026-11-26T05:00:00",
    "2026-11-26T05Z",
    "1790000000",
    "Thu, 26 Nov 2026",
    "2026-02-30T05:00:00Z",
    "2026-13-01T05:00:00Z",
    "2026-00-10T05:00:00Z",
    "2026-11-26T24:00:01Z",
    "2026-11-26T05:60:00Z",
    "2026-11-26T05:00:61Z",
    "2026-11-26T05:00:00+24:00",
    "2026-11-26T05:00:00+03:60",
    "+275760-09-13T00:00:00Z",
    "2026-11-26T05:00:00Zulu",
    "2026-1126T05:00:00Z",
    "2026-11-26T05:00:00.123456789012345678901Z",
    "٢٠٢٦-11-26T05:00:00Z",
  ]) {
    expect([text, isoInstant(text)]).toEqual([text, null]);
  }
});

test("any instant is read from its own text, in any offset", () => {
  const dates = fc.date({ min: new Date("2020-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(dates, fc.integer({ min: -23 * 60, max: 23 * 60 }), (date, offset) => {
      expect(isoInstant(date.toISOString())).toEqual(date);
      const sign = offset < 0 ? "-" : "+";
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
        String(part).padStart(2, "0"),
      );
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
      expect(isoInstant(`${local}${sign}${hours}:${minutes}`)).toEqual(date);
      expect(isoInstant(`${local}${sign}${hours}${minutes}`)).toEqual(date);
    }),
  );
});
