import { randomUUID } from "node:crypto";

import { addImportItems, cancelImport, createImport, retryImport } from "@/db/imports/import";
import { getImport, listImportItems } from "@/db/imports/list";
import { reserveRequest } from "@/db/imports/pace";
import { generateCalls } from "@/scripts/simulator/generate";
import type { Vendor } from "@/scripts/simulator/vendor";
import { importDue } from "@/server/jobs/import";
import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { VENDOR_API_KEY } from "@/tests/fixtures/environment";
import { recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";

const DAY = 86_400_000;
const LONG_AGO = Date.UTC(2026, 4, 1);
const CALLS = generateCalls({ seed: "import", count: 12, from: LONG_AGO - 5 * DAY, to: LONG_AGO });
const IDS = CALLS.map((call) => call.id);
const [FIRST = "", SECOND = "", THIRD = ""] = IDS;

let vendor: Vendor;

test.beforeAll(async ({ vendor: started }) => {
  vendor = started;
  await vendor.register(CALLS);
});

test.afterAll(() => {
  vendor.clearFaults();
});

test.beforeEach(async ({ database }) => {
  await database.empty();
  vendor.clearFaults();
  vendor.clearRequests();
});

async function startImport(callIds: readonly string[]): Promise<string> {
  const id = randomUUID();
  await createImport({ id, source: "pasted", fileName: null, userId: null });
  await addImportItems(id, callIds);
  return id;
}

/** Runs the job repeatedly, as the timer does, until no item of the import is pending. */
async function finish(id: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await importDue();
        return (await getImport(id))?.counts.pending;
      },
      { timeout: 30_000 },
    )
    .toBe(0);
}

async function results(id: string) {
  const items = await listImportItems(id, { state: null, after: 0, limit: 1000 });
  return items.map(({ callId, state, error }) => ({ callId, state, error }));
}

test("known calls are fetched and stored without an outcome; an unknown call is not stored", async ({
  database: { sql },
}) => {
  const id = await startImport([FIRST, "unknown-to-the-vendor", SECOND]);
  await finish(id);
  expect(await results(id)).toEqual([
    { callId: FIRST, state: "imported", error: null },
    { callId: "unknown-to-the-vendor", state: "not_found", error: null },
    { callId: SECOND, state: "imported", error: null },
  ]);
  const calls =
    await sql`select call_id, outcome, status, enrichment_state, enrichment_due_at, verified_at is not null as verified from calls`;
  expect(calls.map((call) => call.call_id).toSorted()).toEqual([FIRST, SECOND].toSorted());
  for (const call of calls) {
    const known = vendor.call(String(call.call_id))?.data;
    expect(call).toMatchObject({
      outcome: null,
      status: known?.status ?? null,
      enrichment_state: "done",
      enrichment_due_at: null,
      verified: true,
    });
  }
});

test("the result for an existing call is `already_there`; a verified call is not requested", async ({
  database: { sql },
}) => {
  const body = Buffer.from(JSON.stringify({ call_id: SECOND, payload: { type: "no_answer" } }));
  await recordBody(body);
  await sql`update calls set enrichment_due_at = null`;
  await finish(await startImport([FIRST]));
  vendor.clearRequests();

  const again = await startImport([FIRST, SECOND]);
  await finish(again);
  expect((await results(again)).map(({ state }) => state)).toEqual(["already_there", "already_there"]);
  expect(vendor.requests().map(({ path }) => path)).toEqual([`/api/v1/calls/${SECOND}`]);
  expect(await sql`select outcome, verified_at is not null as verified from calls where call_id = ${SECOND}`).toEqual([
    { outcome: "no_answer", verified: true },
  ]);
});

test("a later webhook gives an imported call its outcome", async ({ database: { sql } }) => {
  await finish(await startImport([FIRST]));
  const body = Buffer.from(JSON.stringify({ call_id: FIRST, payload: { type: "automation" } }));
  await recordBody(body);
  expect(await sql`select outcome from calls`).toEqual([{ outcome: "automation" }]);
});

test("adding the same part of a list twice adds its calls once", async () => {
  const id = await startImport([FIRST, SECOND]);
  expect(await addImportItems(id, [FIRST, SECOND, THIRD])).toBe(true);
  expect(await addImportItems(randomUUID(), [FIRST])).toBe(false);
  expect((await results(id)).map(({ callId }) => callId)).toEqual([FIRST, SECOND, THIRD]);
});

test("row 38: a temporary error is retried; a permanent error fails the item", async () => {
  vendor.fault({ on: "api", kind: "other_call", callId: SECOND });
  vendor.fault({ on: "api", kind: "html", status: 502, callId: THIRD, times: 1 });
  const id = await startImport([FIRST, SECOND, THIRD]);
  await finish(id);
  expect(await results(id)).toEqual([
    { callId: FIRST, state: "imported", error: null },
    { callId: SECOND, state: "failed", error: "wrong_call" },
    { callId: THIRD, state: "imported", error: null },
  ]);

  vendor.clearFaults();
  expect(await retryImport(id)).toBe(1);
  await finish(id);
  expect((await getImport(id))?.counts).toMatchObject({ imported: 3, failed: 0 });
});

test("row 49: an item that always fails is tried five times, then fails with its reason", async ({
  database: { sql },
}) => {
  vendor.fault({ on: "api", kind: "status", status: 500, callId: FIRST });
  const id = await startImport([FIRST, SECOND]);
  await expect
    .poll(
      async () => {
        // Skips the pauses between tries, which take minutes.
        await sql`update import_items set due_at = now() where due_at is not null and error is not null`;
        await importDue();
        return (await getImport(id))?.counts.pending;
      },
      { timeout: 30_000 },
    )
    .toBe(0);
  expect(await results(id)).toEqual([
    { callId: FIRST, state: "failed", error: "internal_error" },
    { callId: SECOND, state: "imported", error: null },
  ]);
  expect(vendor.requests().filter(({ path }) => path.endsWith(FIRST))).toHaveLength(5);
});

