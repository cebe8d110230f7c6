import fc from "fast-check";
import type postgres from "postgres";

import { applyApiFacts } from "@/db/calls/enrichment";
import type { CallFacts } from "@/lib/call/facts";
import { noteKeyRefusal } from "@/server/vendor-api";
import { apiAnswer } from "@/tests/fixtures/api-answer";
import { VENDOR_API_KEY } from "@/tests/fixtures/environment";
import { recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

test.beforeEach(async ({ database }) => {
  await database.empty();
  // An application that other tests started on this database would ask the API for these calls, which it does not know.
  await noteKeyRefusal({ baseUrl: "", apiKey: VENDOR_API_KEY }, "unauthorized");
});

const DONE = { state: "done", dueInSeconds: null, resetAttempts: true } as const;
const HOUR_MS = 3_600_000;
/** A whole second, because texts in ISO 8601 may lack the milliseconds. */
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const later = (hours: number) => new Date(now.getTime() + hours * HOUR_MS);

type RetryFields = { retry_attempt_number?: unknown; root_call_id?: unknown; next_retry_at?: unknown };

/** A webhook with the fields of a retry group. */
function webhook(callId: string, type: string, fields: RetryFields, callData: Record<string, unknown> = {}) {
  const body = type === "complete" ? complete(callId, callData) : notCompleted(callId, type);
  return { ...body, payload: { ...body.payload, ...fields } };
}

const deliver = (body: unknown, receivedAt: Date | null = null) =>
  recordBody(Buffer.from(JSON.stringify(body)), { receivedAt });

const answer = (callId: string, facts: Partial<CallFacts>, at: Date) =>
  applyApiFacts(callId, apiAnswer(facts), at, DONE, { mayCreate: true, leasedUntil: null });

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
  await answer("no_answer", { nextRetryAt: later(1) }, now);
  expect(await sql`select state, is_inferred from contacts where contact_id = 'no_answer'`).toEqual([
    { state: "trying", is_inferred: false },
  ]);
});

