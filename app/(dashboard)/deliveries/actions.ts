"use server";

import { after } from "next/server";
import { z } from "zod";

import { retryFailed } from "@/db/calls/enrichment";
import { errorCode, log } from "@/lib/log";
import { QUARANTINE_REASONS } from "@/lib/sarj/interpret";
import { audit } from "@/server/audit";
import { type ActionGate, requireAction } from "@/server/auth/gates";
import { replay, replayReasonBatch, type Replayed } from "@/server/ingest/replay";
import { enrichDue } from "@/server/jobs/enrich";

type Refusal = { ok: false; reason: (ActionGate & { ok: false })["reason"] };

/** Whatever the database throws becomes "try again": its words hold values. */
async function guarded<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    log("error", "action_failed", { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

/** So many in one request: each takes a few milliseconds, and progress is shown between requests. */
const MAX_SELECTED = 25;
const selection = z.array(z.uuid()).min(1).max(MAX_SELECTED);

export type ReplaySelectionAnswer = { ok: true; replayed: Replayed[] } | Refusal;

/** Replays up to 25 deliveries, for operators. A delivery that is not there any more is missing in the answer. */
export async function replaySelection(ids: string[]): Promise<ReplaySelectionAnswer> {
  const gate = await requireAction("operator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = selection.safeParse(ids);
  if (!parsed.success) {
    return { ok: true, replayed: [] };
  }
  return guarded(async () => {
    const [only] = parsed.data;
    await audit(gate.user, {
      action: "delivery_replayed",
      rowCount: parsed.data.length,
      ...(parsed.data.length === 1 && only !== undefined
        ? { subject: only }
        : { detail: { deliveries: parsed.data.join(" ") } }),
    });
    const replayed: Replayed[] = [];
    for (const id of parsed.data) {
      const result = await replay(id);
      if (result !== null) {
        replayed.push(result);
      }
    }
    after(() => enrichDue());
    return { ok: true, replayed };
  });
}

const BUDGET_MS = 4000;

const reasonBatch = z.object({
  reason: z.enum(QUARANTINE_REASONS),
  after: z.object({ receivedAt: z.date(), id: z.uuid() }).nullable(),
  until: z.date(),
});

export type ReplayReasonAnswer =
  | { ok: true; replayed: Replayed[]; next: { receivedAt: Date; id: string } | null }
  | Refusal;

/** Replays the next of all that were set aside for one reason, for a few seconds. For administrators. */
export async function replayReason(input: z.input<typeof reasonBatch>): Promise<ReplayReasonAnswer> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = reasonBatch.safeParse(input);
  if (!parsed.success) {
    return { ok: true, replayed: [], next: null };
  }
  const { reason, ...place } = parsed.data;
  return guarded(async () => {
    const batch = await replayReasonBatch(reason, { ...place, budgetMs: BUDGET_MS });
    await audit(gate.user, {
      action: "delivery_replayed",
      rowCount: batch.replayed.length,
      detail: { reason },
    });
    if (batch.next === null) {
      after(() => enrichDue());
    }
    return { ok: true, ...batch };
  });
}

/** Asks the API again about every call that was given up. */
export async function retryFailedCalls(): Promise<{ ok: true; count: number } | Refusal> {
  const gate = await requireAction("operator");
  if (!gate.ok) {
    return gate;
  }
  return guarded(async () => {
    const count = await retryFailed();
    after(() => enrichDue());
    return { ok: true, count };
  });
}
