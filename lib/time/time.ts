import { Temporal } from "temporal-polyfill";

/** A day of the calendar, `2026-11-23`. */
export type IsoDate = string;

/** A range of time: `from` is inclusive, `to` exclusive. */
export type TimeRange = { from: Date; to: Date };

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

const DAY_MS = 86_400_000;

/**
 * `toZonedIso` for very many instants, with milliseconds where there are some: asks the zone once a day instead of once an instant.
 * A day on which the clocks change is asked about each time.
 */
export function zonedIsoWriter(zone: string): (instant: Date) => string {
  const offsets = new Map<number, string | null>();
  const offsetAt = (milliseconds: number) =>
    Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(zone).offset;
  return (instant) => {
    const at = instant.getTime();
    const day = Math.floor(at / DAY_MS);
    let offset = offsets.get(day);
    if (offset === undefined) {
      const first = offsetAt(day * DAY_MS);
      offset = first === offsetAt((day + 1) * DAY_MS) ? first : null;
      offsets.set(day, offset);
    }
    const known = offset ?? offsetAt(at);
    const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(known) ?? [];
    const shift = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
    const local = new Date(at + shift).toISOString().slice(0, -1);
    return `${local.endsWith(".000") ? local.slice(0, -4) : local}${known}`;
  };
}
