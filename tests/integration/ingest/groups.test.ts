import fc from "fast-check";
import type postgres from "postgres";

import { deliveryRow, record, type Recorded, recordTogether } from "@/db/deliveries/record";
import { TRY_TIMEOUT } from "@/db/driver/deadline-pool";
import type { ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { ANY_ADDRESS, interpret, type Interpretation } from "@/lib/sarj/interpret";
import { deliver, NO_HURRY, received } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, later, webhook } from "@/tests/fixtures/retry-group";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** Deliveries that share a statement: the same result as one by one, and no delivery harms another. */

test.beforeEach(({ database }) => emptyWithoutEnrichment(database));

const ADDRESS = "192.0.2.1";

/** One delivery of a group. `call` and `of` are numbers: of the call, and of the root of its contact. */
type Sent = {
  call: number;
  of: number | null;
  kind: "complete" | "no_answer" | "cancelled" | "unreadable" | "wrong_address";
  second: number;
  hasReport: boolean;
  waited: boolean;
};

const sent: fc.Arbitrary<Sent> = fc.record({
  call: fc.integer({ min: 1, max: 5 }),
  of: fc.constantFrom(null, 1, 2),
  kind: fc.constantFrom("complete", "complete", "no_answer", "cancelled", "unreadable", "wrong_address"),
  // So few that equal bodies and equal ranks occur.
  second: fc.integer({ min: 0, max: 3 }),
  hasReport: fc.boolean(),
  waited: fc.boolean(),
});
const groups = fc.array(fc.uniqueArray(sent, { selector: ({ call }) => call, minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 5,
});

function bodyOf(prefix: string, { call, of, kind, second, hasReport }: Sent): Buffer {
  const callId = `${prefix}-${call}`;
  if (kind === "unreadable") {
    return Buffer.from(JSON.stringify({ call_id: callId, payload: { note: second } }));
  }
  const data = {
    ended_at: new Date(Date.UTC(2026, 4, 4, 9, 1, second)).toISOString(),
    started_at: later(-call).toISOString(),
    total_duration: 10 + second,
    report: hasReport ? { outcome: { status: "success" }, second } : null,
  };
  const fields = { root_call_id: of === null || of === call ? null : `${prefix}-${of}`, retry_attempt_number: call };
  return Buffer.from(JSON.stringify(webhook(callId, kind === "wrong_address" ? "complete" : kind, fields, data)));
}

async function prepared(prefix: string, one: Sent): Promise<[ReceivedDelivery, Interpretation]> {
  const delivery = received(bodyOf(prefix, one), {
    receivedAt: one.waited ? later(-one.second - 1) : later(-20),
    sourceIp: one.kind === "wrong_address" ? "198.51.100.7" : ADDRESS,
  });
  return [delivery, await interpret(delivery, { now: later(0), allowedAddresses: [ADDRESS] })];
}

/** Everything that is stored about the calls of a run, without its name, generated ids and the clock. */
async function stored(sql: postgres.Sql, prefix: string): Promise<unknown> {
  const like = `${prefix}-%`;
  const [rows] = await sql`
    select
      (select jsonb_agg(to_jsonb(calls) - array['enrichment_due_at'] order by call_id) from calls where call_id like ${like}) as calls,
      (select jsonb_agg(to_jsonb(call_details) #- '{facts,outcome,d}' || jsonb_build_object('decided_by',
          (select body_sha256 from deliveries d where d.call_id = call_details.call_id and d.id::text = facts #>> '{outcome,d}') is not null)
        order by call_id) from call_details where call_id like ${like}) as details,
      (select jsonb_agg(to_jsonb(contacts) order by contact_id) from contacts where contact_id like ${like}) as contacts,
      (select jsonb_agg(to_jsonb(deliveries) - array['id', 'copy_ids', 'stored_at', 'body', 'body_sha256']
          || jsonb_build_object('body', encode(body, 'escape'), 'copies', cardinality(copy_ids))
        order by call_id, body) from deliveries where call_id like ${like}) as deliveries`;
  return JSON.parse(JSON.stringify(rows).replaceAll(prefix, "run"));
}

test("row 32: groups of random deliveries give the same rows and verdicts as one by one", async ({
  database: { sql },
}) => {
  test.setTimeout(180_000);
  let run = 0;
  const verdicts = new Set<string>();
  await fc.assert(
    fc.asyncProperty(groups, async (given) => {
      run += 1;
      const [together, alone] = [`g${run}t`, `g${run}a`];
      for (const group of given) {
        const inGroup = await Promise.all(group.map((one) => prepared(together, one)));
        const rows = await Promise.all(inGroup.map((one) => deliveryRow(...one)));
        const results = await recordTogether(rows, NO_HURRY);
        const expected: Recorded[] = [];
        for (const one of group) {
          expected.push(await record(...(await prepared(alone, one)), NO_HURRY));
        }
        const plain = (list: readonly Recorded[]) => list.map(({ verdict, reason }) => ({ verdict, reason }));
        expect(plain(results)).toEqual(plain(expected));
        results.forEach(({ verdict }) => verdicts.add(verdict));
      }
      expect(await stored(sql, together)).toEqual(await stored(sql, alone));
    }),
    { numRuns: 60, endOnFailure: true },
  );
  expect([...verdicts].toSorted()).toEqual(["applied", "duplicate", "quarantined", "superseded"]);
});

test("the first delivery does not wait for others, and those that come meanwhile share a statement", async ({
  database: { sql },
}) => {
  const ids = Array.from({ length: 30 }, (_, index) => `shared-${index}`);
  await Promise.all(ids.map((callId) => deliver(complete(callId))));
  const transactions = await sql`
    select array_agg(call_id order by call_id) @> array['shared-0'] as has_first, count(*)::integer as count
    from deliveries group by xmin::text order by count(*)`;
  expect(transactions).toEqual([
    { has_first: true, count: 1 },
    { has_first: false, count: 29 },
  ]);
});

test("two deliveries of one call that wait at the same time take two statements", async ({ database: { sql } }) => {
  const bodies = Array.from({ length: 6 }, (_, index) => complete("one", { total_duration: 60 + index }));
  await Promise.all(bodies.map((body) => deliver(body)));
  expect(
    await sql`select count(*)::integer as bodies, count(distinct xmin::text)::integer as statements from deliveries`,
  ).toEqual([{ bodies: 6, statements: 6 }]);
});

test("row 32: a delivery that Postgres refuses is quarantined alone, and the others of its group are stored", async ({
  database: { sql, superuser },
}) => {
  await superuser`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '22023'; end $$`;
  await superuser`create trigger refuse before insert on calls for each row when (new.call_id = 'bad') execute function refuse()`;
  try {
    const ids = ["first", "good-1", "bad", "good-2"];
    const results = await Promise.all(ids.map((callId) => deliver(complete(callId))));
    expect(results.map(({ callId, verdict, reason }) => [callId, verdict, reason])).toEqual([
      ["first", "applied", null],
      ["good-1", "applied", null],
      ["bad", "quarantined", "not_storable"],
      ["good-2", "applied", null],
    ]);
    expect(await sql`select call_id from calls order by call_id`).toEqual(
      ["first", "good-1", "good-2"].map((call_id) => ({ call_id })),
    );
  } finally {
    await superuser`drop function refuse cascade`;
  }
});

test("row 32: many locked calls do not keep others from being recorded at the first try", async ({
  database: { sql },
}) => {
  const locked = Array.from({ length: 6 }, (_, index) => `locked-${index}`);
  for (const callId of locked) {
    await deliver(notCompleted(callId));
  }
  const connection = await sql.reserve();
  try {
    await connection`begin`;
    await connection`select from call_details where call_id like 'locked-%' for update`;
    const recordOf = async (callId: string, withinMs: number) => {
      const delivery = received(Buffer.from(JSON.stringify(complete(callId))));
      const interpretation = await interpret(delivery, { now: new Date(), allowedAddresses: ANY_ADDRESS });
      return record(delivery, interpretation, { withinMs });
    };
    const blocked = Promise.allSettled(locked.map((callId) => recordOf(callId, 2500)));
    // As long as `hold` gives the first try. Without their order, each would be recorded within milliseconds.
    const free = await Promise.all(Array.from({ length: 20 }, (_, index) => recordOf(`free-${index}`, 1500)));
    expect(new Set(free.map(({ verdict }) => verdict))).toEqual(new Set(["applied"]));
    expect((await blocked).map(({ status }) => status)).toEqual(locked.map(() => "rejected"));
  } finally {
    await connection`rollback`;
    connection.release();
  }
});

test("row 32: a locked call delays its own deliveries only, each until its own deadline", async ({
  database: { sql },
}) => {
  await deliver(notCompleted("locked"));
  const connection = await sql.reserve();
  try {
    await connection`begin`;
    await connection`select from call_details where call_id = 'locked' for update`;
    const recordOf = async (callId: string, withinMs: number, at: number) => {
      const delivery = received(Buffer.from(JSON.stringify(complete(callId, { total_duration: at }))));
      const interpretation = await interpret(delivery, { now: new Date(), allowedAddresses: ANY_ADDRESS });
      return record(delivery, interpretation, { withinMs });
    };
    const patient = recordOf("locked", 30_000, 1);
    const impatient = recordOf("locked", 600, 2).then(
      () => null,
      (error: unknown) => error,
    );
    // While the lock is held: those that come with the locked ones, and those that come later.
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => recordOf(`free-${index}`, 30_000, 1)));
    expect(new Set(results.map(({ verdict }) => verdict))).toEqual(new Set(["applied"]));
    expect(await recordOf("free-later", 30_000, 1)).toMatchObject({ verdict: "applied" });
    expect(await impatient).toMatchObject({ code: TRY_TIMEOUT });
    await connection`rollback`;
    expect(await patient).toMatchObject({ verdict: "applied" });
  } finally {
    await connection`rollback`;
    connection.release();
  }
  expect(await sql`select duration_seconds from calls where call_id = 'locked'`).toEqual([{ duration_seconds: 1 }]);
});
