import fc from "fast-check";
import type postgres from "postgres";

import { storeAnswer } from "@/tests/fixtures/api-answer";
import { deliver } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, later, webhook } from "@/tests/fixtures/retry-group";
import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(({ database }) => emptyWithoutEnrichment(database));

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
    await storeAnswer(
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
