"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { retryFailed } from "@/db/calls/enrichment";
import { QUARANTINE_REASONS } from "@/lib/delivery/quarantine-reason";
import { afterAnswer } from "@/server/after-answer";
import { action } from "@/server/auth/action";
import { deleteDamagedRecord, retryDamagedRecord } from "@/server/ingest/damaged";
import { replay, replayReasonBatch, type Replayed } from "@/server/ingest/replay";
import { drainSpool } from "@/server/jobs/drain";
import { enrichDue } from "@/server/jobs/enrich";
import { reinterpretDue, requestReinterpretation } from "@/server/jobs/reinterpret";

/** Limits one request, so that the page can show progress between requests. */
const MAX_SELECTED = 25;

/** Replays up to 25 deliveries. The answer omits deliveries that no longer exist. */
export const replaySelection = action({
  role: "operator",
  input: z.array(z.uuid()).min(1).max(MAX_SELECTED),
  fromFields: (fields) => [fields["id"]],
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
    afterAnswer("enrich", enrichDue);
    return { ok: true, replayed };
  },
});

const BUDGET_MS = 4000;

/** Replays the next batch of deliveries quarantined for one reason, for a few seconds. `next` is null after the last batch. */
export const replayReason = action({
  role: "administrator",
  input: z.object({
    reason: z.enum(QUARANTINE_REASONS),
    after: z.object({ receivedAt: z.date(), id: z.uuid() }).nullable(),
    until: z.date(),
  }),
  // Without scripts there is no next batch: the button can be pressed again.
  fromFields: ({ reason }) => ({ reason, after: null, until: new Date() }),
  failure: "action_failed",
  work: async ({ reason, ...place }, { recordEvent }) => {
    const batch = await replayReasonBatch(reason, { ...place, budgetMs: BUDGET_MS });
    await recordEvent({ action: "delivery_replayed", rowCount: batch.replayed.length, detail: { reason } });
    if (batch.next === null) {
      afterAnswer("enrich", enrichDue);
    }
    return { ok: true, ...batch };
  },
});

/** Makes all calls whose enrichment failed due again. `count` is their number. */
export const retryFailedCalls = action({
  role: "operator",
  input: z.void(),
  fromFields: () => undefined,
  failure: "action_failed",
  invalidate: refresh,
  work: async () => {
    const count = await retryFailed();
    afterAnswer("enrich", enrichDue);
    return { ok: true, count };
  },
});

/** Reads everything that is stored again, in the background. Does nothing while this is under way. */
export const rereadEverything = action({
  role: "administrator",
  input: z.void(),
  fromFields: () => undefined,
  failure: "action_failed",
  invalidate: refresh,
  work: async (_input, { recordEvent }) => {
    await recordEvent({ action: "data_reinterpreted" });
    await requestReinterpretation();
    afterAnswer("reinterpret", reinterpretDue);
    return { ok: true };
  },
});

/** Shared by what can be done with a damaged record of the spool, which the name of its file identifies. */
const DAMAGED = {
  role: "administrator",
  input: z.string().min(1).max(200),
  fromFields: (fields: { name?: unknown }) => fields.name,
  failure: "action_failed",
  invalidate: refresh,
} as const;

/** Reads a damaged record of the spool again. `became`: it could be read and stored, it is still damaged, or it no longer exists. */
export const retryDamaged = action({
  ...DAMAGED,
  work: async (name, { recordEvent }) => {
    await recordEvent({ action: "damaged_delivery_retried", subject: name });
    return { ok: true, became: await retryDamagedRecord(name, drainSpool) };
  },
});

/** Deletes a damaged record of the spool for good. */
export const deleteDamaged = action({
  ...DAMAGED,
  work: async (name, { recordEvent }) => {
    await recordEvent({ action: "damaged_delivery_deleted", subject: name });
    await deleteDamagedRecord(name);
    return { ok: true };
  },
});
