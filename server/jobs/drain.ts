import { deliveryRow, record, type Recorded, recordTogether } from "@/db/deliveries/record";
import type { DeliveryRow } from "@/db/deliveries/record-rows";
import { isAnswering, wasSent } from "@/db/driver/deadline-pool";
import { isLockTimeout, isStatementRefused } from "@/db/driver/sql-state";
import { bodySha256, type ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { nextTurn } from "@/lib/next-turn";
import { perProcess } from "@/lib/per-process";
import { interpret, type Interpretation } from "@/lib/sarj/interpret";
import { decodeDelivery, deliverySpool } from "@/server/ingest/delivery-spool";
import type { Spool } from "@/server/ingest/spool";
import { deliveriesThatFit, type SpaceState } from "@/server/ingest/spool-space";

const TRY_MS = 5000;
const PROBE_MS = 1000;
/**
 * The first delivery blocks all later ones. It is quarantined as `not_storable` after this many refusals of its content, or
 * after this many time-outs of its own statement while the database answered other queries: somebody may have locked its call.
 */
const MAX_REFUSALS = 5;
const MAX_TIMEOUTS = 12;

const first = perProcess("drain", () => ({ sha256: "", refusals: 0, timeouts: 0, stoppedBy: "" }));
const space = perProcess("spool space", () => ({ checkedAt: -Infinity, state: "ok" as SpaceState }));

/**
 * Records the spooled deliveries, oldest first, with their time of receipt. Stops at the first delivery that cannot be
 * recorded; the next run continues there. Returns how many were recorded.
 */
export async function drainSpool(): Promise<number> {
  const spool = deliverySpool();
  if (spool === null) {
    return 0;
  }
  const { delivered, damagedBytes, unfinishedBytes, unreadable, stoppedBy } = await spool.drain(
    async (payload) => recordSpooled(decodeDelivery(payload)),
    recordGroup,
  );
  if (damagedBytes > 0) {
    log("error", "spool_damaged", { bytes: damagedBytes });
  }
  if (unfinishedBytes > 0) {
    log("info", "spool_unfinished", { bytes: unfinishedBytes });
  }
  await logSpace(spool);
  // Logged when the reason changes, because the error codes vary between the many tries of an outage.
  const reason =
    unreadable !== null
      ? "unreadable"
      : stoppedBy === null
        ? ""
        : isStatementRefused(stoppedBy)
          ? "refused"
          : "unavailable";
  if (reason !== "" && (delivered > 0 || reason !== first.stoppedBy)) {
    log("warn", unreadable === null ? "drain_stopped" : "spool_file_unreadable", {
      count: spool.waiting,
      error_code: unreadable ?? errorCode(stoppedBy),
    });
  }
  first.stoppedBy = reason;
  return delivered;
}

const CHECK_SPACE_EVERY_MS = 5000;

/** Logs when the spool comes near its limit, and when there is room again: how many bytes it may still write, and about how many deliveries. */
async function logSpace(spool: Spool): Promise<void> {
  if (performance.now() - space.checkedAt < CHECK_SPACE_EVERY_MS) {
    return;
  }
  space.checkedAt = performance.now();
  const { space: found, averageBytes } = await spool.condition();
  if (found !== null && found.state !== space.state) {
    space.state = found.state;
    log(found.state === "ok" ? "info" : "warn", "spool_space", {
      reason: found.state,
      bytes: found.freeBytes,
      count: deliveriesThatFit(found.freeBytes, averageBytes),
    });
  }
}

type Prepared = { received: ReceivedDelivery; row: DeliveryRow };

/** The group that follows the one that is being recorded. */
let prepared: { payloads: readonly Buffer[]; group: Promise<Prepared[]> } | null = null;

/**
 * Records a group, in as few statements as its calls allow, while the next group is prepared. False if it was not recorded: then each is recorded by
 * itself, which does no harm to those that were. While the database is away, nothing is prepared, and nothing kept.
 */
async function recordGroup(payloads: readonly Buffer[], following: readonly Buffer[]): Promise<boolean> {
  try {
    const known = prepared?.payloads === payloads ? prepared.group : null;
    prepared = null;
    if (known === null && !(await isAnswering(PROBE_MS))) {
      return false;
    }
    const group = await (known ?? prepare(payloads));
    prepared = following.length < 2 ? null : { payloads: following, group: nextTurn().then(() => prepare(following)) };
    // Until it is awaited.
    prepared?.group.catch(() => {});
    for (const part of withDifferentKeys(group)) {
      const results = await recordTogether(
        part.map(({ row }) => row),
        { withinMs: TRY_MS },
      );
      for (const [index, { verdict, callId }] of results.entries()) {
        const { received, row } = part[index] as Prepared;
        logDrained(received, row.bodySha256, { verdict, callId });
      }
    }
    return true;
  } catch {
    prepared = null;
    return false;
  }
}

async function prepare(payloads: readonly Buffer[]): Promise<Prepared[]> {
  const group: Prepared[] = [];
  for (const payload of payloads) {
    const received = decodeDelivery(payload);
    group.push({ received, row: await deliveryRow(received, await interpretSpooled(received)) });
  }
  return group;
}

/** Parts in the same order. A statement takes one row of each key. */
function withDifferentKeys(group: readonly Prepared[]): Prepared[][] {
  const parts: Prepared[][] = [];
  let keys = new Set<string>();
  for (const one of group) {
    if (parts.length === 0 || keys.has(one.row.key)) {
      parts.push([]);
      keys = new Set();
    }
    keys.add(one.row.key);
    parts.at(-1)?.push(one);
  }
  return parts;
}

function interpretSpooled(received: ReceivedDelivery): Promise<Interpretation> {
  return interpret(received, {
    now: received.receivedAt ?? new Date(),
    allowedAddresses: env.SARJ_WEBHOOK_ALLOWED_IPS,
  });
}

function logDrained(
  { body, secretLabel }: ReceivedDelivery,
  sha256: string,
  { verdict, callId }: Pick<Recorded, "verdict" | "callId">,
): void {
  log("info", "delivery_drained", {
    call_id: callId,
    verdict,
    bytes: body.length,
    sha256: sha256.slice(0, 12),
    secret_label: secretLabel,
  });
}

async function recordSpooled(received: ReceivedDelivery): Promise<void> {
  const sha256 = bodySha256(received.body);
  if (first.sha256 !== sha256) {
    Object.assign(first, { sha256, refusals: 0, timeouts: 0 });
  }
  const interpreted = await interpretSpooled(received);
  const isPoison = first.refusals >= MAX_REFUSALS || first.timeouts >= MAX_TIMEOUTS;
  const interpretation: Interpretation = isPoison
    ? { understood: false, callId: interpreted.callId, reason: "not_storable" }
    : interpreted;
  try {
    logDrained(received, sha256, await record(received, interpretation, { withinMs: TRY_MS, isAlone: true }));
  } catch (error) {
    if (isStatementRefused(error)) {
      first.refusals += 1;
    } else if (isLockTimeout(error) || (wasSent(error) && (await isAnswering(PROBE_MS)))) {
      first.timeouts += 1;
    }
    throw error;
  }
}
