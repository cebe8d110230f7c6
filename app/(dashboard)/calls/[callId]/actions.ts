"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { requestEnrichment } from "@/db/calls/enrichment";
import { getCall } from "@/db/calls/read";
import { addReview, markAsTest, undoReview } from "@/db/calls/reviews";
import { refuse } from "@/lib/action-answer";
import { MAX_NOTE_LENGTH, REVIEW_DECISIONS } from "@/lib/call/review";
import { postgresText } from "@/lib/url/parameters";
import { afterAnswer } from "@/server/after-answer";
import { action } from "@/server/auth/action";
import { enrichDue } from "@/server/jobs/enrich";

const callId = postgresText.min(1).max(200);

/** Adds the user's decision about a call. `undoDecision` takes the returned `id`. `gone`: the call no longer exists. `invalidReview`: nothing was chosen, or the note is too long. */
export const decideOnCall = action({
  role: "operator",
  input: z.object({
    callId,
    decision: z.enum(REVIEW_DECISIONS),
    note: z
      .string()
      .max(MAX_NOTE_LENGTH)
      .transform((text) => text.toWellFormed().replaceAll("\u0000", "").trim() || null),
  }),
  invalid: "invalidReview",
  failure: "review_failed",
  invalidate: refresh,
  work: async (decision, { user }) => {
    const id = await addReview({ ...decision, userId: user.id });
    return id === null ? refuse("gone") : { ok: true, id };
  },
});

/** Deletes the user's own latest decision, so that the previous one is valid again. `gone`: it is too old, or no longer the latest. */
export const undoDecision = action({
  role: "operator",
  input: z.object({ callId, id: z.uuid() }),
  failure: "review_failed",
  invalidate: refresh,
  work: async ({ callId: call, id }, { user }) =>
    (await undoReview(call, id, user.id)) ? { ok: true } : refuse("gone"),
});

/** Marks a call as a test, which statistics leave out, or removes the mark. `gone`: the call no longer exists. */
export const markCallAsTest = action({
  role: "administrator",
  input: z.object({ callId, isTest: z.boolean() }),
  fromFields: (fields) => ({ callId: fields["callId"], isTest: fields["isTest"] === "1" }),
  failure: "test_mark_failed",
  invalidate: refresh,
  work: async ({ callId: marked, isTest }, { recordEvent }) => {
    await recordEvent({ action: "call_marked", callId: marked, detail: { is_test: isTest } });
    return (await markAsTest(marked, isTest)) ? { ok: true } : refuse("gone");
  },
});

/** Requests a call from the vendor's API again, after the job has made its last attempt. */
export const fetchCallAgain = action({
  role: "operator",
  input: callId,
  fromFields: (fields) => fields["callId"],
  failure: "enrichment_request_failed",
  invalidate: refresh,
  work: async (id) => {
    await requestEnrichment(id);
    afterAnswer("enrich", enrichDue);
    return { ok: true };
  },
});

/**
 * Reveals a call's phone number, for organizations that mask numbers. The audit event is written before the number is returned. `gone`:
 * the call or its number no longer exists.
 */
export const revealNumber = action({
  role: "operator",
  input: callId,
  fromFields: (fields) => fields["callId"],
  failure: "reveal_failed",
  work: async (id, { recordEvent }) => {
    const found = await getCall(id);
    if (found === null || found.call.phoneNumber === null) {
      return refuse("gone");
    }
    await recordEvent({ action: "number_revealed", callId: found.call.callId });
    return { ok: true, phoneNumber: found.call.phoneNumber };
  },
});
