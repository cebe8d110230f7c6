"use server";

import { refresh } from "next/cache";
import { after } from "next/server";
import { z } from "zod";

import { retryFailed } from "@/db/calls/enrichment";
import { QUARANTINE_REASONS } from "@/lib/sarj/quarantine-reason";
import { action } from "@/server/auth/action";
import { replay, replayReasonBatch, type Replayed } from "@/server/ingest/replay";
import { enrichDue } from "@/server/jobs/enrich";

/** Each takes a few milliseconds, and the page shows progress between requests. */
const MAX_SELECTED = 25;

/** Replays up to 25 deliveries. A delivery that no longer exists is missing in the answer. */
export const replaySelection = action({
  role: "operator",
  input: z.array(z.uuid()).min(1).max(MAX_SELECTED),
  failure: "action_failed",
  work: async (ids, { recordEvent }) => {
    const [only] = ids;
    await recordEvent({
      action: "delivery_replayed",
      rowCount: ids.length,
      ...(ids.length === 1 && only !== undefined ? { subject: only } : { detail: { deliveries: ids.join(" ") } }),
    });
    const replayed: Replayed[] = [];
    for (const id of ids) {
      const result = await replay(id);
      if (result !== null) {
        replayed.push(result);
      }
    }
    after(() => enrichDue());
    return { ok: true, replayed };
  },
});

const BUDGET_MS = 4000;

/** Replays, for a few seconds, the next of all deliveries that were quarantined for one reason. `next` is null after the last one. */
export const replayReason = action({
  role: "administrator",
  input: z.object({
    reason: z.enum(QUARANTINE_REASONS),
    after: z.object({ receivedAt: z.date(), id: z.uuid() }).nullable(),
    until: z.date(),
  }),
  failure: "action_failed",
  work: async ({ reason, ...place }, { recordEvent }) => {
    const batch = await replayReasonBatch(reason, { ...place, budgetMs: BUDGET_MS });
    await recordEvent({ action: "delivery_replayed", rowCount: batch.replayed.length, detail: { reason } });
    if (batch.next === null) {
      after(() => enrichDue());
    }
    return { ok: true, ...batch };
  },
});

/** Requests again every call that the enrichment job gave up on. `count` is the number of these calls. */
export const retryFailedCalls = action({
  role: "operator",
  input: z.void(),
  failure: "action_failed",
  invalidate: refresh,
  work: async () => {
    const count = await retryFailed();
    after(() => enrichDue());
    return { ok: true, count };
  },
});
