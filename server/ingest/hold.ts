import { setTimeout as pause } from "node:timers/promises";

import { record, type ReceivedDelivery, type Recorded } from "@/db/deliveries/record";
import { attempt, TRY_TIMEOUT } from "@/db/driver/deadline-pool";
import { isStopping } from "@/lib/http/server";
import { errorCode } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import type { Interpretation } from "@/lib/sarj/interpret";

import { deliverySpool, encodeDelivery } from "./delivery-spool";

/**
 * How a delivery is kept while the database is away: the request holds and tries again, then it is parked on disk, and
 * only then it is given back to the vendor. The vendor waits 10 s for an answer and gives up after three attempts 2 s
 * apart, so failing at once would lose most of what comes during an outage, and holding loses none of a short one.
 */

/** For a whole request, from its first byte: leaves the answer its way back within the vendor's 10 s. */
const BUDGET_MS = 8500;
const TRY_MS = 1500;
/** A statement that took longer may need longer: a large body, a slow disk. What is begun anew each time would never end. */
const NEXT_TRY_FACTOR = 2;
const RETRY_EVERY_MS = 250;
const LAST_TRY_AFTER_MS = BUDGET_MS - TRY_MS;
/** Of the budget, kept for the way to disk. */
const SPOOL_MS = 1250;
/** A try that has less time than this is not worth its connection. */
const SHORTEST_TRY_MS = 100;
/**
 * So many requests hold at once; who comes on top goes straight to the spool. Where there is none, holding is all there
 * is: an outage of 20 s under 20 deliveries a second and their retries takes some 430 at once.
 */
const MAX_HOLDERS = { withSpool: 200, withoutSpool: 1000 };
const MAX_HELD_BYTES = 128 * 1024 * 1024;

export type Kept =
  | { how: "recorded"; recorded: Recorded; attempts: number }
  | { how: "spooled"; attempts: number; errorCode: string }
  | { how: "not_kept"; attempts: number; errorCode: string };

const holders = perProcess("holders", () => ({ count: 0, bytes: 0 }));

/** How many requests of this process hold now. */
export function holding(): number {
  return holders.count;
}

/**
 * Keeps one delivery, by whatever way is open, and says which.
 *
 * @param startedAt when the request began, on the clock of `performance.now()`
 */
export async function keep(received: ReceivedDelivery, meaning: Interpretation, startedAt: number): Promise<Kept> {
  const receivedAt = new Date();
  const elapsed = () => performance.now() - startedAt;
  const size = received.body.length;
  const canSpool = deliverySpool() !== null;
  const triesEndAfter = canSpool ? BUDGET_MS - SPOOL_MS : BUDGET_MS;
  const maxHolders = canSpool ? MAX_HOLDERS.withSpool : MAX_HOLDERS.withoutSpool;
  let attempts = 0;
  let tryMs = TRY_MS;
  let isHolding = false;
  let failure: unknown;
  try {
    do {
      attempts += 1;
      try {
        const withinMs = Math.max(Math.min(tryMs, triesEndAfter - elapsed()), SHORTEST_TRY_MS);
        return { how: "recorded", recorded: await attempt((on) => record(received, meaning, on), withinMs), attempts };
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
        if (holders.count >= maxHolders || holders.bytes + size > MAX_HELD_BYTES) {
          break;
        }
        isHolding = true;
        holders.count += 1;
        holders.bytes += size;
      }
      await pause(RETRY_EVERY_MS);
    } while (elapsed() < Math.min(LAST_TRY_AFTER_MS, triesEndAfter - SHORTEST_TRY_MS));
  } finally {
    if (isHolding) {
      holders.count -= 1;
      holders.bytes -= size;
    }
  }
  const code = errorCode(failure);
  const isSpooled = await spool({ ...received, receivedAt }, Math.max(BUDGET_MS - elapsed(), SPOOL_MS / 2));
  return isSpooled === true
    ? { how: "spooled", attempts, errorCode: code }
    : { how: "not_kept", attempts, errorCode: isSpooled === null ? code : isSpooled };
}

/** True once it is on disk; null without a spool; else why not. */
async function spool(received: ReceivedDelivery, withinMs: number): Promise<true | string | null> {
  const appended = deliverySpool()?.append(encodeDelivery(received));
  if (appended === undefined) {
    return null;
  }
  const late = new AbortController();
  try {
    // A disk that hangs must not take the answer with it. If the record lands later, it is a duplicate of the vendor's retry.
    return await Promise.race([
      appended.then(() => true as const),
      pause(withinMs, "SPOOL_TIMEOUT", { signal: late.signal }),
    ]);
  } catch (error) {
    return errorCode(error);
  } finally {
    late.abort();
  }
}
