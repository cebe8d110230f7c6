import fc from "fast-check";
import type postgres from "postgres";

import { type CallFacts, NO_FACTS } from "@/lib/call/facts";
import { storeAnswer } from "@/tests/fixtures/api-answer";
import { deliver } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** The sources of one call in any order, and concurrently. */

test.beforeEach(({ database }) => database.empty());

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
      await storeAnswer(callId, source.facts, instant(source.at));
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
