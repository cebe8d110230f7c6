import {
  applyReplay,
  keepQuarantined,
  listQuarantined,
  readStoredDelivery,
  type ReplayPlace,
  type StoredDelivery,
} from "@/db/deliveries/replay";
import { isUniqueViolation, isValueRefused } from "@/db/driver/sql-state";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import type { Verdict } from "@/lib/delivery/verdict";
import { log } from "@/lib/log";
import { ANY_ADDRESS, interpret, type Interpretation } from "@/lib/sarj/interpret";

/** The result of replaying one delivery. `reason` says why the delivery could not be merged; null if it could. */
export type Replayed = {
  id: string;
  callId: string;
  before: Verdict;
  verdict: Verdict;
  reason: QuarantineReason | null;
};

/**
 * Interprets one stored delivery again and applies it. Null for an unknown id. `id` is a UUID.
 *
 * @param allowedAddresses whose deliveries are applied. If a person asks for the replay, any; otherwise as for a new delivery
 */
export async function replay(id: string, allowedAddresses: readonly string[] = ANY_ADDRESS): Promise<Replayed | null> {
  const delivery = await readStoredDelivery(id);
  if (delivery === null) {
    return null;
  }
  const interpretation = await interpret(delivery, { now: new Date(), allowedAddresses });
  const { verdict, callId, reason } = interpretation.understood
    ? await apply(delivery, interpretation)
    : { ...(await keepQuarantined(delivery, interpretation.reason)), reason: interpretation.reason };
  log("info", "replay", { call_id: callId, verdict, ...(reason === null ? {} : { reason }) });
  return { id, callId, before: delivery.verdict, verdict, reason };
}

async function apply(delivery: StoredDelivery, interpretation: Interpretation & { understood: true }) {
  try {
    return { ...(await applyReplay(delivery, interpretation)), reason: null };
  } catch (error) {
    if (isValueRefused(error)) {
      return { ...(await keepQuarantined(delivery, "not_storable")), reason: "not_storable" as const };
    }
    // The same body was recorded under the call after `applyReplay` checked for it. The second attempt finds it.
    if (isUniqueViolation(error)) {
      return { ...(await applyReplay(delivery, interpretation)), reason: null };
    }
    throw error;
  }
}

export type ReplayBatch = {
  replayed: Replayed[];
  /** Where the next batch continues; null after the last one. */
  next: ReplayPlace | null;
};

const BATCH = 50;

/**
 * Replays the next batch of deliveries quarantined for one reason, oldest first, for at most `budgetMs`.
 *
 * @param until excludes deliveries received later, so that the work ends even if further deliveries are quarantined
 */
export async function replayReasonBatch(
  reason: QuarantineReason,
  { after, until, budgetMs }: { after: ReplayPlace | null; until: Date; budgetMs: number },
): Promise<ReplayBatch> {
  const deadline = Date.now() + budgetMs;
  const places = await listQuarantined(reason, { after, until, limit: BATCH });
  const replayed: Replayed[] = [];
  let last = after;
  for (const place of places) {
    const result = await replay(place.id);
    if (result !== null) {
      replayed.push(result);
    }
    last = place;
    if (Date.now() > deadline) {
      return { replayed, next: last };
    }
  }
  return { replayed, next: places.length < BATCH ? null : last };
}
