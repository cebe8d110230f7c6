import { expect, test } from "@playwright/test";

import { apiRank, type Fact, rankFacts, webhookRank } from "@/db/calls/merge";
import {
  factsToKeep,
  isAnythingLost,
  mergedFacts,
  type Source,
  type StoredFacts,
} from "@/db/reinterpretation/outdated-facts";
import { type CallFacts, NO_FACTS, NO_NEXT_RETRY } from "@/lib/call/facts";

const END = new Date("2026-11-20T09:00:00Z");
const COMPLETE = webhookRank({ outcome: "complete", endedAt: END });
const MISSED = webhookRank({ outcome: "no_answer", endedAt: null });
const ANSWERED = apiRank(new Date("2026-11-20T09:05:00Z"));

function webhook(facts: Partial<CallFacts>, id = "1"): Source {
  const all = { ...NO_FACTS, outcome: "complete", endedAt: END, ...facts };
  return { deliveryId: id, facts: all, rank: webhookRank(all), receivedAt: END };
}

function answer(facts: Partial<CallFacts>, rank = ANSWERED): Source {
  return { deliveryId: null, facts: { ...NO_FACTS, ...facts }, rank, receivedAt: END };
}

/** A stored call with these facts; the values of wide columns are given apart. */
function stored(facts: Record<string, Fact>, wide: Partial<StoredFacts> = {}): StoredFacts {
  const none = { transcript: null, corrections: null, report: null, responseBody: null, variables: null };
  return { ...none, recordingUrl: null, permanentRecordingUrl: null, ...wide, facts };
}

/** What the whole gives: which facts stay, then merged with the sources. */
function reread(before: StoredFacts, sources: Source[], { isComplete = true } = {}) {
  return mergedFacts(before, factsToKeep(before, sources, isComplete), sources).facts;
}

test("a value that today's rules do not read disappears, if its body is stored", () => {
  const before = stored({ phoneNumber: { v: "tel:?", k: COMPLETE }, status: { v: "completed", k: COMPLETE } });
  expect(reread(before, [webhook({ status: "completed" })])).toMatchObject({ status: { v: "completed", k: COMPLETE } });
  expect(reread(before, [webhook({ status: "completed" })])).not.toHaveProperty("phoneNumber");
});

test("the API's kept value appears when the value that hid it is gone", () => {
  const before = stored({ phoneNumber: { v: "null", k: COMPLETE }, durationSeconds: { v: 0, k: COMPLETE } });
  const sources = [webhook({ durationSeconds: 0 }), answer({ phoneNumber: "+966500000001", durationSeconds: 67 })];
  expect(reread(before, sources)).toMatchObject({
    phoneNumber: { v: "+966500000001", k: ANSWERED },
    durationSeconds: { v: 67, k: ANSWERED },
  });
});

test("a rank of rules that could not read the end is also this body's", () => {
  const withoutEnd = webhookRank({ outcome: "complete", endedAt: null });
  const before = stored({
    direction: { v: "sideways", k: withoutEnd },
    outcome: { v: "complete", k: withoutEnd, d: "1" },
  });
  const after = reread(before, [webhook({})]);
  expect(after).not.toHaveProperty("direction");
  expect(after["outcome"]).toEqual({ v: "complete", k: COMPLETE, d: "1" });
});

test("facts of a body that is gone stay: another rank, an answer that was not kept, another delivery's outcome", () => {
  const facts = {
    outcome: { v: "complete", k: COMPLETE, d: "gone" },
    language: { v: "ar", k: ANSWERED - 1 },
    direction: { v: "outbound", k: COMPLETE - 1000 },
    nextRetryAt: { v: null, k: COMPLETE },
  };
  const before = stored(facts);
  expect(reread(before, [webhook({ outcome: "no_answer", endedAt: null }, "2")], { isComplete: false })).toEqual(facts);
});

