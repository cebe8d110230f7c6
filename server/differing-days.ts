import { countDifferingDays } from "@/db/statistics/differing-days";
import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/**
 * Whether Node and Postgres agree when the organization's days begin. They do not if a country has changed its rules and one of the two has older time zone
 * data. Figures that begin or end with such a day are then read from the calls, exact but slow, and nothing but this says why.
 */

const latest = perProcess("differing days", () => ({
  comparedAt: Number.NEGATIVE_INFINITY,
  days: null as number | null,
}));
/** Postgres may be upgraded while this process runs. Node's data stays what it is until the next start. */
const COMPARE_EVERY_MS = 3_600_000;

/** How many days differed when this process last compared them; null if it has not yet. */
export function differingDays(): number | null {
  return latest.days;
}

/** Compares the days if the last time is an hour ago, even if that failed, or `isNewZone`. Writes to the log how many differ, when that has changed. */
export async function compareDays({ isNewZone }: { isNewZone: boolean }): Promise<void> {
  if (!isNewZone && performance.now() - latest.comparedAt < COMPARE_EVERY_MS) {
    return;
  }
  latest.comparedAt = performance.now();
  const days = await countDifferingDays();
  if (days !== (latest.days ?? 0)) {
    log(days > 0 ? "warn" : "info", "statistics_days_differ", { count: days });
  }
  latest.days = days;
}
