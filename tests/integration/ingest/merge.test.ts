import fc from "fast-check";
import type postgres from "postgres";

import { applyApiFacts } from "@/db/calls/enrichment";
import { type CallFacts, NO_FACTS } from "@/lib/call/facts";
import { apiAnswer } from "@/tests/fixtures/api-answer";
import { received, recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

test.beforeEach(({ database }) => database.empty());

const DONE = { state: "done", dueInSeconds: null, resetAttempts: true } as const;

function deliver(body: unknown, receivedAt: Date | null = null) {
  return recordBody(Buffer.from(JSON.stringify(body)), { receivedAt });
}

test("row 32: 500 simultaneous copies become one call and one delivery that was received 500 times", async ({
  app,
  database,
}) => {
  const body = JSON.stringify(complete("copies"));
  const answers = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const response = await fetch(app.webhookUrl, { method: "POST", body });
      return { status: response.status, ...((await response.json()) as { verdict: string; delivery_id: string }) };
    }),
  );
  const verdicts = Object.groupBy(answers, ({ status, verdict }) => `${status} ${verdict}`);
  // Some copies may be spooled, but each counts once, also if its try timed out and was made again.
  const countOf = (answer: `${number} ${string}`) => verdicts[answer]?.length ?? 0;
  const [applied, duplicate, spooled] = [countOf("200 applied"), countOf("200 duplicate"), countOf("202 spooled")];
  expect(applied + duplicate + spooled).toBe(500);
  expect(applied).toBeLessThanOrEqual(1);
  expect(new Set(answers.flatMap(({ delivery_id: id }) => (id ? [id] : []))).size).toBe(1);
  await expect
    .poll(
      async () => {
        const rows = await database.sql`select call_id, times_received, verdict from deliveries`;
        return [...rows];
      },
      { timeout: 30_000 },
    )
    .toEqual([{ call_id: "copies", times_received: 500, verdict: "applied" }]);
  expect(await database.sql`select call_id from calls`).toEqual([{ call_id: "copies" }]);
  expect(await database.sql`select call_id from call_details`).toEqual([{ call_id: "copies" }]);
});

test("row 32: a request that is recorded again because the first result was lost counts once", async ({
  database: { sql },
}) => {
  const bytes = Buffer.from(JSON.stringify(complete("once")));
  const request = received(bytes);
  expect(await recordBody(bytes, request)).toMatchObject({ verdict: "applied" });
  expect(await recordBody(bytes, request)).toMatchObject({ verdict: "applied" });
  expect(await sql`select id, times_received from deliveries`).toEqual([{ id: request.id, times_received: 1 }]);
  expect(await recordBody(bytes)).toMatchObject({ verdict: "duplicate", deliveryId: request.id });
  expect(await sql`select id, times_received from deliveries`).toEqual([{ id: request.id, times_received: 2 }]);
  // A copy whose first try was given up although it was stored, and was made again after another copy.
  const copy = received(bytes);
  await recordBody(bytes, copy);
  await recordBody(bytes);
  await recordBody(bytes, copy);
  expect(await sql`select id, times_received from deliveries`).toEqual([{ id: request.id, times_received: 4 }]);
});

