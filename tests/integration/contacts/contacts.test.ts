import type postgres from "postgres";

import { storeAnswer } from "@/tests/fixtures/api-answer";
import { deliver } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, later, now, webhook } from "@/tests/fixtures/retry-group";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

test.beforeEach(({ database }) => emptyWithoutEnrichment(database));

async function contactsOf(sql: postgres.Sql) {
  const rows = await sql`
    select contact_id, state, attempts, last_call_id, reached_call_id, next_retry_at, is_inferred from contacts order by 1`;
  return [...rows];
}

/** The states of all contacts, by their ids. */
async function statesOf(sql: postgres.Sql): Promise<Record<string, string>> {
  const rows = await sql<{ id: string; state: string }[]>`select contact_id as id, state from contacts`;
  return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
}

/* ── States ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

test("the dials of a retry group are one contact, whose state follows from the last dial", async ({
  database: { sql },
}) => {
  const first = { retry_attempt_number: 1, root_call_id: null };
  const second = { retry_attempt_number: 2, root_call_id: "a" };
  const expected = { contact_id: "a", attempts: 1, last_call_id: "a", reached_call_id: null, is_inferred: false };
  await deliver(webhook("a", "no_answer", { ...first, next_retry_at: later(2).toISOString() }));
  expect(await contactsOf(sql)).toEqual([{ ...expected, state: "trying", next_retry_at: later(2) }]);
  await deliver(webhook("b", "user_rejected", { ...second, next_retry_at: null }));
  const over = { ...expected, attempts: 2, last_call_id: "b", next_retry_at: null };
  expect(await contactsOf(sql)).toEqual([{ ...over, state: "not_reached" }]);
  await deliver(webhook("b", "complete", { ...second, next_retry_at: null }));
  expect(await contactsOf(sql)).toEqual([{ ...over, state: "reached", reached_call_id: "b" }]);
});

test("a retry that was cancelled calls its contact off, also after earlier dials, and counts as no attempt", async ({
  database: { sql },
}) => {
  const retry = { retry_attempt_number: 2, root_call_id: "a" };
  await deliver(webhook("a", "no_answer", { retry_attempt_number: 1, next_retry_at: later(1).toISOString() }));
  await deliver(webhook("b", "cancelled", { ...retry, next_retry_at: null }));
  await deliver(webhook("booking", "expired", { retry_attempt_number: 1, root_call_id: null, next_retry_at: null }));
  expect(await sql`select contact_id, state, attempts from contacts order by 1`).toEqual([
    { contact_id: "a", state: "called_off", attempts: 1 },
    { contact_id: "booking", state: "called_off", attempts: 0 },
  ]);
  expect(await sql`select dial_result from calls order by call_id`).toEqual([
    { dial_result: "not_reached" },
    { dial_result: "not_dialled" },
    { dial_result: "not_dialled" },
  ]);
});

test("a payload without the fields is a contact of one dial, marked as inferred", async ({ database: { sql } }) => {
  for (const type of ["complete", "no_answer", "a_type_of_tomorrow", "cancelled"]) {
    await deliver(webhook(type, type, {}));
  }
  expect(await statesOf(sql)).toEqual({
    complete: "reached",
    no_answer: "not_reached",
    a_type_of_tomorrow: "not_reached",
    cancelled: "called_off",
  });
  expect(await sql`select from contacts where not is_inferred`).toHaveLength(0);
  // The API says later that another dial is coming.
  await storeAnswer("no_answer", { nextRetryAt: later(1) }, now);
  expect(await sql`select state, is_inferred from contacts where contact_id = 'no_answer'`).toEqual([
    { state: "trying", is_inferred: false },
  ]);
});

test("`next_retry_at: null` says that no dial is coming; a missing or unreadable one says nothing", async ({
  database: { sql },
}) => {
  const ahead = later(3).toISOString();
  const cases: [callId: string, said: Parameters<typeof webhook>[2], state: string][] = [
    ["no_next", { next_retry_at: null }, "not_reached"],
    ["silent", { next_retry_at: "None" }, "not_reached"],
    ["missing", { retry_attempt_number: 1 }, "trying"],
    ["unreadable", { next_retry_at: "soon" }, "trying"],
    ["too_far", { next_retry_at: later(24 * 61).toISOString() }, "trying"],
    ["far", { next_retry_at: later(24 * 59).toISOString() }, "trying"],
  ];
  for (const [callId, said] of cases) {
    // The API's answer has the lower rank: it decides only where the webhook says nothing.
    await storeAnswer(callId, { nextRetryAt: new Date(ahead) }, now);
    await deliver(webhook(callId, "no_answer", said));
  }
  expect(await statesOf(sql)).toEqual(Object.fromEntries(cases.map(([callId, , state]) => [callId, state])));
  expect(await sql`select next_retry_at from contacts where contact_id = 'far'`).toEqual([
    { next_retry_at: later(24 * 59) },
  ]);
});

test("a booking that only the API knows is being tried until it is dialled or called off", async ({
  database: { sql },
}) => {
  await storeAnswer("booked", { status: "scheduled", scheduledAt: later(5), createdAt: now }, now);
  expect(await sql`select state, attempts, next_retry_at from contacts`).toEqual([
    { state: "trying", attempts: 0, next_retry_at: later(5) },
  ]);
  await deliver(webhook("booked", "cancelled", { next_retry_at: null }));
  expect(await statesOf(sql)).toEqual({ booked: "called_off" });
});

test("test calls and calls that the vendor does not know decide nothing, unless a contact has no others", async ({
  database: { sql },
}) => {
  await deliver(webhook("a", "no_answer", { retry_attempt_number: 1, next_retry_at: null }));
  await deliver(webhook("forged", "complete", { retry_attempt_number: 2, root_call_id: "a", next_retry_at: null }));
  expect(await statesOf(sql)).toEqual({ a: "reached" });
  await sql`update calls set enrichment_state = 'not_found' where call_id = 'forged'`;
  expect(await sql`select state, attempts, last_call_id from contacts`).toEqual([
    { state: "not_reached", attempts: 1, last_call_id: "a" },
  ]);
  await sql`update calls set is_test = true where call_id = 'a'`;
  expect(await statesOf(sql)).toEqual({ a: "reached" });
});

test("a call that moves to its root leaves no contact behind, and a deleted call leaves its contact", async ({
  database: { sql },
}) => {
  await deliver(notCompleted("b"));
  await deliver(webhook("a", "no_answer", { retry_attempt_number: 1, next_retry_at: null }));
  expect(await statesOf(sql)).toEqual({ a: "not_reached", b: "not_reached" });
  await storeAnswer("b", { rootCallId: "a", retryAttempt: 2 }, now);
  expect(await sql`select contact_id, attempts, last_call_id from contacts`).toEqual([
    { contact_id: "a", attempts: 2, last_call_id: "b" },
  ]);
  await sql`delete from calls where call_id = 'b'`;
  expect(await sql`select contact_id, attempts, last_call_id from contacts`).toEqual([
    { contact_id: "a", attempts: 1, last_call_id: "a" },
  ]);
  await sql`delete from calls`;
  expect(await contactsOf(sql)).toEqual([]);
});

/* ── When a call took place ───────────────────────────────────────────────────────────────────────────────────────── */

