import {
  applyReplay,
  keepQuarantined,
  listQuarantined,
  readStoredDelivery,
  type ReplayPlace,
  type StoredDelivery,
} from "@/db/deliveries/replay";
import { sqlState } from "@/db/driver/sql-state";
import type { Verdict } from "@/lib/delivery/filter";
import { log } from "@/lib/log";
import { decodeBody } from "@/lib/sarj/body";
import { interpret, type Interpretation, type QuarantineReason } from "@/lib/sarj/interpret";

/** What a replay made of one delivery. `reason` says why it is still not understood. */
export type Replayed = {
  id: string;
  callId: string;
  before: Verdict;
  verdict: Verdict;
  reason: QuarantineReason | null;
};

/** What a stored body means today. The address that it came from is not asked again: a person has looked at it. */
export async function understandStored(
  { body, contentEncoding }: Pick<StoredDelivery, "body" | "contentEncoding">,
  now = new Date(),
): Promise<Interpretation> {
  const decoded = await decodeBody(body, contentEncoding);
  return decoded === null ? { understood: false, callId: "", reason: "undecodable" } : interpret(decoded, now);
}

/** Replays one delivery; null for an id that is not known. */
export async function replay(id: string): Promise<Replayed | null> {
  const delivery = await readStoredDelivery(id);
  if (delivery === null) {
    return null;
  }
  const meaning = await understandStored(delivery);
  const { verdict, callId, reason } = meaning.understood
    ? await apply(delivery, meaning)
    : { ...(await keepQuarantined(delivery, meaning.reason)), reason: meaning.reason };
  log("info", "replay", { call_id: callId, verdict, ...(reason === null ? {} : { reason }) });
  return { id, callId, before: delivery.verdict, verdict, reason };
}

async function apply(delivery: StoredDelivery, meaning: Interpretation & { understood: true }) {
  try {
    return { ...(await applyReplay(delivery, meaning)), reason: null };
  } catch (error) {
    const code = sqlState(error) ?? "";
    // 22: a value that no column takes; 54: larger than anything may be. Another attempt would end the same.
    if (/^(22|54)/.test(code)) {
      return { ...(await keepQuarantined(delivery, "not_storable")), reason: "not_storable" as const };
    }
    // The same body came in under its call at this very moment: now it is found to be there.
    if (code === UNIQUE_VIOLATION) {
      return { ...(await applyReplay(delivery, meaning)), reason: null };
    }
    throw error;
  }
}

const UNIQUE_VIOLATION = "23505";

export type ReplayBatch = {
  replayed: Replayed[];
  /** Where the next batch goes on; null when all are done. */
  next: ReplayPlace | null;
};

const BATCH = 50;

/**
 * Replays the next of the deliveries set aside for one reason, the oldest first, for at most `budgetMs`. `until` bounds the work: what
 * comes in meanwhile, and what is set aside again, does not keep it going.
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
