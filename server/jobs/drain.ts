import { bodySha256, record, type ReceivedDelivery } from "@/db/deliveries/record";
import { answers, attempt, TRY_TIMEOUT } from "@/db/driver/deadline-pool";
import { isRefused } from "@/db/driver/sql-state";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import type { Interpretation } from "@/lib/sarj/interpret";
import { decodeDelivery, deliverySpool } from "@/server/ingest/delivery-spool";
import { understand } from "@/server/ingest/understand";

const TRY_MS = 5000;
const PROBE_MS = 1000;
/**
 * Those behind it wait for the delivery that is first, so it is set aside after so many refusals of what is in it, or after so many
 * tries that took too long while the database was well otherwise. Set aside, its bytes alone are stored.
 */
const MAX_REFUSALS = 5;
const MAX_TIMEOUTS = 12;

const first = perProcess("drain", () => ({ sha256: "", refusals: 0, timeouts: 0, stoppedBy: "" }));

/**
 * Brings what waited on disk into the database, in the order it came, by the same statement as everything else and with
 * the time at which it was received. Stops where the database does not take it and goes on there next time. Returns how
 * many deliveries it brought.
 */
export async function drainSpool(): Promise<number> {
  const spool = deliverySpool();
  if (spool === null) {
    return 0;
  }
  const { delivered, damagedBytes, unreadable, stoppedBy } = await spool.drain((payload) =>
    bring(decodeDelivery(payload)),
  );
  if (damagedBytes > 0) {
    log("error", "spool_damaged", { bytes: damagedBytes });
  }
  // Said when it begins to be so: an outage is many tries, with one code or another.
  const why = unreadable !== null ? "unreadable" : stoppedBy === null ? "" : isRefused(stoppedBy) ? "refused" : "away";
  if (why !== "" && (delivered > 0 || why !== first.stoppedBy)) {
    log("warn", unreadable === null ? "drain_stopped" : "spool_file_unreadable", {
      count: spool.waiting,
      error_code: unreadable ?? errorCode(stoppedBy),
    });
  }
  first.stoppedBy = why;
  return delivered;
}

async function bring(received: ReceivedDelivery): Promise<void> {
  const sha256 = bodySha256(received.body);
  const understood = await understand(received);
  if (first.sha256 !== sha256) {
    Object.assign(first, { sha256, refusals: 0, timeouts: 0 });
  }
  const isPoison = first.refusals >= MAX_REFUSALS || first.timeouts >= MAX_TIMEOUTS;
  const meaning: Interpretation = isPoison
    ? { understood: false, callId: understood.callId, reason: "not_storable" }
    : understood;
  try {
    const { verdict, callId } = await attempt((on) => record(received, meaning, on), TRY_MS);
    log("info", "delivery_drained", {
      call_id: callId,
      verdict,
      bytes: received.body.length,
      sha256: sha256.slice(0, 12),
      secret_label: received.secretLabel,
    });
  } catch (error) {
    if (isRefused(error)) {
      first.refusals += 1;
    } else if (errorCode(error) === TRY_TIMEOUT && (await answers(PROBE_MS))) {
      first.timeouts += 1;
    }
    throw error;
  }
}
