import { applyApiFacts } from "@/db/calls/enrichment";
import { startErasure } from "@/db/privacy/erasures";
import { rereadCall } from "@/db/reinterpretation/call";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { readCallAnswer } from "@/lib/sarj/api";
import { apiAccess, noteKeyRefusal } from "@/server/vendor-api";
import type { Database } from "@/tests/fixtures/database";
import { recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

// No test of this file opens a page. Values that other rules would have stored are written by SQL.
test.use({ baseURL: "http://localhost:1" });

test.beforeEach(async ({ database }) => {
  await database.empty();
  // Stops the enrichment of an application that runs on this database, so that it changes no call.
  await noteKeyRefusal(apiAccess() ?? { baseUrl: "", apiKey: "" }, "unauthorized");
});

async function deliver(body: unknown): Promise<string> {
  return (await recordBody(Buffer.from(JSON.stringify(body)))).deliveryId;
}

/** Stores an answer of the API, as the enrichment does. */
async function answer(callId: string, data: Record<string, unknown>, answeredAt = new Date()): Promise<void> {
  const body = Buffer.from(JSON.stringify({ data: { id: callId, ...data } }));
  const read = readCallAnswer(body, callId, answeredAt);
  const next = { state: "done", dueInSeconds: null, resetAttempts: true } as const;
  if (read !== null) {
    await applyApiFacts(callId, { ...read, body }, answeredAt, next, { mayCreate: true, leasedUntil: null });
  }
}

const contentOf = async ({ sql }: Database) => [
  await sql`select to_jsonb(calls) as call from calls order by call_id`,
  await sql`select to_jsonb(call_details) as details from call_details order by call_id`,
  await sql`select to_jsonb(contacts) as contact from contacts order by contact_id`,
  await sql`select to_jsonb(deliveries) as delivery from deliveries order by id`,
  await sql`select to_jsonb(api_answers) as answer from api_answers order by id`,
];

test("values that other rules stored are read again from the delivery and the API's answer, and nothing else changes", async ({
  database,
}) => {
  const { sql } = database;
  await deliver(notCompleted("one"));
  await deliver(complete("one", { phone_number: "null", recording_url: "https://storage.googleapis.com/b/o.mp4" }));
  await answer("one", { phone_number: "+966500000001", language: "ar", variables: { name: "Sara" }, new_field: 1 });
  const right = await contentOf(database);
  expect(await rereadCall("one")).toBe("unchanged");
  expect(await contentOf(database)).toEqual(right);

  // Other rules had taken "null" for a number, the wrong value for a language, and had not known what to flag.
  await sql`
    update call_details set
      facts = jsonb_set(jsonb_set(facts, '{phoneNumber}', jsonb_build_object('v', 'null', 'k', facts -> 'status' -> 'k')), '{language,v}', '"xx"'),
      transcript = '[]', variables = '{"name": "Somebody"}'`;
  await sql`update calls set phone_number = 'null', language = 'xx', customer_name = 'Somebody'`;
  await sql`update api_answers set flags = '{}'`;
  await sql`update deliveries set verdict = 'superseded', flags = '{"old: flag"}'`;
  expect(await rereadCall("one")).toBe("changed");
  expect(await contentOf(database)).toEqual(right);
});

test("what retention has deleted is not stored again", async ({ database: { sql } }) => {
  const url = "https://storage.googleapis.com/b/o.mp4";
  await deliver(complete("purged", { recording_url: url, permanent_recording_url: "https://api.example/r" }));
  await sql`
    update call_details set
      transcript = null, corrections = null, search = null, transcript_purged_at = now(),
      recording_url = null, permanent_recording_url = null, recording_purged_at = now(),
      facts = facts - 'transcript' - 'corrections' - 'recordingUrl' - 'permanentRecordingUrl'`;
  await sql`update calls set has_recording = false`;
  await sql`update call_details set facts = jsonb_set(facts, '{direction,v}', '"wrong"')`;
  expect(await rereadCall("purged")).toBe("changed");
  expect(
    await sql`select direction, has_recording, transcript, recording_url, permanent_recording_url, search from calls join call_details using (call_id)`,
  ).toEqual([
    {
      direction: "outbound",
      has_recording: false,
      transcript: null,
      recording_url: null,
      permanent_recording_url: null,
      search: null,
    },
  ]);
});

test("a call whose value may have hidden one of the API is fetched again once, if the API knew it and its answer was not kept", async ({
  database: { sql },
}) => {
  for (const id of ["verified", "unverified", "kept"]) {
    await deliver(complete(id, { phone_number: null }));
  }
  await answer("kept", { phone_number: null });
  await sql`
    update call_details set facts = facts || jsonb_build_object('phoneNumber', jsonb_build_object('v', 'null', 'k', facts -> 'status' -> 'k'))`;
  await sql`
    update calls set phone_number = 'null', enrichment_state = 'done', enrichment_due_at = null, enrichment_attempts = 3,
      verified_at = case when call_id <> 'unverified' then now() end`;
  const due = () => sql`
    select call_id, phone_number, enrichment_state as state, enrichment_attempts as attempts from calls where enrichment_due_at is not null`;
  for (const id of ["verified", "unverified", "kept"]) {
    expect(await rereadCall(id)).toBe("changed");
  }
  expect(await due()).toEqual([{ call_id: "verified", phone_number: null, state: "pending", attempts: 0 }]);
  await sql`update calls set enrichment_state = 'done', enrichment_due_at = null`;
  expect(await rereadCall("verified")).toBe("unchanged");
  expect(await due()).toEqual([]);
});

test("while a person is being erased, no call is read: a body that is about to be deleted must not be merged", async ({
  database,
}) => {
  await deliver(complete("mentions", { report: { contact: "+966501234567" } }));
  await database.sql`update call_details set report = '{"contact": "[erased]"}'`;
  const before = await contentOf(database);
  const number = parseSoughtNumber("+966501234567");
  if (number === null) {
    throw new Error("not a number");
  }
  await startErasure(number, "Nora");
  expect(await rereadCall("mentions")).toBe("erasing");
  expect(await contentOf(database)).toEqual(before);
});

test("a call that was deleted meanwhile stays deleted", async ({ database: { sql } }) => {
  await deliver(complete("deleted"));
  await sql`delete from call_details`;
  await sql`delete from calls`;
  expect(await rereadCall("deleted")).toBe("gone");
  expect(await sql`select 1 from calls`).toHaveLength(0);
});

test("reading a call again while its deliveries and those of its retry group arrive loses nothing", async ({
  database,
}) => {
  const dial = (attempt: number, type = "no_answer") => ({
    call_id: `dial-${attempt}`,
    payload: {
      type,
      retry_attempt_number: attempt,
      root_call_id: attempt === 1 ? null : "dial-1",
      next_retry_at: attempt === 6 ? null : "2026-05-04T10:00:00Z",
      ...(type === "complete" ? { call_data: { call_id: `dial-${attempt}`, status: "completed" } } : {}),
    },
  });
  const ids = [1, 2, 3, 4, 5, 6].map((attempt) => `dial-${attempt}`);
  // A deadlock would be an error here, and so would a timeout.
  await Promise.all([
    ...[6, 3, 1, 5, 2, 4].flatMap((attempt) => [deliver(dial(attempt)), deliver(dial(attempt, "complete"))]),
    ...[...ids, ...ids, ...ids].map((id) => rereadCall(id)),
  ]);
  const first = await contentOf(database);
  expect(await database.sql`select contact_id, state, attempts, last_call_id from contacts`).toEqual([
    { contact_id: "dial-1", state: "reached", attempts: 6, last_call_id: "dial-6" },
  ]);
  expect(await database.sql`select count(*)::integer from deliveries where verdict = 'applied'`).toEqual([
    { count: 6 },
  ]);
  for (const id of ids) {
    expect(await rereadCall(id)).toBe("unchanged");
  }
  expect(await contentOf(database)).toEqual(first);
});