test("row 33: `complete` outranks other types in either order of arrival", async ({ database }) => {
  expect(await deliver(notCompleted("late-complete"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(complete("late-complete"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(complete("early-complete"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(notCompleted("early-complete"))).toMatchObject({ verdict: "superseded" });
  const rows = await database.sql`select call_id, outcome, phone_number from calls order by call_id`;
  expect(rows).toEqual([
    { call_id: "early-complete", outcome: "complete", phone_number: "+966500000001" },
    { call_id: "late-complete", outcome: "complete", phone_number: "+966500000001" },
  ]);
});

test("row 34: two bodies of one call are merged by the call's end, null overwrites nothing, and both bodies are stored", async ({
  database,
}) => {
  const early = complete("twice", {
    ended_at: "2026-05-04T09:01:00Z",
    total_duration: 60,
    phone_number: "+966511111111",
  });
  const late = complete("twice", {
    ended_at: "2026-05-04T09:02:00Z",
    total_duration: 120,
    phone_number: null,
    report: { a: 1 },
  });
  expect(await deliver(late)).toMatchObject({ verdict: "applied" });
  expect(await deliver(early)).toMatchObject({ verdict: "superseded" });
  expect(await deliver(early)).toMatchObject({ verdict: "duplicate" });
  expect(
    await database.sql`
      select phone_number, duration_seconds, ended_at, report from calls join call_details using (call_id)`,
  ).toEqual([
    {
      phone_number: "+966511111111",
      duration_seconds: 120,
      ended_at: new Date("2026-05-04T09:02:00Z"),
      report: { a: 1 },
    },
  ]);
  const stored = await database.sql<{ body: Buffer; verdict: string }[]>`
    select convert_from(body, 'UTF8') as body, verdict from deliveries order by verdict`;
  expect(stored.map((row) => [JSON.parse(String(row.body)), row.verdict])).toEqual([
    [late, "applied"],
    [early, "superseded"],
  ]);
});

test("row 34: an applied delivery becomes superseded when a higher-ranked one decides the outcome, even concurrently", async ({
  database,
}) => {
  const at = (second: number) =>
    complete("better", { ended_at: `2026-05-04T09:01:${String(second).padStart(2, "0")}Z` });
  expect(await deliver(notCompleted("better"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(at(1))).toMatchObject({ verdict: "applied" });
  await Promise.all([5, 3, 8, 2, 7, 4, 6].map((second) => deliver(at(second))));
  expect(
    await database.sql`
      select verdict, count(*)::integer as count, max(convert_from(body, 'UTF8')::json #>> '{payload,call_data,ended_at}') as latest
      from deliveries group by verdict order by verdict`,
  ).toEqual([
    { verdict: "applied", count: 1, latest: "2026-05-04T09:01:08Z" },
    { verdict: "superseded", count: 8, latest: "2026-05-04T09:01:07Z" },
  ]);
});

test("row 34: of two payloads with equal rank, the first one received is kept", async ({ database }) => {
  await deliver(notCompleted("equals", "no_answer"));
  expect(await deliver(notCompleted("equals", "failed"))).toMatchObject({ verdict: "superseded" });
  expect(await database.sql`select outcome from calls`).toEqual([{ outcome: "no_answer" }]);
});

test("row 51: times of receipt come from the database; a spooled delivery keeps its time unless it is in the future", async ({
  database,
}) => {
  await deliver(complete("waited"), new Date("2026-05-04T10:00:00Z"));
  await deliver(complete("from-tomorrow"), new Date(Date.now() + 86_400_000));
  await deliver(complete("waited"), null);
  const rows = await database.sql`
    select call_id, received_at <= now() as received_by_now, d.last_received_at <= now() as last_by_now,
      d.received_at = c.first_received_at as agrees, d.received_at
    from deliveries d join calls c using (call_id) order by call_id`;
  expect(rows).toMatchObject([
    { call_id: "from-tomorrow", received_by_now: true, last_by_now: true, agrees: true },
    {
      call_id: "waited",
      received_by_now: true,
      last_by_now: true,
      agrees: true,
      received_at: new Date("2026-05-04T10:00:00Z"),
    },
  ]);
});

/* ── Values that say little ───────────────────────────────────────────────────────────────────────────────────────── */

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
  const api = (callId: string) =>
    applyApiFacts(callId, apiAnswer(known), instant(30), DONE, { mayCreate: true, leasedUntil: null });
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
    const api = (callId: string) =>
      applyApiFacts(callId, apiAnswer({ report }), instant(30), DONE, { mayCreate: true, leasedUntil: null });
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

/* ── Any order and concurrency ────────────────────────────────────────────────────────────────────────────────── */

/** A webhook or an answer of the API. No two sources of a call have the same rank; another test covers equal ranks. */
type Source =
  | { kind: "complete"; data: Record<string, unknown> }
  | { kind: "not_completed" }
  | { kind: "api"; at: number; facts: CallFacts };

const instant = (second: number) => new Date(Date.UTC(2026, 4, 4, 9, 0, second));
const nullable = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const recording = (id: number) =>
  fc.constantFrom(
    null,
    `https://storage.googleapis.com/r-${id}.mp4?X-Goog-Date=20260504T0900${String(id).padStart(2, "0")}Z&X-Goog-Expires=3600`,
  );

/** Generates sources with distinct seconds, and so with distinct ranks. */
const sources = fc
  .uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 2, maxLength: 4 })
  .chain((seconds) =>
    fc.tuple(
      ...seconds.map((second, index) => (index === 0 ? firstSource(second) : fc.oneof(completed(second), api(second)))),
    ),
  );

function completed(second: number, endedAt: Date | null = instant(second)): fc.Arbitrary<Source> {
  return fc
    .record({
      status: nullable(fc.constantFrom("completed", "failed", `s${second}`)),
      phone_number: nullable(fc.constant(`+9665000000${second}`)),
      total_duration: nullable(fc.constant(second)),
      direction: nullable(fc.constantFrom("inbound", "outbound")),
      report: nullable(fc.constant({ outcome: { status: second % 2 === 0 ? "success" : "failure" }, second })),
      enhanced_transcript: nullable(
        fc.constant({ transcript: { messages: [{ role: "user", content: `turn ${second}` }] }, errors: [] }),
      ),
      started_at: nullable(fc.constant(instant(second).toISOString())),
      created_at: nullable(fc.constant(instant(second).toISOString())),
      recording_url: recording(second),
    })
    .map((data) => ({ kind: "complete" as const, data: { ...data, ended_at: endedAt } }));
}

function api(second: number): fc.Arbitrary<Source> {
  return fc
    .record({
      status: nullable(fc.constantFrom("completed", "busy")),
      phoneNumber: nullable(fc.constant(`+9665990000${second}`)),
      scenarioId: nullable(fc.constant(`scenario-${second}`)),
      language: nullable(fc.constantFrom("ar", "en", "ur")),
      durationSeconds: nullable(fc.constant(1000 + second)),
      variables: nullable(fc.constant({ customer_name: `Name ${second}` })),
      report: nullable(fc.constant({ outcome: { status: "error" }, second })),
    })
    .map((facts) => ({ kind: "api" as const, at: second, facts: { ...NO_FACTS, ...facts } }));
}

/** The only source that may lack `ended_at`: a call that was not completed, or a completed call without that field. */
function firstSource(second: number): fc.Arbitrary<Source> {
  return fc.oneof(fc.constant({ kind: "not_completed" as const }), completed(second, null));
}

async function apply(callId: string, source: Source): Promise<void> {
  switch (source.kind) {
    case "complete":
      await deliver(complete(callId, source.data));
      return;
    case "not_completed":
      await deliver(notCompleted(callId, "no_answer"));
      return;
    case "api":
      await applyApiFacts(callId, apiAnswer(source.facts), instant(source.at), DONE, {
        mayCreate: true,
        leasedUntil: null,
      });
  }
}

/** The stored call, without its id and the times of receipt. */
async function storedCall(sql: postgres.Sql, callId: string): Promise<unknown> {
  const [call] = await sql`
    select to_jsonb(calls) - array['call_id', 'contact_id', 'first_received_at', 'last_received_at', 'occurred_at', 'verified_at',
      'enrichment_state', 'enrichment_due_at', 'enrichment_attempts', 'enrichment_error'] as row,
      coalesce(started_at, created_at, first_received_at) = occurred_at as occurred,
      verified_at is not null as verified
    from calls where call_id = ${callId}`;
  const [details] = await sql`
    select to_jsonb(call_details) - 'call_id' #- '{facts,outcome,d}' as row from call_details where call_id = ${callId}`;
  return { call, details };
}

function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item].concat(rest)));
}

test("row 33: the sources of a call give the same row in every order and concurrently", async ({
  database: { sql },
}) => {
  test.setTimeout(120_000);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(sources, async (given) => {
      run += 1;
      const orders = permutations(given);
      const inOrder = orders.map(async (order, index) => {
        const callId = `order-${run}-${index}`;
        for (const source of order) {
          await apply(callId, source);
        }
        return storedCall(sql, callId);
      });
      const atOnce = Array.from({ length: 4 }, async (_, index) => {
        const callId = `at-once-${run}-${index}`;
        await Promise.all(given.map((source) => apply(callId, source)));
        return storedCall(sql, callId);
      });
      const [expected, ...others] = await Promise.all([...inOrder, ...atOnce]);
      for (const other of others) {
        expect(other).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});
