import { countUnfinished } from "@/db/calls/enrichment";
import { countArrivals, readArrivalBounds } from "@/db/deliveries/arrivals";
import { countQuarantined } from "@/db/deliveries/list";
import {
  comparableStretches,
  isUnusualSilence,
  lastHour,
  type Rhythm,
  silence,
  type Stretch,
  usualCount,
} from "@/lib/delivery/arrivals";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { deliverySpool } from "./delivery-spool";

/** How many came in a stretch of time, and how many usually do; `usual` is null where it is too early to say. */
export type Rate = { count: number; usual: number | null; rhythm: Rhythm; comparedWith: number };

export type Inbox = Awaited<ReturnType<typeof readInbox>>;

/** The state of everything between the vendor and the calls. */
export async function readInbox(zone: string, now: Date) {
  const [bounds, quarantined, unfinished, keyRefusal] = await Promise.all([
    readArrivalBounds(),
    countQuarantined(),
    countUnfinished(),
    readKeyRefusal(),
  ]);
  const quiet = silence(bounds.last, now);
  const hour = lastHour(now);
  const [rate, quietRate] = await Promise.all([
    readRate(hour, zone, bounds.first),
    quiet === null ? null : readRate(quiet, zone, bounds.first),
  ]);
  return {
    lastDeliveryAt: bounds.last,
    hour: { ...rate, since: hour.from },
    /** Set where nothing has come for longer than usual at this time. */
    silence:
      quietRate !== null && bounds.last !== null && isUnusualSilence(quietRate.counts)
        ? { ...quietRate, milliseconds: now.getTime() - bounds.last.getTime() }
        : null,
    quarantined,
    unfinished,
    api: !hasApiKey() ? ("off" as const) : keyRefusal === null ? ("on" as const) : ("stopped" as const),
    /** Deliveries of this process that wait on disk for the database; null where there is no disk to wait on. */
    spooled: deliverySpool()?.waiting ?? null,
  };
}

async function readRate(stretch: Stretch, zone: string, first: Date | null): Promise<Rate & { counts: number[] }> {
  const { rhythm, stretches } = comparableStretches(stretch, zone, first);
  const [count = 0, ...counts] = await countArrivals([stretch, ...stretches]);
  return { count, counts, usual: usualCount(counts), rhythm, comparedWith: counts.length };
}
