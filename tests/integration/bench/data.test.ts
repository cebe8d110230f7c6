import { expect, test } from "@playwright/test";

import { compareContacts } from "@/tests/bench/data/contacts";
import { fill } from "@/tests/bench/data/fill";
import { BENCH_SCENARIOS } from "@/tests/bench/data/scenarios";
import { routesOfBuild } from "@/tests/fixtures/build";
import { createDatabase, type Database, databaseUrl } from "@/tests/fixtures/database";
import { readTestServer } from "@/tests/fixtures/worker-resources";

const CALLS = 2_000;
const UNTIL = new Date("2026-11-27T13:00:00Z");

let database: Database;
const steps = new Set<string>();

test.beforeAll(async () => {
  database = await createDatabase();
  const { superuserUrl } = readTestServer();
  await fill(
    {
      superuserUrl: databaseUrl(superuserUrl, database.name),
      ownerUrl: database.ownerUrl,
      applicationUrl: database.url,
    },
    { calls: CALLS, wide: CALLS / 2, until: UNTIL, onProgress: (step) => steps.add(step) },
  );
});

test.afterAll(() => database.close());

test("the generator makes exactly as many calls, within the year, in retry groups of up to three", async () => {
  const [row] = await database.sql`
    select count(*)::integer as calls, count(distinct contact_id)::integer as contacts, max(attempt) as attempts,
      min(occurred_at) > ${UNTIL}::timestamptz - interval '370 days' and max(occurred_at) < ${UNTIL}::timestamptz as "isOfYear",
      count(distinct scenario_id)::integer > ${Math.floor(BENCH_SCENARIOS.length / 2)} as "hasScenarios",
      count(*) filter (where root_call_id is not null and not exists (select from calls first where first.call_id = calls.root_call_id))::integer as orphans,
      count(distinct outcome)::integer >= 9 and count(distinct goal)::integer = 3 and count(distinct language)::integer >= 3 as "hasWords",
      count(criteria)::integer > 500 and count(duration_seconds)::integer > 500 and bool_or(reviewed_at is not null) as "hasReports"
    from calls`;
  expect(row).toEqual({
    calls: CALLS,
    contacts: expect.any(Number),
    attempts: 3,
    isOfYear: true,
    hasScenarios: true,
    orphans: 0,
    hasWords: true,
    hasReports: true,
  });
  expect(row?.["contacts"]).toBeLessThan(CALLS * 0.8);
  expect([...steps]).toEqual(["calls", "contacts", "indexes", "details and deliveries", "their indexes", "vacuum"]);
});

test("every contact is as the product would have computed it", async () => {
  const [row] = await database.sql<{ contacts: number }[]>`select count(*)::integer as contacts from contacts`;
  expect(await compareContacts(database.sql, CALLS)).toEqual({ compared: row?.contacts, wrong: 0 });

  await database.sql`update contacts set attempts = attempts + 1 where contact_id = (select min(contact_id) from contacts)`;
  await database.sql`delete from contacts where contact_id = (select max(contact_id) from contacts)`;
  expect(await compareContacts(database.sql, CALLS)).toEqual({ compared: row?.contacts, wrong: 2 });
});

test("the newest calls have details, deliveries and words, as the product stores them", async () => {
  const [row] = await database.sql`
    select count(*)::integer as details, count(deliveries)::integer as deliveries, min(calls.occurred_at) > (select percentile_disc(0.49) within group (order by occurred_at) from calls) as "areNewest",
      bool_and(facts -> 'outcome' ->> 'v' = calls.outcome) as "haveFacts", count(search) = count(*) filter (where calls.outcome = 'complete') as "haveWords",
      bool_and(body_sha256 = encode(sha256(body), 'hex')) as "haveHashes", bool_and(convert_from(body, 'UTF8')::jsonb ->> 'call_id' = calls.call_id) as "haveIds",
      avg(length(body)) filter (where calls.outcome = 'complete') between 2300 and 2700 as "haveRealBodies"
    from call_details join calls using (call_id) left join deliveries using (call_id)`;
  expect(row).toEqual({
    details: CALLS / 2,
    deliveries: CALLS / 2,
    areNewest: true,
    haveFacts: true,
    haveWords: true,
    haveHashes: true,
    haveIds: true,
    haveRealBodies: true,
  });
});

test("the tables have the indexes and constraints of the migrations again", async () => {
  const other = await createDatabase();
  const read = (of: Database) => of.sql`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition, indisvalid as valid
    from pg_index where indrelid = any('{calls,contacts,call_details,deliveries}'::regclass[]) order by 1`;
  expect([...(await read(database))]).toEqual([...(await read(other))]);
  await other.close();
});

test("the product's build has no route of the bench", () => {
  expect(routesOfBuild().filter(({ name }) => name.includes("bench"))).toEqual([]);
});
