import { decodeDelivery, deliverySpool } from "@/app/_ingest/spool";
import { understand } from "@/app/_ingest/understand";
import { bodySha256, record, type ReceivedDelivery } from "@/db/deliveries";
import { isRefused } from "@/db/errors";
import { attempt } from "@/db/ingest";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import type { Interpretation } from "@/lib/sarj/webhook";

const TRY_MS = 5000;
/** A delivery that Postgres has refused this often, for whatever reason, is set aside: those behind it wait for it. */
const MAX_REFUSALS = 5;

const refusals = perProcess("drain refusals", () => ({ sha256: "", count: 0 }));

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
  const { delivered, damagedBytes, stoppedBy } = await spool.drain((payload) => bring(decodeDelivery(payload)));
  if (damagedBytes > 0) {
    log("error", "spool_damaged", { bytes: damagedBytes });
  }
  if (stoppedBy !== null && delivered > 0) {
    log("warn", "drain_stopped", { count: spool.waiting, error_code: errorCode(stoppedBy) });
  }
  return delivered;
}

async function bring(received: ReceivedDelivery): Promise<void> {
  const sha256 = bodySha256(received.body);
  const understood = await understand(received);
  const isPoison = refusals.sha256 === sha256 && refusals.count >= MAX_REFUSALS;
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
      refusals.count = refusals.sha256 === sha256 ? refusals.count + 1 : 1;
      refusals.sha256 = sha256;
    }
    throw error;
  }
}