test("a call stands at its answer, else its dial, else its creation, else its first webhook; without a dial, at its end", async ({
  database: { sql },
}) => {
  const heard = later(-1);
  const booked = { createdAt: later(-50), scheduledAt: later(-2) };
  await deliver(
    complete("answered", { started_at: later(-1.5).toISOString(), created_at: later(-50).toISOString() }),
    heard,
  );
  await storeAnswer("answered", booked, now);
  await deliver(notCompleted("dialled"), heard);
  await storeAnswer("dialled", booked, now);
  await deliver(notCompleted("created"), heard);
  await storeAnswer("created", { createdAt: later(-50) }, now);
  await deliver(notCompleted("heard"), heard);
  await deliver(notCompleted("cancelled", "cancelled"), heard);
  await storeAnswer("cancelled", { ...booked, updatedAt: later(-0.5), startedAt: later(-3) }, now);
  // Known first from the API, as a booking: it is called off when the webhook says so.
  await storeAnswer("cancelled later", { ...booked, status: "scheduled", updatedAt: later(-40) }, later(-40));
  await deliver(notCompleted("cancelled later", "cancelled"), heard);
  await storeAnswer("api alone", { ...booked, status: "cancelled", updatedAt: later(-4) }, now);
  const rows = await sql<{ id: string; at: Date }[]>`select call_id as id, occurred_at as at from calls`;
  expect(Object.fromEntries(rows.map(({ id, at }) => [id, at]))).toEqual({
    answered: later(-1.5),
    dialled: later(-2),
    created: later(-50),
    heard,
    cancelled: heard,
    "cancelled later": heard,
    "api alone": later(-4),
  });
});

