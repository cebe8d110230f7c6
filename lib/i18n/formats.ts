import type { Formats } from "next-intl";

/**
 * The formats of times and numbers, for `useFormatter()`. Both languages use 24-hour times: in a column of times, "02:05" must be clear
 * without AM or PM.
 *
 * next-intl does not know their names: for each message with a value it would write all of them into the key of its cache, which took a tenth of the
 * overview's time.
 */
export const formats = {
  dateTime: {
    /** 23 Nov 2025 */
    date: { day: "numeric", month: "short", year: "numeric" },
    /** 23 Nov: where the year is clear from the page. */
    day: { day: "numeric", month: "short" },
    /** Sun 23 Nov */
    weekday: { weekday: "short", day: "numeric", month: "short" },
    /** November 2025 */
    month: { month: "long", year: "numeric" },
    /** 14:05 */
    time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    /** 14:05:09 */
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    /** 23 Nov 2025, 14:05 */
    dateTime: {
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    },
    /** 23 Nov, 14:05:09: in lists. */
    compact: {
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    },
    /** 23 Nov 2025, 14:05:09 */
    full: {
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    },
  },
  number: {
    integer: { maximumFractionDigits: 0 },
    /** 0.624 → 62% */
    percent: { style: "percent", maximumFractionDigits: 0 },
    compact: { notation: "compact", maximumFractionDigits: 1 },
  },
} as const satisfies Formats;
