import { z } from "zod";

import { addDays, parseIsoDate, startOfDay } from "@/lib/time/time";

/** A bound of a time range: `text` is as in the URL, `at` is the instant that it means in the organization's time zone. */
export type TimeBound = { text: string; at: Date };

/**
 * Readers of `from` and `to`. Each accepts a date (a day in the zone) or an instant with an offset, in the years 1970 to 2999. `from` is
 * inclusive and `to` is exclusive. As dates, `from` means the start of its day and `to` the end of its day.
 */
export const timeBounds = (zone: string) => ({
  from: timeBound((date) => startOfDay(date, zone)),
  to: timeBound((date) => startOfDay(addDays(date, 1), zone)),
});

const timeBound = (instantOf: (date: string) => Date) =>
  z.string().transform((text, context): TimeBound => {
    const date = parseIsoDate(text);
    const isInstant = date === null && z.iso.datetime({ offset: true }).safeParse(text).success;
    const isInRange = /^(19[7-9]|2\d\d)\d-/.test(text);
    if (!isInRange || (date === null && !isInstant)) {
      context.addIssue("not a date or an instant of the years 1970 to 2999");
      return z.NEVER;
    }
    return { text, at: date === null ? new Date(text) : instantOf(date) };
  });