/* ── Absurd groups ────────────────────────────────────────────────────────────────────────────────────────────────── */

test("roots that name each other, themselves, or a retry give a defined state, whatever arrives first", async ({
  database: { sql },
}) => {
  const dial = (callId: string, root: string | null, attempt: unknown, nextRetryAt: Date | null = null) =>
    webhook(callId, "no_answer", {
      root_call_id: root,
      retry_attempt_number: attempt,
      next_retry_at: nextRetryAt?.toISOString() ?? null,
    });
  const group = [
    dial("x", "y", 1),
    dial("y", "x", 2, later(1)),
    dial("own", "own", 1),
    dial("first", null, 1),
    dial("retry", "first", 2, later(2)),
    dial("of a retry", "retry", 3),
    // A number twice, none, and numbers that no group has.
    dial("twice", null, 2, later(3)),
    dial("twice 1", "twice", 2),
    dial("twice 2", "twice", "2", later(4)),
    dial("absurd", null, -1),
    dial("absurd 1", "absurd", 1e9, later(5)),
    dial("absurd 2", "absurd", "second"),
    dial("absurd 3", "absurd", {}),
  ];
  let first: unknown;
  for (const order of [group, group.toReversed(), group.toSorted((a, b) => (a.call_id < b.call_id ? 1 : -1))]) {
    await sql`truncate calls, call_details, contacts, deliveries`;
    for (const body of order) {
      await deliver(body);
    }
    const found = await contactsOf(sql);
    first ??= found;
    expect(found).toEqual(first);
  }
  expect(await sql`select contact_id, state, attempts, last_call_id from contacts order by 1`).toEqual([
    { contact_id: "absurd", state: "not_reached", attempts: 4, last_call_id: "absurd 3" },
    { contact_id: "first", state: "trying", attempts: 2, last_call_id: "retry" },
    { contact_id: "own", state: "not_reached", attempts: 1, last_call_id: "own" },
    { contact_id: "retry", state: "not_reached", attempts: 1, last_call_id: "of a retry" },
    { contact_id: "twice", state: "trying", attempts: 3, last_call_id: "twice 2" },
    { contact_id: "x", state: "trying", attempts: 1, last_call_id: "y" },
    { contact_id: "y", state: "not_reached", attempts: 1, last_call_id: "x" },
  ]);
  expect(await sql`select count(*)::int as calls from calls`).toEqual([{ calls: group.length }]);
});

test("a contact of 1,000 dials, the last of which reaches the customer", async ({ database: { sql } }) => {
  test.slow();
  const dial = (attempt: number) =>
    webhook(`dial-${attempt}`, attempt === 1000 ? "complete" : "no_answer", {
      retry_attempt_number: attempt,
      root_call_id: attempt === 1 ? null : "dial-1",
      next_retry_at: attempt === 1000 ? null : later(attempt).toISOString(),
    });
  const attempts = Array.from({ length: 1000 }, (_, index) => index + 1).toReversed();
  const worker = async () => {
    for (let attempt = attempts.pop(); attempt !== undefined; attempt = attempts.pop()) {
      await deliver(dial(attempt));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(await sql`select contact_id, state, attempts, last_call_id, reached_call_id from contacts`).toEqual([
    { contact_id: "dial-1", state: "reached", attempts: 1000, last_call_id: "dial-1000", reached_call_id: "dial-1000" },
  ]);
});
