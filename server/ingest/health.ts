import { countUnfinished } from "@/db/calls/enrichment";
import { countArrivals, readArrivalBounds } from "@/db/deliveries/arrivals";
import { countQuarantined } from "@/db/deliveries/list";
import {
  comparablePeriods,
  isUnusualSilence,
  lastHour,
  type ComparisonUnit,
  silentPeriod,
  type Period,
  usualCount,
} from "@/lib/delivery/arrivals";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { readOperation } from "./operation";

/**
 * How many deliveries were received in a period, and the usual number: the median of `comparedWith` earlier weeks or days.
 * `usual` is null if there are too few earlier periods.
 */
export type ComparedCount = { count: number; usual: number | null; unit: ComparisonUnit; comparedWith: number };

const HOUR_MS = 3_600_000;

export type IngestHealth = Awaited<ReturnType<typeof readIngestHealth>>;

/**
 * The health of ingest: whether deliveries arrive as usual and can be written, how many are quarantined, spooled or damaged, how many
 * calls wait for enrichment, and whether the API is usable. Throws while the database is unavailable.
 *
 * @param zone IANA name of the organization's time zone
 */
export async function readIngestHealth(zone: string, now: Date) {
  const [bounds, quarantined, unfinished, keyRefusal, operation] = await Promise.all([
    readArrivalBounds(),
    countQuarantined(),
    countUnfinished(),
    readKeyRefusal(),
    // The page also lists the damaged files, which it reads now.
    readOperation({ spoolMaxAgeMs: 0 }),
  ]);
  const silent = silentPeriod(bounds.last, now);
  const hour = lastHour(now);
  const [received, receivedSince] = await Promise.all([
    compareCount(hour, zone, bounds.first),
    silent === null ? null : compareCount(silent, zone, bounds.first),
  ]);
  return {
    lastDeliveryAt: bounds.last,
    hour: { ...received, since: hour.from },
    /** Not null if no delivery has arrived for an unusually long time. */
    silence:
      receivedSince !== null && bounds.last !== null && isUnusualSilence(receivedSince.counts)
        ? { ...receivedSince, milliseconds: now.getTime() - bounds.last.getTime() }
        : null,
    quarantined,
    unfinished,
    api: !hasApiKey() ? ("off" as const) : keyRefusal === null ? ("on" as const) : ("stopped" as const),
    /** What this process says of the database and its spool; the same as `/api/health`. */
    operation,
    /** How long the rest of the spool lasts at the rate of the last hour, in milliseconds; null if that cannot be said. */
    spoolLastsMs:
      operation.spool_room === null || received.count === 0 ? null : (operation.spool_room / received.count) * HOUR_MS,
  };
}

async function compareCount(
  period: Period,
  zone: string,
  first: Date | null,
): Promise<ComparedCount & { counts: number[] }> {
  const { unit, periods } = comparablePeriods(period, zone, first);
  const [count = 0, ...counts] = await countArrivals([period, ...periods]);
  return { count, counts, usual: usualCount(counts), unit, comparedWith: counts.length };
}
