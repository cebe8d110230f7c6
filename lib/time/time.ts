import { Temporal } from "temporal-polyfill";

/** A calendar day, `2026-11-23`. */
type IsoDate = string;

/** A time range: `from` is inclusive, `to` is exclusive. */
export type TimeRange = { from: Date; to: Date };

const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

/** Whether this runtime knows a time zone with this name. Refuses offsets, because Postgres reads `+03:00` as west of Greenwich. */
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

/** Parses a calendar day; null if the text is not a valid one (`2026-02-30`). */
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

/** The start of a day in a time zone. If the clocks skip midnight, the day starts later. */
export function startOfDay(date: IsoDate, zone: string): Date {
  const compute = () => Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
  return new Date(remembered(starts, `${date} ${zone}`, compute));
}

/** What was computed: it never changes while the process runs. Temporal takes 20 µs for each, and a page asks for the same days hundreds of times. */
const starts = new Map<string, number>();
const days = new Map<string, IsoDate>();
const MOST_REMEMBERED = 5_000;

function remembered<Value>(values: Map<string, Value>, key: string, compute: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = compute();
    if (values.size >= MOST_REMEMBERED) {
      values.clear();
    }
    values.set(key, value);
  }
  return value;
}

/** The day `days` after `date`, or before it if negative. */
export function addDays(date: IsoDate, days: number): IsoDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The day of an instant in a time zone. */
export function dayOf(instant: Date, zone: string): IsoDate {
  const at = instant.getTime();
  return remembered(days, `${at} ${zone}`, () =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString(),
  );
}

/** Formats an instant as ISO 8601 in whole seconds, with the zone's offset at that instant: `2026-11-23T10:00:00+03:00`. */
export function toZonedIso(instant: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: "never", smallestUnit: "second" });
}

const DAY_MS = 86_400_000;

/**
 * A faster `toZonedIso` for many instants, with milliseconds if they are not zero. It computes offsets once per day; only on days when
 * the clocks change it computes one for each instant.
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