test("if bodies may be gone, a fact of the same rank stays unless the stored bodies give it too", () => {
  const before = stored({
    direction: { v: "outbound", k: COMPLETE },
    phoneNumber: { v: "wrong", k: COMPLETE },
    status: { v: "old", k: MISSED },
  });
  const sources = [webhook({ phoneNumber: "+966500000001", status: "completed" })];
  expect(reread(before, sources, { isComplete: false })).toMatchObject({
    direction: { v: "outbound", k: COMPLETE },
    phoneNumber: { v: "+966500000001", k: COMPLETE },
    status: { v: "completed", k: COMPLETE },
  });
  expect(reread(before, sources)).not.toHaveProperty("direction");
});

test("a value that says nothing goes, and one that says little sinks, even if its body is gone", () => {
  const silent = [{ type: "message" as const, role: "user", content: " ", startAt: null }];
  const before = stored(
    {
      direction: { v: "None", k: COMPLETE },
      durationSeconds: { v: 0, k: COMPLETE },
      transcript: { k: COMPLETE },
      report: { k: COMPLETE, v: { goal: "", criteria: null } },
      recordingUrl: { k: 0 },
      variables: { k: ANSWERED, v: "" },
    },
    {
      transcript: silent,
      report: { generated_at: "2026-11-20", outcome: { status: "" } },
      recordingUrl: "null",
      variables: { customer_name: "", name: "Fallback Name" },
    },
  );
  expect(reread(before, [], { isComplete: false })).toEqual({
    durationSeconds: { v: 0, k: 2 },
    report: { k: 2, v: { goal: null, criteria: null } },
    variables: { k: ANSWERED, v: "Fallback Name" },
  });
});

test("a recording's URL is replaced only by one that expires later, or removed if a stored body contains it", () => {
  const fresh = stored({ recordingUrl: { k: 2000 } }, { recordingUrl: "https://x.example/fresh" });
  const old = webhook({ recordingUrl: "https://x.example/old", recordingExpiresAt: new Date(1000) });
  expect(reread(fresh, [old])["recordingUrl"]).toEqual({ k: 2000 });
  const misread = stored({ recordingUrl: { k: 9000 } }, { recordingUrl: "https://x.example/old" });
  expect(reread(misread, [old])["recordingUrl"]).toEqual({ k: 1000 });
});

test("reading twice gives what reading once gives, for any stored facts", () => {
  const sources = [
    webhook({ outcome: "no_answer", endedAt: null, nextRetryAt: NO_NEXT_RETRY }, "1"),
    webhook({ durationSeconds: 0, direction: "outbound", report: { generated_at: "x" } }, "2"),
    answer({ durationSeconds: 12, variables: { name: "Sara" } }),
  ];
  for (const isComplete of [true, false]) {
    const before = stored({ status: { v: "x", k: COMPLETE }, durationSeconds: { v: 0, k: COMPLETE } });
    const kept = factsToKeep(before, sources, isComplete);
    const once = mergedFacts(before, kept, sources);
    const again = stored(once.facts, once.wide as Partial<StoredFacts>);
    expect(mergedFacts(again, factsToKeep(again, sources, isComplete), sources)).toEqual(once);
  }
});

test("a call is asked for again only if a value that the API has is gone or says little", () => {
  const facts = (values: Partial<CallFacts>, rank = COMPLETE) => rankFacts({ ...NO_FACTS, ...values }, rank);
  expect(isAnythingLost(facts({ phoneNumber: "null" }), {})).toBe(true);
  expect(isAnythingLost(facts({ durationSeconds: 5 }), facts({ durationSeconds: 0 }))).toBe(true);
  expect(isAnythingLost(facts({ durationSeconds: 0 }), facts({ durationSeconds: 0 }))).toBe(false);
  expect(isAnythingLost(facts({ interactionType: "None", outcome: "complete" }), {})).toBe(false);
  expect(isAnythingLost({}, facts({ phoneNumber: "+966500000001" }))).toBe(false);
});
