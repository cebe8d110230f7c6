import type { useFormatter } from "next-intl";

import { IMPORTS_PER_SECOND } from "@/lib/imports/id-list";

/** The estimated duration of an import of this many calls, in seconds, minutes or hours: "3 minutes". */
export function importDuration(calls: number, format: Pick<ReturnType<typeof useFormatter>, "number">): string {
  const seconds = calls / IMPORTS_PER_SECOND;
  const [value, unit] =
    seconds < 90
      ? [Math.max(1, Math.ceil(seconds)), "second"]
      : seconds < 5400
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  return format.number(Number(value), { style: "unit", unit: String(unit), unitDisplay: "long" });
}
