import { probeWrite, readHealth } from "@/db/deliveries/health";
import { replicaState } from "@/db/driver/client";
import type { ReplicaCondition } from "@/db/driver/replica-state";
import { perProcess } from "@/lib/per-process";
import { differingDays } from "@/server/differing-days";

import { deliverySpool } from "./delivery-spool";
import { heldCount } from "./hold";
import type { SpoolCondition } from "./spool";
import { deliveriesThatFit } from "./spool-space";

/** Why the status is `degraded`. */
type Reason =
  | "database_unavailable"
  | "writes_failing"
  | "held"
  | "spooled"
  | "spool_unreadable"
  | "spool_damaged"
  | "spool_low"
  | "spool_full"
  | "replica_behind"
  | "replica_unavailable"
  | "not_a_replica";

/** What `/api/health` answers. Numbers of deliveries are those of this process and its disk. */
export type Operation = {
  status: "ok" | "degraded";
  database: "ok" | "unavailable";
  last_delivery_at: string | null;
  quarantined: number | null;
  /**
   * How far figures are summed beforehand. `built_at` is null while they are read from the calls, which takes longer. `waiting_since`: when the first change was
   * made that is not in the sums yet; figures contain it nevertheless. `differing_days`: for how many days the sums are of no use, because they begin at another
   * instant for Postgres than for Node; null until this process has compared them. All null while the database is unavailable.
   */
  statistics: { built_at: string | null; waiting_since: string | null; differing_days: number | null } | null;
  /** Whether a delivery could be written. Null while the database is unavailable. */
  writes: "ok" | "failing" | null;
  /** The SQLSTATE or the driver's code of the failing write: `25006` read-only, `53100` full disk, `42501` missing privilege. */
  write_error: string | null;
  /** Why it is degraded; empty if it is not. */
  reasons: Reason[];
  /** Requests that wait for the database. */
  held: number;
  /** Deliveries on disk that wait for the database. */
  spooled: number;
  /** Damaged records of the spool, which wait for a person. */
  damaged: number;
  /** Files of the spool that cannot be read. */
  unreadable: number;
  /** `off` without a spool, `failing` if its folder cannot be read. */
  spool: "ok" | "low" | "full" | "failing" | "off";
  /** About how many more deliveries fit in the spool. Null without a spool, or if the system does not say. */
  spool_room: number | null;
  /**
   * Missing without `DATABASE_REPLICA_URL`. Unless it is `current`, lists and figures are read from the primary. It has all changes until `as_of`.
   */
  replica?: { status: ReplicaCondition["status"]; as_of: string | null; behind_seconds: number | null };
  /** Whether this process can still do something useful. */
  isServing: boolean;
};

/**
 * How this process is doing. Never throws.
 *
 * @param spoolMaxAgeMs how old the condition of the spool may be
 */
export async function readOperation({ spoolMaxAgeMs }: { spoolMaxAgeMs: number }): Promise<Operation> {
  const [health, probe, { state: spool, condition }, replica] = await Promise.all([
    readHealth(),
    probeWrite(),
    readSpool(spoolMaxAgeMs),
    replicaState?.read(),
  ]);
  const isUp = health !== null;
  const writes = !isUp ? null : probe.errorCode === null ? "ok" : "failing";
  const held = heldCount();
  const spooled = deliverySpool()?.waiting ?? 0;
  const damaged = condition?.damaged ?? 0;
  const unreadable = condition?.unreadable.length ?? 0;
  const found: Record<Reason, boolean> = {
    database_unavailable: !isUp,
    writes_failing: writes === "failing",
    held: held > 0,
    spooled: spooled > 0,
    spool_unreadable: unreadable > 0 || spool === "failing",
    spool_damaged: damaged > 0,
    spool_low: spool === "low",
    spool_full: spool === "full",
    replica_behind: replica?.status === "behind",
    replica_unavailable: replica?.status === "unavailable",
    not_a_replica: replica?.status === "not_a_replica",
  };
  const reasons = (Object.keys(found) as Reason[]).filter((reason) => found[reason]);
  const canSpool = spool === "ok" || spool === "low";
  return {
    status: reasons.length === 0 ? "ok" : "degraded",
    database: isUp ? "ok" : "unavailable",
    last_delivery_at: health?.lastDeliveryAt?.toISOString() ?? null,
    quarantined: health?.quarantined ?? null,
    statistics:
      health === null
        ? null
        : {
            built_at: health.statistics.builtAt?.toISOString() ?? null,
            waiting_since: health.statistics.waitingSince?.toISOString() ?? null,
            differing_days: differingDays(),
          },
    writes,
    write_error: writes === "failing" ? probe.errorCode : null,
    reasons,
    held,
    spooled,
    damaged,
    unreadable,
    spool,
    spool_room:
      condition === null || condition.space === null
        ? null
        : deliveriesThatFit(condition.space.freeBytes, condition.averageBytes),
    ...(replica === undefined
      ? {}
      : {
          replica: {
            status: replica.status,
            as_of: replica.asOf?.toISOString() ?? null,
            behind_seconds: replica.behindMs === null ? null : Math.round(replica.behindMs / 100) / 10,
          },
        }),
    isServing: isUp && (writes === "ok" || canSpool),
  };
}

type SpoolState = { state: Operation["spool"]; condition: SpoolCondition | null };

const latest = perProcess("spool condition", () => ({
  readAt: Number.NEGATIVE_INFINITY,
  read: null as Promise<SpoolState> | null,
}));

function readSpool(maxAgeMs: number): Promise<SpoolState> {
  if (latest.read === null || performance.now() - latest.readAt >= maxAgeMs) {
    latest.readAt = performance.now();
    latest.read = readSpoolNow();
  }
  return latest.read;
}

async function readSpoolNow(): Promise<SpoolState> {
  const spool = deliverySpool();
  if (spool === null) {
    return { state: "off", condition: null };
  }
  try {
    const condition = await spool.condition();
    return { state: condition.space?.state ?? "ok", condition };
  } catch {
    return { state: "failing", condition: null };
  }
}
