import type { getFormatter } from "next-intl/server";

type Formatter = Awaited<ReturnType<typeof getFormatter>>;

/** Formats the age of what is read: in tenths of a second up to five seconds, then in seconds, minutes or hours. */
export function formatAge(milliseconds: number, format: Formatter): string {
  const seconds = milliseconds / 1000;
  const [value, unit] =
    seconds < 120 ? [seconds, "second"] : seconds < 7200 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return format.number(value, {
    style: "unit",
    unit: String(unit),
    unitDisplay: "long",
    maximumFractionDigits: seconds < 5 ? 1 : 0,
  });
}
