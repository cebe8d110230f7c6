import { type CallFacts } from "@/lib/call/facts";
import { storeAnswer } from "@/tests/fixtures/api-answer";
import { deliver } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete } from "@/tests/fixtures/webhooks";

/** Values that say nothing or little, from several sources of one call. */

test.beforeEach(({ database }) => database.empty());

const ANSWERED_AT = new Date("2026-05-04T09:00:30Z");

const TRANSCRIPT = [{ type: "message" as const, role: "user", content: "Good morning", startAt: null }];

test("a value that says nothing hides no fact of another source, in either order", async ({ database: { sql } }) => {
  const empty = {
    report: {},
    enhanced_transcript: { transcript: { messages: [] }, errors: [] },
    total_duration: 0,
    phone_number: "null",
    direction: "None",
    recording_url: "undefined",
    status: " ",
  };
  const known: Partial<CallFacts> = {
    report: { outcome: { status: "success" } },
    transcript: TRANSCRIPT,
    durationSeconds: 67,
    phoneNumber: "+966500000042",
    direction: "inbound",
    recordingUrl: "https://storage.googleapis.com/r.mp4",
    status: "completed",
    variables: { customer_name: "", name: "Fallback Name" },
  };
  const api = (callId: string) => storeAnswer(callId, known, ANSWERED_AT);
  await deliver(complete("webhook first", empty));
  await api("webhook first");
  await api("api first");
  await deliver(complete("api first", empty));
  await deliver(
    complete("half empty", {
      ...empty,
      report: { generated_at: "2026-05-04T09:03:00Z", outcome: null },
      enhanced_transcript: { transcript: { messages: [{ type: "function_call", tool_name: "t", arguments: "{}" }] } },
    }),
  );
  await api("half empty");
  const expected = {
    goal: "success",
    duration_seconds: 67,
    phone_number: "+966500000042",
    direction: "inbound",
    status: "completed",
    customer_name: "Fallback Name",
    has_recording: true,
    transcript: TRANSCRIPT,
  };
  const rows = await sql`
    select goal, duration_seconds, phone_number, direction, status, customer_name, has_recording, transcript
    from calls join call_details using (call_id) order by call_id`;
  expect([...rows]).toEqual([expected, expected, expected]);
});

test("a value that says little stays if no source says more", async ({ database: { sql } }) => {
  const tools = [{ type: "function_call", tool_name: "look_up", arguments: "{}", tool_call_id: "1" }];
  await deliver(
    complete("little", {
      total_duration: 0,
      report: { generated_at: "2026-05-04T09:03:00Z" },
      enhanced_transcript: { transcript: { messages: tools } },
    }),
  );
  expect(
    await sql`select duration_seconds, jsonb_array_length(transcript) as turns, report from calls join call_details using (call_id)`,
  ).toEqual([{ duration_seconds: 0, turns: 1, report: { generated_at: "2026-05-04T09:03:00Z" } }]);
});

test("a report without a result hides no result of another source, and stays without one", async ({
  database: { sql },
}) => {
  const report = { outcome: { status: "failure", reason: "He will think about it." } };
  const unjudged = { status: null, success_criteria: [{ text: "Booked", achieved: null, is_primary: true }] };
  for (const [index, little] of [
    { outcome: unjudged },
    { callback: { origin: "customer_requested" } },
    { outcome: "unclear", generated_at: "2026-05-04T09:03:00Z" },
  ].entries()) {
    const api = (callId: string) => storeAnswer(callId, { report }, ANSWERED_AT);
    await deliver(complete(`webhook first ${index}`, { report: little }));
    await api(`webhook first ${index}`);
    await api(`api first ${index}`);
    await deliver(complete(`api first ${index}`, { report: little }));
    await deliver(complete(`alone ${index}`, { report: little }));
  }
  expect(
    await sql`select distinct goal, report from calls join call_details using (call_id) where call_id not like 'alone%'`,
  ).toEqual([{ goal: "failure", report }]);
  expect(
    await sql`select count(*)::integer as kept from calls join call_details using (call_id)
      where call_id like 'alone%' and goal is null and report is not null`,
  ).toEqual([{ kept: 3 }]);
});

test("a second webhook with the same end fills what the first one left empty", async ({ database: { sql } }) => {
  await deliver(complete("twice", { enhanced_transcript: { transcript: { messages: [] } }, report: { outcome: {} } }));
  await deliver(complete("twice", { report: { outcome: { status: "failure" } } }));
  expect(
    await sql`select goal, jsonb_array_length(transcript) as turns from calls join call_details using (call_id)`,
  ).toEqual([{ goal: "failure", turns: 2 }]);
});

test("a goal of white space is not assessed, and an empty recording URL is none", async ({ database: { sql } }) => {
  await deliver(complete("blank", { report: { outcome: { status: "", reason: "r" } }, recording_url: "null" }));
  expect(await sql`select goal, has_recording from calls`).toEqual([{ goal: null, has_recording: false }]);
});