test("row 49: an item whose answer Postgres always rejects fails, and other items proceed", async ({
  database: { sql },
}) => {
  await sql`
    create function refuse_one() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`;
  await sql.unsafe(`
    create trigger refuse_one before insert on calls for each row when (new.call_id = '${FIRST}') execute function refuse_one()`);
  try {
    const id = await startImport([FIRST, SECOND]);
    await expect
      .poll(
        async () => {
          await sql`update import_items set due_at = now() where due_at is not null and error is not null`;
          await importDue();
          return (await getImport(id))?.counts.pending;
        },
        { timeout: 30_000 },
      )
      .toBe(0);
    expect(await results(id)).toEqual([
      { callId: FIRST, state: "failed", error: "not_storable" },
      { callId: SECOND, state: "imported", error: null },
    ]);
  } finally {
    await sql`drop trigger refuse_one on calls`;
    await sql`drop function refuse_one`;
  }
});

test("row 38: a rejected key stops the import, which continues once the API accepts the key", async ({
  database: { sql },
}) => {
  vendor.fault({ on: "api", kind: "status", status: 401 });
  const id = await startImport(IDS);
  await importDue();
  // An application on this database may be sending requests too. Wait until no claimed item lacks an answer.
  await expect.poll(() => sql`select from import_items where due_at > now() and error is null`).toHaveLength(0);
  // Requests that started before the first refusal.
  expect(vendor.requests().length).toBeLessThanOrEqual(10);
  expect((await getImport(id))?.counts.pending).toBe(IDS.length);
  const requestCount = vendor.requests().length;
  await importDue();
  expect(vendor.requests()).toHaveLength(requestCount);

  vendor.clearFaults();
  await sql`update states set updated_at = now() - interval '16 minutes'`;
  await sql`update import_items set due_at = now()`;
  await finish(id);
  expect((await getImport(id))?.counts.imported).toBe(IDS.length);
});

test("after a 429 all processes pause, no attempt is counted, and the import continues later", async ({
  database: { sql },
}) => {
  vendor.fault({ on: "api", kind: "status", status: 429, times: 1 });
  const id = await startImport([FIRST]);
  await importDue();
  await expect
    .poll(() => listImportItems(id, { state: null, after: 0, limit: 1 }))
    .toMatchObject([{ state: "pending", error: "rate_limited", attempts: 0 }]);
  expect(await reserveRequest(0)).toBeGreaterThan(20_000);
  await sql`delete from states`;
  await sql`update import_items set due_at = now()`;
  await finish(id);
  expect((await getImport(id))?.counts.imported).toBe(1);
});

test("all processes together send at most five requests per second", async () => {
  const began = performance.now();
  const id = await startImport(IDS);
  await finish(id);
  const seconds = (performance.now() - began) / 1000;
  expect(vendor.requests()).toHaveLength(IDS.length);
  // With twelve requests at five per second, the last one starts 2.2 s after the first.
  expect(seconds).toBeGreaterThan(2.1);
});

test("a cancelled import keeps its results, accepts no more calls and can be resumed", async () => {
  vendor.fault({ on: "api", kind: "status", status: 500, callId: SECOND });
  const id = await startImport([FIRST, SECOND]);
  await expect
    .poll(async () => {
      await importDue();
      return (await getImport(id))?.counts.imported;
    })
    .toBe(1);
  await cancelImport(id);
  expect(await getImport(id)).toMatchObject({ cancelledAt: expect.any(Date), counts: { imported: 1, cancelled: 1 } });
  expect(await addImportItems(id, [THIRD])).toBe(false);
  vendor.clearFaults();
  await retryImport(id);
  await finish(id);
  expect(await getImport(id)).toMatchObject({ cancelledAt: null, counts: { imported: 2 } });
});

test("an import continues after its process is killed, and repeats only requests in flight", async () => {
  test.setTimeout(120_000);
  const database = await createDatabase();
  const calls = generateCalls({ seed: "restart", count: 40, from: LONG_AGO - 5 * DAY, to: LONG_AGO });
  await vendor.register(calls);
  const options = {
    databaseUrl: database.url,
    env: { SARJ_API_URL: vendor.apiUrl, SARJ_API_KEY: VENDOR_API_KEY },
  };
  let app = await startApp(options);
  try {
    const id = randomUUID();
    await database.sql`insert into imports (id, source) values (${id}, 'pasted')`;
    await database.sql`
      insert into import_items (import_id, call_id, position)
      select ${id}, value, ordinality from jsonb_array_elements_text(${database.sql.json(calls.map((call) => call.id))}) with ordinality`;
    const done = async () => {
      // The process may be killed after it has stored a call and before it says so. Then the next one finds the call.
      const [row] = await database.sql`
        select count(*)::int as count from import_items where state in ('imported', 'already_there')`;
      return Number(row?.count);
    };
    await expect.poll(done, { timeout: 30_000 }).toBeGreaterThan(5);
    await app.kill();
    expect(await done()).toBeLessThan(40);
    app = await startApp(options);
    await expect.poll(done, { timeout: 60_000 }).toBe(40);
    const requests = vendor.requests().filter(({ path }) => calls.some((call) => path.endsWith(call.id)));
    expect(requests.length).toBeLessThanOrEqual(45);
    expect(await database.sql`select count(*)::int as count from calls where outcome is null`).toEqual([{ count: 40 }]);
  } finally {
    await app.kill();
    await database.close();
  }
});
