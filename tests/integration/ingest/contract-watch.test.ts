import { countDeliveries, listDeliveries } from "@/db/deliveries/list";
import { listSightings } from "@/db/deliveries/sightings";
import { claimReinterpretation, finishReinterpretation } from "@/db/reinterpretation/progress";
import { parseDeliveryFilter } from "@/lib/delivery/filter";
import { replay } from "@/server/ingest/replay";
import { watchContract } from "@/server/jobs/watch-contract";
import type { Database } from "@/tests/fixtures/database";
import { recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

// No test of this file opens a page.
test.use({ baseURL: "http://localhost:1" });

test.beforeEach(async ({ database }) => {
  await database.empty();
});

const AT = [
  new Date("2026-05-03T08:00:00Z"),
  new Date("2026-05-04T08:00:00Z"),
  new Date("2026-05-05T08:00:00Z"),
] as const;

async function deliver(body: unknown, receivedAt: Date): Promise<string> {
  return (await recordBody(Buffer.from(JSON.stringify(body)), { receivedAt })).deliveryId;
}

/** As if everything had been stored a minute earlier. */
async function age({ sql }: Database): Promise<void> {
  await sql`update deliveries set stored_at = stored_at - interval '1 minute'`;
  await sql`update api_answers set stored_at = stored_at - interval '1 minute'`;
}

/** What the watch shows after it has run. An application on this database may be running it too, so it is run until it shows this. */
async function expectSightings(expected: unknown[]): Promise<void> {
  await expect.poll(async () => (await watchContract(), sightings())).toEqual(expected);
}

async function sightings() {
  const { sightings: seen } = await listSightings(100);
  return seen.map(({ flag, count, firstSeenAt, lastSeenAt }) => [flag, count, firstSeenAt, lastSeenAt]);
}

const withField = (callId: string, field = "foo") => ({
  ...notCompleted(callId),
  payload: { type: "no_answer", [field]: 1 },
});

test("the watch counts each unknown name once per delivery, with its first and its last sight, however often and by however many it is run", async ({
  database,
}) => {
  await deliver(withField("a"), AT[1]);
  await deliver(withField("b"), AT[0]);
  await deliver(notCompleted("c", "a_new_type"), AT[2]);
  await deliver(complete("plain"), AT[2]);
  await database.sql`
    insert into api_answers (call_id, body, answered_at, flags) values ('a', '{}', ${AT[1]}, '{"api.bar: unknown_field"}')`;
  // Rows that were stored just now may have neighbours that are not committed yet.
  await watchContract();
  expect(await sightings()).toEqual([]);
  await age(database);
  await Promise.all([watchContract(), watchContract(), watchContract()]);
  const first = [
    ["payload.type=a_new_type: unknown_value", 1, AT[2], AT[2]],
    ["api.bar: unknown_field", 1, AT[1], AT[1]],
    ["payload.foo: unknown_field", 2, AT[0], AT[1]],
  ];
  await expectSightings(first);
  await deliver(withField("d"), AT[2]);
  await age(database);
  await expectSightings([...first.slice(0, 2), ["payload.foo: unknown_field", 3, AT[0], AT[2]]]);
});

test("a row that cannot be counted does not hold up the others", async ({ database }) => {
  await deliver(withField("a", "before"), AT[0]);
  await deliver(withField("b", "poison"), AT[1]);
  await deliver(withField("c", "after"), AT[2]);
  await database.sql`
    insert into api_answers (call_id, body, answered_at, flags) values ('a', '{}', ${AT[1]}, '{"api.bar: unknown_field"}')`;
  await age(database);
  await database.sql`create function refuse_flag() returns trigger language plpgsql as
    'begin raise exception ''no'' using errcode = ''XX001''; end'`;
  await database.sql`create trigger refuse_flag before insert on contract_sightings for each row
    when (new.flag like '%poison%') execute function refuse_flag()`;
  try {
    await watchContract();
    expect((await sightings()).map(([flag]) => flag).toSorted()).toEqual([
      "api.bar: unknown_field",
      "payload.after: unknown_field",
      "payload.before: unknown_field",
    ]);
  } finally {
    await database.sql`drop function refuse_flag() cascade`;
  }
});

test("a transaction that ends later than the next one is not overlooked", async ({ database: { sql } }) => {
  const insert = (id: string, seconds: number) => sql`
    insert into deliveries (call_id, id, body, body_sha256, secret_label, verdict, flags, stored_at)
    values (${id}, gen_random_uuid(), '{}', ${id}, 'aaaaaaaa', 'applied', '{"payload.foo: unknown_field"}', now() - make_interval(secs => ${seconds}))`;
  await insert("early", 120);
  // Twenty seconds is longer than any deadline of a delivery. A row of that age waits, so the one before it is still found.
  await insert("recent", 20);
  const seen = async () => (await watchContract(), (await listSightings(1)).sightings.map(({ count }) => count));
  await expect.poll(seen).toEqual([1]);
  await insert("late", 21);
  await sql`update deliveries set stored_at = stored_at - interval '1 minute' where call_id <> 'early'`;
  await expect.poll(seen).toEqual([3]);
});

test("a replayed delivery is counted when it is understood, and an unexpected sender's when it comes from an allowed one", async ({
  database,
}) => {
  const { sql } = database;
  const body = Buffer.from(JSON.stringify(withField("replayed")));
  await sql`
    insert into deliveries (call_id, id, body, body_sha256, secret_label, verdict, reason, received_at, stored_at)
    values ('', '3f1c2b7e-0001-4a6d-9b6e-000000000001', ${body}, 'x', 'aaaaaaaa', 'quarantined', 'call_id_missing', ${AT[0]}, ${AT[0]})`;
  await deliver(withField("later"), AT[1]);
  await age(database);
  await expectSightings([["payload.foo: unknown_field", 1, AT[1], AT[1]]]);
  await replay("3f1c2b7e-0001-4a6d-9b6e-000000000001");
  const again = withField("sender");
  const id = await deliver(again, AT[2]);
  await sql`update deliveries set verdict = 'quarantined', reason = 'unexpected_address', flags = '{}', stored_at = ${AT[2]} where id = ${id}`;
  await deliver(again, AT[2]);
  await age(database);
  await expectSightings([["payload.foo: unknown_field", 3, AT[0], AT[2]]]);
});

test("after a reinterpretation everything is counted again: a name that is known now disappears, and a first sight stays", async ({
  database,
}) => {
  const known = await deliver(withField("known-now", "soon_known"), AT[0]);
  const gone = await deliver(withField("gone"), AT[0]);
  await deliver(withField("there"), AT[1]);
  await age(database);
  await expectSightings([
    ["payload.foo: unknown_field", 2, AT[0], AT[1]],
    ["payload.soon_known: unknown_field", 1, AT[0], AT[0]],
  ]);
  await database.sql`delete from deliveries where id = ${gone}`;
  await database.sql`update deliveries set flags = '{}' where id = ${known}`;
  const state = {
    version: 1,
    finishedAt: null,
    holder: "me",
    leasedUntil: new Date(Date.now() + 600_000).toISOString(),
  };
  await database.sql`insert into states (key, value) values ('reinterpretation', ${database.sql.json(state)})`;
  // A process without the lease ends nothing.
  expect(await claimReinterpretation("another")).toBeNull();
  await finishReinterpretation("another");
  await expectSightings([
    ["payload.foo: unknown_field", 2, AT[0], AT[1]],
    ["payload.soon_known: unknown_field", 1, AT[0], AT[0]],
  ]);
  await finishReinterpretation("me");
  await expectSightings([["payload.foo: unknown_field", 1, AT[0], AT[1]]]);
});

test("a sender that makes up names cannot fill the table", async ({ database }) => {
  await database.sql`
    insert into contract_sightings (flag, count, first_seen_at, last_seen_at)
    select 'payload.' || n || ': unknown_field', 1, now(), now() from generate_series(1, 2000) n`;
  await deliver(withField("new", "one_more"), AT[0]);
  await deliver(withField("old", "7"), AT[0]);
  await age(database);
  await expect
    .poll(
      async () => (
        await watchContract(),
        await database.sql`select count(*)::integer, sum(count)::integer from contract_sightings`
      ),
    )
    .toEqual([{ count: 2000, sum: 2001 }]);
});

test("the log's filter by flag finds exactly the deliveries with it, whatever the flag contains", async () => {
  const odd = `a, "b" {c} \\ 'd' : e`;
  const id = await deliver(withField("odd", odd), AT[0]);
  await deliver(withField("foo"), AT[0]);
  await deliver(notCompleted("plain"), AT[0]);
  const { filter, view, ignored } = parseDeliveryFilter({ flag: `payload.${odd}: unknown_field` }, "Asia/Riyadh");
  expect(ignored).toEqual([]);
  expect((await listDeliveries(filter, view)).rows.map((row) => row.id)).toEqual([id]);
  expect(await countDeliveries(filter)).toMatchObject({ count: 1 });
});
