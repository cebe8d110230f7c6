import type { CsvBytes } from "@/lib/text/csv-bytes";

import { zonedIsoWriter } from "./time";

const DAY_MS = 86_400_000;
/** A day of four-digit years whose offset is whole minutes: 19 characters, then the offset. */
const USUAL = /^\d{4}-.{14}([+-])(\d\d):(\d\d)$/;

/** What a day of UTC has in common: the offset in milliseconds and as text. Null if the clocks change on it, or it is an unusual one. */
type DayOffset = { shift: number; offset: string } | null;

/** Writes the texts of `zonedIsoWriter` into bytes, without making strings. Takes milliseconds since 1970. */
export function zonedIsoBytes(zone: string): (milliseconds: number, to: CsvBytes) => void {
  const isoOf = zonedIsoWriter(zone);
  const offsets = new Map<number, DayOffset>();
  const dates = new Map<number, string>();
  const offsetOf = (day: number): DayOffset => {
    const [, sign, hours, minutes] = USUAL.exec(isoOf(new Date(day * DAY_MS))) ?? [];
    const offset = `${sign}${hours}:${minutes}`;
    if (sign === undefined || !isoOf(new Date((day + 1) * DAY_MS)).endsWith(offset)) {
      return null;
    }
    return { offset, shift: (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000) };
  };
  const dateOf = (localDay: number): string => {
    let date = dates.get(localDay);
    if (date === undefined) {
      date = new Date(localDay * DAY_MS).toISOString().slice(0, 11);
      dates.set(localDay, date);
    }
    return date;
  };
  return (milliseconds, to) => {
    const day = Math.floor(milliseconds / DAY_MS);
    let known = offsets.get(day);
    if (known === undefined) {
      known = offsetOf(day);
      offsets.set(day, known);
    }
    if (known === null) {
      to.ascii(isoOf(new Date(milliseconds)));
      return;
    }
    const local = milliseconds + known.shift;
    const localDay = Math.floor(local / DAY_MS);
    const ofDay = local - localDay * DAY_MS;
    const seconds = Math.floor(ofDay / 1000);
    to.ascii(dateOf(localDay));
    to.digits(Math.floor(seconds / 3600), 2);
    to.ascii(":");
    to.digits(Math.floor(seconds / 60) % 60, 2);
    to.ascii(":");
    to.digits(seconds % 60, 2);
    if (ofDay % 1000 !== 0) {
      to.ascii(".");
      to.digits(ofDay % 1000, 3);
    }
    to.ascii(known.offset);
  };
}
