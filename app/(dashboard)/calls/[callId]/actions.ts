"use server";

import { refresh } from "next/cache";
import { after } from "next/server";
import { z } from "zod";

import { requestEnrichment } from "@/db/calls/enrichment";
import { getCall } from "@/db/calls/read";
import { decide, markAsTest, takeBackDecision } from "@/db/calls/reviews";
import { MAX_NOTE_LENGTH, REVIEW_DECISIONS } from "@/lib/call/review";
import { errorCode, log } from "@/lib/log";
import { audit } from "@/server/audit";
import { type ActionGate, requireAction } from "@/server/auth/gates";
import { enrichDue } from "@/server/jobs/enrich";

/** `failed`: the database, a call that is gone, or input that no page of ours sends. */
type Refusal = { ok: false; reason: Exclude<ActionGate, { ok: true }>["reason"] | "failed" };

const callId = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !text.includes("\u0000"));

const decisionInput = z.object({
  callId,
  decision: z.enum(REVIEW_DECISIONS),
  note: z
    .string()
    .max(MAX_NOTE_LENGTH)
    .transform((text) => text.toWellFormed().replaceAll("\u0000", "").trim() || null),
});

/** Adds a person's decision about a call. `id` is for taking it back. */
export async function decideOnCall(input: {
  callId: string;
  decision: string;
  note: string;
}): Promise<{ ok: true; id: string } | Refusal> {
  const gate = await requireAction("operator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = decisionInput.safeParse(input);
  if (!parsed.success) {
    return { ok: false, reason: "failed" };
  }
  return attempt("review_failed", async () => {
    const id = await decide({ ...parsed.data, userId: gate.user.id });
    return id === null ? null : { ok: true, id };
  });
}

/** Takes back one's own decision of a moment ago; the one before it stands again. */
export async function undoDecision(input: { callId: string; id: string }): Promise<{ ok: true } | Refusal> {
  const gate = await requireAction("operator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = z.object({ callId, id: z.uuid() }).safeParse(input);
  if (!parsed.success) {
    return { ok: false, reason: "failed" };
  }
  return attempt("review_failed", async () =>
    (await takeBackDecision(parsed.data.callId, parsed.data.id, gate.user.id)) ? { ok: true } : null,
  );
}

/** Marks a call as a test or takes the mark off; statistics leave tests out. */
export async function markCallAsTest(id: string, isTest: boolean): Promise<{ ok: true } | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = z.object({ id: callId, isTest: z.boolean() }).safeParse({ id, isTest });
  if (!parsed.success) {
    return { ok: false, reason: "failed" };
  }
  return attempt("test_mark_failed", async () => {
    const { id: marked, isTest: mark } = parsed.data;
    await audit(gate.user, { action: "call_marked", callId: marked, detail: { is_test: mark } });
    return (await markAsTest(marked, mark)) ? { ok: true } : null;
  });
}

/** Asks the vendor's API for a call again, after it was given up. */
export async function fetchCallAgain(id: string): Promise<{ ok: true } | Refusal> {
  const gate = await requireAction("operator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = callId.safeParse(id);
  if (!parsed.success) {
    return { ok: false, reason: "failed" };
  }
  return attempt("enrichment_request_failed", async () => {
    await requestEnrichment(parsed.data);
    after(() => enrichDue());
    return { ok: true };
  });
}

/** The number of a call, where the organization has it masked until revealed. Written down before it is told. */
export async function revealNumber(id: string): Promise<{ ok: true; phoneNumber: string } | Refusal> {
  const gate = await requireAction("operator");
  if (!gate.ok) {
    return gate;
  }
  const parsed = callId.safeParse(id);
  try {
    const found = parsed.success ? await getCall(parsed.data) : null;
    if (found === null || found.call.phoneNumber === null) {
      return { ok: false, reason: "failed" };
    }
    await audit(gate.user, { action: "number_revealed", callId: found.call.callId });
    return { ok: true, phoneNumber: found.call.phoneNumber };
  } catch (error) {
    log("error", "reveal_failed", { error_code: errorCode(error) });
    return { ok: false, reason: "failed" };
  }
}

async function attempt<Done extends { ok: true }>(
  event: string,
  run: () => Promise<Done | null>,
): Promise<Done | Refusal> {
  try {
    const done = await run();
    refresh();
    return done ?? { ok: false, reason: "failed" };
  } catch (error) {
    log("error", event, { error_code: errorCode(error) });
    return { ok: false, reason: "failed" };
  }
}