test("`next_retry_at: null` says that no dial is coming; a missing or unreadable one says nothing", async ({
  database: { sql },
}) => {
  const ahead = later(3).toISOString();
  const cases: [callId: string, said: RetryFields, state: string][] = [
    ["none", { next_retry_at: null }, "not_reached"],
    ["silent", { next_retry_at: "None" }, "not_reached"],
    ["missing", { retry_attempt_number: 1 }, "trying"],
    ["unreadable", { next_retry_at: "soon" }, "trying"],
    ["too_far", { next_retry_at: later(24 * 61).toISOString() }, "trying"],
    ["far", { next_retry_at: later(24 * 59).toISOString() }, "trying"],
  ];
  for (const [callId, said] of cases) {
    // The API's answer has the lower rank: it decides only where the webhook says nothing.
    await answer(callId, { nextRetryAt: new Date(ahead) }, now);
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
  await answer("booked", { status: "scheduled", scheduledAt: later(5), createdAt: now }, now);
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
  await answer("b", { rootCallId: "a", retryAttempt: 2 }, now);
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
  await answer("answered", booked, now);
  await deliver(notCompleted("dialled"), heard);
  await answer("dialled", booked, now);
  await deliver(notCompleted("created"), heard);
  await answer("created", { createdAt: later(-50) }, now);
  await deliver(notCompleted("heard"), heard);
  await deliver(notCompleted("cancelled", "cancelled"), heard);
  await answer("cancelled", { ...booked, updatedAt: later(-0.5), startedAt: later(-3) }, now);
  // Known first from the API, as a booking: it is called off when the webhook says so.
  await answer("cancelled later", { ...booked, status: "scheduled", updatedAt: later(-40) }, later(-40));
  await deliver(notCompleted("cancelled later", "cancelled"), heard);
  await answer("api alone", { ...booked, status: "cancelled", updatedAt: later(-4) }, now);
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

/* ── Any order and concurrency ────────────────────────────────────────────────────────────────────────────────────── */

type Event =
  | { kind: "webhook"; dial: number; type: string; next: number | null | undefined }
  | { kind: "api"; dial: number; status: string | null; next: number | null; saysRoot: boolean };

/** Up to four dials of one contact. Each has a webhook, an answer of the API, or both. */
const events: fc.Arbitrary<Event[]> = fc
  .array(
    fc.record({
      webhook: fc.option(
        fc.record({
          type: fc.constantFrom("complete", "no_answer", "no_answer", "user_rejected", "cancelled", "busy_tomorrow"),
          next: fc.constantFrom(undefined, null, null, 1, 2),
        }),
        { nil: null, freq: 5 },
      ),
      api: fc.option(
        fc.record({
          status: fc.constantFrom("completed", "failed", "scheduled", "cancelled", null),
          next: fc.constantFrom(null, 3),
          saysRoot: fc.boolean(),
        }),
        { nil: null },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((dials) =>
    dials
      .flatMap(({ webhook, api }, index): Event[] => [
        ...(webhook === null ? [] : [{ kind: "webhook" as const, dial: index + 1, ...webhook }]),
        ...(api === null ? [] : [{ kind: "api" as const, dial: index + 1, ...api }]),
      ])
      .slice(0, 5),
  )
  .filter((found) => found.length > 0);

async function apply(group: string, event: Event): Promise<void> {
  const callId = `${group}-${event.dial}`;
  const root = event.dial === 1 ? null : `${group}-1`;
  if (event.kind === "api") {
    await answer(
      callId,
      {
        status: event.status,
        nextRetryAt: event.next === null ? null : later(event.next),
        ...(event.saysRoot ? { rootCallId: root, retryAttempt: event.dial } : {}),
        scheduledAt: later(-event.dial),
        updatedAt: later(-0.5),
      },
      later(-event.dial),
    );
    return;
  }
  const next = event.next === undefined ? {} : { next_retry_at: event.next === null ? null : later(event.next) };
  const fields = { retry_attempt_number: event.dial, root_call_id: root, ...next };
  await deliver(webhook(callId, event.type, fields, { started_at: later(-event.dial) }), later(-event.dial / 2));
}

/** All rows of a group, without its name and the times at which the test wrote them. */
async function rowsOf(sql: postgres.Sql, group: string): Promise<unknown> {
  const [row] = await sql`
    select
      (select jsonb_agg(to_jsonb(contacts) order by contact_id) from contacts where contact_id like ${`${group}-%`}) as contacts,
      (select jsonb_agg(jsonb_build_array(call_id, contact_id, attempt, next_retry_at, dial_result) order by call_id)
        from calls where call_id like ${`${group}-%`}) as calls`;
  return JSON.parse(JSON.stringify(row).replaceAll(group, "group"), (key, value: unknown) =>
    // Without a webhook, a call stands at the time at which the test asked the API.
    key === "first_at" || key === "last_at" ? undefined : value,
  );
}

/** The state by the rules, from the events: an oracle that shares nothing with the SQL. */
function expectedState(given: readonly Event[]): string | null {
  const dials = new Map<number, { reached: boolean; dialled: boolean; booked: boolean; next: number | null }>();
  for (const dial of new Set(given.map((event) => event.dial))) {
    const hook = given.find((event) => event.kind === "webhook" && event.dial === dial) as
      | (Event & { kind: "webhook" })
      | undefined;
    const api = given.find((event) => event.kind === "api" && event.dial === dial) as
      | (Event & { kind: "api" })
      | undefined;
    if (hook === undefined && api?.saysRoot === false && dial > 1) {
      // Nobody says which group it belongs to.
      return null;
    }
    const status = api?.status ?? null;
    const isUndialledStatus = hook === undefined && (status === "scheduled" || status === "cancelled");
    dials.set(dial, {
      reached: hook === undefined ? status === "completed" : hook.type === "complete",
      dialled: !(hook?.type === "cancelled" || isUndialledStatus),
      booked: hook === undefined && status === "scheduled",
      next: hook?.next === undefined ? (api?.next ?? null) : hook.next,
    });
  }
  const last = dials.get(Math.max(...dials.keys()));
  if ([...dials.values()].some(({ reached }) => reached)) {
    return "reached";
  }
  if (last === undefined || last.booked) {
    return "trying";
  }
  return last.dialled ? (last.next === null ? "not_reached" : "trying") : "called_off";
}

function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item].concat(rest)));
}

test("the events of a contact give the same rows in every order and concurrently, and the state that the rules say", async ({
  database: { sql },
}) => {
  test.setTimeout(240_000);
  let run = 0;
  const states = new Set<string>();
  await fc.assert(
    fc.asyncProperty(events, async (given) => {
      run += 1;
      const orders = permutations(given);
      const groups = orders.map((_, index) => `r${run}o${index}`);
      await Promise.all(
        orders.map(async (order, index) => {
          for (const event of order) {
            await apply(groups[index] ?? "", event);
          }
        }),
      );
      const atOnce = Array.from({ length: 4 }, (_, index) => `r${run}c${index}`);
      await Promise.all(atOnce.flatMap((group) => given.map((event) => apply(group, event))));
      const [first, ...others] = await Promise.all([...groups, ...atOnce].map((group) => rowsOf(sql, group)));
      for (const other of others) {
        expect(other).toEqual(first);
      }
      const state = expectedState(given);
      if (state !== null) {
        states.add(state);
        const [contact] = await sql`select state from contacts where contact_id = ${`${groups[0]}-1`}`;
        expect(contact?.["state"]).toBe(state);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
  expect([...states].toSorted()).toEqual(["called_off", "not_reached", "reached", "trying"]);
});

test("200 concurrent deliveries of a contact's dials, some of them twice, give one state", async ({
  app,
  database: { sql },
}) => {
  test.slow();
  const dial = (group: string, attempt: number) =>
    webhook(`${group}-${attempt}`, attempt === 100 ? "cancelled" : "no_answer", {
      retry_attempt_number: attempt,
      root_call_id: attempt === 1 ? null : `${group}-1`,
      next_retry_at: attempt === 100 ? null : later(attempt).toISOString(),
    });
  const attempts = Array.from({ length: 200 }, (_, index) => (index % 100) + 1);
  const post = async (body: unknown) => {
    const response = await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(body) });
    expect([200, 202]).toContain(response.status);
    await response.body?.cancel();
  };
  await Promise.all(attempts.map((attempt) => post(dial("at-once", attempt))));
  for (const attempt of attempts.slice(0, 100)) {
    await deliver(dial("in-order", attempt));
  }
  const expected = { state: "called_off", attempts: 99, calls: 100 };
  await expect
    .poll(
      async () => {
        const rows = await sql`
          select contact_id, state, attempts, (select count(*)::int from calls where calls.contact_id = contacts.contact_id) as calls
          from contacts order by 1`;
        return [...rows];
      },
      // Deliveries that found the database busy wait in the spool.
      { timeout: 30_000 },
    )
    .toEqual([
      { contact_id: "at-once-1", ...expected },
      { contact_id: "in-order-1", ...expected },
    ]);
});
