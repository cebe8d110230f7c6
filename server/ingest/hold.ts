import { setTimeout as pause } from "node:timers/promises";

import { record, type Recorded } from "@/db/deliveries/record";
import { TRY_TIMEOUT } from "@/db/driver/deadline-pool";
import type { ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { isStopping } from "@/lib/http/node-server/shutdown";
import { errorCode } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import type { Interpretation } from "@/lib/sarj/interpret";

import { deliverySpool, encodeDelivery } from "./delivery-spool";

/**
 * Keeps a delivery while the database is unavailable. The request is held while recording is retried, then the delivery is
 * spooled to disk. If both fail, the request is refused. The vendor waits 10 s for an answer and gives up after three attempts
 * 2 s apart, so refusing at once would lose most deliveries of an outage, while holding loses none in a short outage.
 */

/** The time for a whole request, from its first byte. Leaves time for the answer to arrive within the vendor's 10 s. */
const BUDGET_MS = 8500;
const TRY_MS = 1500;
/** After a time-out, the next try gets more time, because a large body or a slow disk could otherwise time out every time. */
const NEXT_TRY_FACTOR = 2;
const RETRY_EVERY_MS = 250;
const LAST_TRY_AFTER_MS = BUDGET_MS - TRY_MS;
/** The part of the budget that is reserved for writing to disk. */
const SPOOL_MS = 1250;
const SHORTEST_TRY_MS = 100;
/**
 * The largest number of requests held at once; further requests go straight to the spool. Without a spool, holding is the
 * only option: an outage of 20 s at 20 deliveries per second, with their retries, holds about 430 requests at once.
 */
const MAX_HELD = { withSpool: 200, withoutSpool: 1000 };
const MAX_HELD_BYTES = 128 * 1024 * 1024;

export type Held =
  | { how: "recorded"; recorded: Recorded; attempts: number }
  | { how: "spooled"; attempts: number; errorCode: string }
  | { how: "not_stored"; attempts: number; errorCode: string };

const held = perProcess("held deliveries", () => ({ count: 0, bytes: 0 }));

/** How many requests this process holds now. */
export function heldCount(): number {
  return held.count;
}

/**
 * Records one delivery, and holds the request while that fails. Never throws: the result says whether it was stored.
 *
 * @param startedAt when the request began, on the clock of `performance.now()`
 */
export async function hold(
  received: ReceivedDelivery,
  interpretation: Interpretation,
  startedAt: number,
): Promise<Held> {
  const receivedAt = new Date();
  const elapsed = () => performance.now() - startedAt;
  const size = received.body.length;
  const canSpool = deliverySpool() !== null;
  const triesEndAfter = canSpool ? BUDGET_MS - SPOOL_MS : BUDGET_MS;
  const maxHeld = canSpool ? MAX_HELD.withSpool : MAX_HELD.withoutSpool;
  let attempts = 0;
  let tryMs = TRY_MS;
  let isHolding = false;
  let failure: unknown;
  try {
    do {
      attempts += 1;
      try {
        const withinMs = Math.max(Math.min(tryMs, triesEndAfter - elapsed()), SHORTEST_TRY_MS);
        return { how: "recorded", recorded: await record(received, interpretation, { withinMs }), attempts };
      } catch (error) {
        failure = error;
        if (errorCode(error) === TRY_TIMEOUT) {
          tryMs *= NEXT_TRY_FACTOR;
        }
      }
      if (isStopping() && canSpool) {
        break;
      }
      if (!isHolding) {
        if (held.count >= maxHeld || held.bytes + size > MAX_HELD_BYTES) {
          break;
        }
        isHolding = true;
        held.count += 1;
        held.bytes += size;
      }
      await pause(RETRY_EVERY_MS);
    } while (elapsed() < Math.min(LAST_TRY_AFTER_MS, triesEndAfter - SHORTEST_TRY_MS));
  } finally {
    if (isHolding) {
      held.count -= 1;
      held.bytes -= size;
    }
  }
  const code = errorCode(failure);
  const spooled = await writeToSpool({ ...received, receivedAt }, Math.max(BUDGET_MS - elapsed(), SPOOL_MS / 2));
  return spooled.ok
    ? { how: "spooled", attempts, errorCode: code }
    : { how: "not_stored", attempts, errorCode: spooled.code ?? code };
}

/** `code` is the code of the error; null without a spool. */
async function writeToSpool(
  received: ReceivedDelivery,
  withinMs: number,
): Promise<{ ok: true } | { ok: false; code: string | null }> {
  const appended = deliverySpool()?.append(encodeDelivery(received));
  if (appended === undefined) {
    return { ok: false, code: null };
  }
  const late = new AbortController();
  try {
    // A disk that hangs must not delay the answer. A record that is written later is a duplicate of the vendor's retry.
    return await Promise.race([
      appended.then(() => ({ ok: true }) as const),
      pause(withinMs, { ok: false, code: "SPOOL_TIMEOUT" } as const, { signal: late.signal }),
    ]);
  } catch (error) {
    return { ok: false, code: errorCode(error) };
  } finally {
    late.abort();
  }
}
