import { expect, test } from "@playwright/test";

import { NOW, readAnswer, readWebhook } from "@/tests/fixtures/read-body";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** The contract of September 2026: the fields of retries, and what it does not contain. */

/* ── The retry group ──────────────────────────────────────────────────────────────────────────────────────────────── */

test("the retry fields are read in every payload and in the API's answer", async () => {
  const fields = { retry_attempt_number: 3, root_call_id: "root", next_retry_at: "2026-12-20T08:00:00Z" };
  const facts = { retryAttempt: 3, rootCallId: "root", nextRetryAt: new Date("2026-12-20T08:00:00Z") };
  for (const body of [notCompleted("c"), notCompleted("c", "cancelled"), complete("c")]) {
    const read = await readWebhook({ ...body, payload: { ...body.payload, ...fields } });
    expect(read).toMatchObject({ facts, flags: [] });
  }
  expect(readAnswer({ ...fields, is_retry: true, scheduled_at: "2026-11-20T08:00:00Z" })).toMatchObject({
    facts: { ...facts, scheduledAt: new Date("2026-11-20T08:00:00Z") },
    flags: [],
  });
});

test("times that lie ahead by their meaning are believed up to 60 days, others until tomorrow", () => {
  const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();
  const read = (days: number) => {
    const { facts, flags } = readAnswer({
      next_retry_at: inDays(days),
      scheduled_at: inDays(days),
      started_at: inDays(days),
    });
    return [facts.nextRetryAt, facts.scheduledAt, facts.startedAt].map((at) => at !== null).concat(flags.length > 0);
  };
  expect([read(0.9), read(1.1), read(59), read(61)]).toEqual([
    [true, true, true, false],
    [true, true, false, true],
    [true, true, false, true],
    [false, false, false, true],
  ]);
});

test("an unknown type, status, message type or field is named, on every level", async () => {
  const body = complete("c", {
    status: "teleported",
    new_1: 1,
    enhanced_transcript: {
      transcript: { messages: [{ role: "user", content: "hello", mood: "good" }, { type: "video" }], new_3: 1 },
      errors: [{ incorrect_text: "a", correction: "b", new_4: 1 }],
      new_2: 1,
    },
    report: {
      outcome: { status: "success", new_6: 1, success_criteria: [{ text: "t", achieved: true, new_7: 1 }] },
      callback: { origin: null, new_8: 1 },
      new_5: 1,
    },
  });
  const { flags } = await readWebhook({ ...body, payload: { ...body.payload, type: "busy", new_9: 1 }, new_0: 1 });
  expect(flags.map((flag) => flag.replace("payload.call_data.", "~"))).toEqual([
    "payload.type=busy: unknown_value",
    "payload.new_9: unknown_field",
    "~status=teleported: unknown_value",
    "~report.new_5: unknown_field",
    "~report.outcome.new_6: unknown_field",
    "~report.outcome.success_criteria[].new_7: unknown_field",
    "~report.callback.new_8: unknown_field",
    "~enhanced_transcript.errors[].new_4: unknown_field",
    "~enhanced_transcript.new_2: unknown_field",
    "~enhanced_transcript.transcript.new_3: unknown_field",
    "~enhanced_transcript.transcript.messages[].mood: unknown_field",
    "~enhanced_transcript.transcript.messages[].type=video: unknown_value",
    "~new_1: unknown_field",
    "new_0: unknown_field",
  ]);
  expect(
    readAnswer({ status: "teleported", new_1: 1, transcript: [{ role: "user", content: "hi", new_2: 1 }] }).flags,
  ).toEqual([
    "api.status=teleported: unknown_value",
    "api.transcript[].new_2: unknown_field",
    "api.new_1: unknown_field",
  ]);
});
