import { Temporal } from "temporal-polyfill";

/** A day of the calendar, `2026-11-23`. */
export type IsoDate = string;

const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

/** Whether `zone` is the name of a time zone that this runtime knows. An offset is none: Postgres reads `+03:00` as west. */
export function isTimeZone(zone: string): boolean {
  if (/^[+-]/.test(zone)) {
    return false;
  }
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A calendar day, or null for text that is none (`2026-02-30`). */
export function parseIsoDate(text: string): IsoDate | null {
  if (!ISO_DATE.test(text)) {
    return null;
  }
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" }).toString();
  } catch {
    return null;
  }
}

/** When a day begins in a zone: not midnight where the clocks change then. */
export function startOfDay(date: IsoDate, zone: string): Date {
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds);
}

/** The day that comes `days` after `date`; negative for before. */
export function addDays(date: IsoDate, days: number): IsoDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The day it is at `instant` in a zone. */
export function dayOf(instant: Date, zone: string): IsoDate {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** ISO 8601 with the zone's offset at that instant and whole seconds: `2026-11-23T10:00:00+03:00`. */
export function toZonedIso(instant: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: "never", smallestUnit: "second" });
}

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const padded = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${parts.map(padded).join(":")}` : `${parts[0] ?? 0}:${padded(parts[1] ?? 0)}`;
}
