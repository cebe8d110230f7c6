import { isDataRefused } from "@/db/driver/sql-state";
import { type SearchTexts, searchTextsOf } from "@/lib/call/search-texts";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import type { ReceivedDelivery } from "@/lib/delivery/received-delivery";
import type { Verdict } from "@/lib/delivery/verdict";
import type { Interpretation } from "@/lib/sarj/interpret";

import { recordInGroup, recordTogether as recordRowsTogether } from "./groups";
import { type DeliveryRow, quarantinedRowOf, rowOf } from "./record-rows";

export type Recorded = {
  verdict: Verdict;
  callId: string;
  deliveryId: string;
  /** Null unless quarantined. */
  reason: QuarantineReason | null;
};

/**
 * Stores a delivery and merges its call in one statement, so both become durable together. Deliveries that wait while a statement is under way
 * share the next one (`groups.ts`). The unique key on (call_id, body_sha256) makes this idempotent: the same body again only increments
 * `times_received` and updates the times of receipt. The caller may retry after any error; at worst the delivery counts once more.
 *
 * A delivery whose content Postgres refuses is quarantined as `not_storable`, so a thrown error is always about the
 * database and never about the delivery. Throws the errors of `withConnection`.
 *
 * @param withinMs the deadline for the whole work, including the wait for a connection
 * @param isAlone whether its statement must be its own, so that its failure is about nothing else
 */
export async function record(
  received: ReceivedDelivery,
  interpretation: Interpretation,
  { withinMs, isAlone = false }: { withinMs: number; isAlone?: boolean },
): Promise<Recorded> {
  const { callId } = interpretation;
  const deadline = performance.now() + withinMs;
  const row = await rowOnce(received, interpretation);
  try {
    return recorded(row, await recordInGroup(row, deadline, isAlone));
  } catch (error) {
    if (!isDataRefused(error) || row.reason !== null) {
      throw error;
    }
    const kept = quarantinedRowOf(received, callId, "not_storable");
    return recorded(kept, await recordInGroup(kept, deadline, isAlone));
  }
}

/**
 * Records deliveries with different keys (see `DeliveryRow`) in one statement. Rejects if Postgres refuses one of them, or if the call of one is
 * locked: then none is recorded, and the caller records each by itself. The result is in the order of the deliveries.
 */
export async function recordTogether(
  rows: readonly DeliveryRow[],
  { withinMs }: { withinMs: number },
): Promise<Recorded[]> {
  const stored = await recordRowsTogether(rows, performance.now() + withinMs);
  return stored.map((result, index) => recorded(rows[index] as DeliveryRow, result));
}

function recorded(
  { callId, reason }: DeliveryRow,
  { verdict, deliveryId }: Pick<Recorded, "verdict" | "deliveryId">,
): Recorded {
  return { verdict, callId, deliveryId, reason: verdict === "quarantined" ? reason : null };
}

/**
 * In an outage, hundreds of deliveries are tried several times a second: making their rows each time would take all of the processor. Large rows are
 * made again, because as text they take several times the memory of their bodies.
 */
const rows = new WeakMap<ReceivedDelivery, { interpretation: Interpretation; row: DeliveryRow }>();
const LARGEST_KEPT = 128 * 1024;

async function rowOnce(received: ReceivedDelivery, interpretation: Interpretation): Promise<DeliveryRow> {
  const known = rows.get(received);
  if (known?.interpretation === interpretation) {
    return known.row;
  }
  const row = await deliveryRow(received, interpretation);
  if (row.json.length <= LARGEST_KEPT) {
    rows.set(received, { interpretation, row });
  }
  return row;
}

/** The row of a delivery. Before a connection is taken, because a large transcript takes a while. */
export async function deliveryRow(received: ReceivedDelivery, interpretation: Interpretation): Promise<DeliveryRow> {
  return interpretation.understood
    ? rowOf(received, interpretation, await searchTextsOnce(interpretation))
    : quarantinedRowOf(received, interpretation.callId, interpretation.reason);
}

/** The same for these texts, however large. */
const searchTexts = new WeakMap<Interpretation, Promise<SearchTexts>>();

function searchTextsOnce(interpretation: Interpretation & { understood: true }): Promise<SearchTexts> {
  const texts = searchTexts.get(interpretation) ?? searchTextsOf(interpretation.facts);
  searchTexts.set(interpretation, texts);
  return texts;
}
