import type { getFormatter } from "next-intl/server";

/** Formats a duration in whole minutes, hours or days. */
export function formatLength(milliseconds: number, format: Awaited<ReturnType<typeof getFormatter>>): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const [value, unit] =
    minutes < 120
      ? [minutes, "minute"]
      : minutes < 2880
        ? [Math.floor(minutes / 60), "hour"]
        : [Math.floor(minutes / 1440), "day"];
  return format.number(Number(value), { style: "unit", unit: String(unit), unitDisplay: "long" });
}
