import { randomBytes } from "node:crypto";

import postgres from "postgres";

import { applyApiFacts, claimDueCalls, noteFailedAttempt } from "@/db/calls/enrichment";
import { migrate } from "@/db/driver/migrate";
import { fetchCall } from "@/lib/sarj/api";
import type { Fault } from "@/scripts/simulator/faults";
import { generateCalls } from "@/scripts/simulator/generate";
import { enrichDue } from "@/server/jobs/enrich";
import { clearKeyRefusal, noteKeyRefusal, readKeyRefusal } from "@/server/vendor-api";
import { apiAnswer } from "@/tests/fixtures/api-answer";
import { startApp } from "@/tests/fixtures/app";
import { createDatabase, databaseUrl } from "@/tests/fixtures/database";
import { VENDOR_API_KEY } from "@/tests/fixtures/environment";
import { recordBody } from "@/tests/fixtures/received";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";
import { readTestServer } from "@/tests/fixtures/worker-resources";

const LONG_AGO = Date.UTC(2026, 4, 1);
const CALLS = generateCalls({ seed: "jobs", count: 60, from: LONG_AGO - 86_400_000, to: LONG_AGO });
const IDS = CALLS.map(({ id }) => id);
const [CALL = ""] = IDS;

test.beforeEach(async ({ database, vendor }) => {
  await database.empty();
  vendor.clearFaults();
  vendor.clearRequests();
  await vendor.register(CALLS);
});
test.afterAll(({ vendor }) => vendor.clearFaults());

async function deliver(body: unknown): Promise<void> {
  await recordBody(Buffer.from(JSON.stringify(body)));
}

const STATE = ["enrichment_state", "enrichment_error", "enrichment_attempts"];

for (const [name, fault, state, error] of [
  ["500", { kind: "status", status: 500 }, "pending", "internal_error"],
  ["429", { kind: "status", status: 429, retryAfter: 5 }, "pending", "rate_limited"],
  ["404", { kind: "status", status: 404 }, "not_found", "call_not_found"],
  ["a page of HTML", { kind: "html" }, "pending", "not_json"],
  ["truncated JSON", { kind: "malformed" }, "pending", "not_json"],
  ["another call", { kind: "other_call" }, "failed", "wrong_call"],
  ["half a body", { kind: "cut" }, "pending", "unreachable"],
  ["a redirect", { kind: "redirect" }, "pending", "not_json"],
  ["nothing", { kind: "hang", times: 1 }, "pending", "timeout"],
] as const) {
  test(`row 38: if the API answers with ${name}, the reason is stored, and the call is retried if a retry can help`, async ({
    database,
    vendor,
  }) => {
    vendor.fault({ on: "api", ...fault } as Fault);
    await deliver(notCompleted(CALL));
    // An application on this database may have claimed the call first.
    const enrichAndRead = async (read: () => Promise<readonly object[]>) => {
      await enrichDue();
      return (await read())[0];
    };
    const stored = () => database.sql`
      select ${database.sql(STATE)}, enrichment_due_at > now() + interval '5 seconds' as waits, verified_at, outcome from calls`;
    await expect
      .poll(() => enrichAndRead(stored), { timeout: 20_000 })
      .toEqual({
        enrichment_state: state,
        enrichment_error: error,
        enrichment_attempts: 1,
        waits: state === "failed" ? null : true,
        verified_at: null,
        outcome: "no_answer",
      });
    vendor.clearFaults();
    if (state !== "failed") {
      await database.sql`update calls set enrichment_due_at = now()`;
      const verified = () => database.sql`select enrichment_error, verified_at is not null as verified from calls`;
      await expect
        .poll(() => enrichAndRead(verified), { message: "the call is verified after the fault", timeout: 20_000 })
        .toEqual({ enrichment_error: null, verified: true });
    }
  });
}

for (const [status, error] of [
  [401, "unauthorized"],
  [403, "no_organization"],
] as const) {
  test(`row 38: a ${status} stops the queue until the API accepts the key`, async ({ database, vendor }) => {
    vendor.fault({ on: "api", kind: "status", status });
    for (const id of IDS.slice(0, 30)) {
      await deliver(notCompleted(id));
    }
    await enrichDue();
    await expect.poll(async () => (await readKeyRefusal())?.error).toBe(error);
    // An application on this database may be sending requests too. Wait until no claimed call lacks an answer.
    await expect
      .poll(() => database.sql`select from calls where enrichment_due_at > now() and enrichment_error is null`)
      .toHaveLength(0);
    const requestCount = vendor.requests().length;
    expect(requestCount, "requests that started before the first refusal").toBeLessThanOrEqual(12);
    await enrichDue();
    expect(vendor.requests()).toHaveLength(requestCount);
    const failed = await database.sql`select from calls where enrichment_state = 'failed' or enrichment_attempts > 1`;
    expect(failed, "the refusal does not count as an attempt").toHaveLength(0);

    vendor.clearFaults();
    await clearKeyRefusal();
    await database.sql`update calls set enrichment_due_at = now()`;
    await expect
      .poll(async () => (await enrichDue(), database.sql`select from calls where verified_at is null`))
      .toHaveLength(0);
  });
}

test("row 49: a call that always fails is tried five times, then fails with its reason; other calls proceed", async ({
  database,
  vendor,
}) => {
  vendor.fault({ on: "api", kind: "status", status: 500, callId: CALL });
  for (const id of IDS.slice(0, 10)) {
    await deliver(notCompleted(id));
  }
  await expect
    .poll(async () => {
      await database.sql`update calls set enrichment_due_at = now() where call_id = ${CALL} and enrichment_due_at is not null`;
      await enrichDue();
      return (await database.sql`select enrichment_due_at from calls where call_id = ${CALL}`)[0]?.[
        "enrichment_due_at"
      ];
    })
    .toBeNull();
  expect(await database.sql`select ${database.sql(STATE)} from calls where call_id = ${CALL}`).toEqual([
    { enrichment_state: "failed", enrichment_error: "internal_error", enrichment_attempts: 5 },
  ]);
  expect(vendor.requests().filter(({ path }) => path.endsWith(CALL))).toHaveLength(5);
  await expect.poll(() => database.sql`select from calls where verified_at is null`).toHaveLength(1);
});

test("row 49: a call whose answer Postgres rejects fails after five tries; other calls proceed", async ({
  database,
}) => {
  await database.sql`alter table call_details add constraint poison check (call_id <> ${database.sql.unsafe(`'${CALL}'`)} or variables is null)`;
  try {
    await deliver(notCompleted(CALL));
    await deliver(notCompleted(IDS[1] ?? ""));
    await expect
      .poll(async () => {
        await database.sql`update calls set enrichment_due_at = now() where call_id = ${CALL} and enrichment_due_at is not null`;
        await enrichDue();
        return (await database.sql`select enrichment_state from calls where call_id = ${CALL}`)[0]?.[
          "enrichment_state"
        ];
      })
      .toBe("failed");
    expect(await database.sql`select ${database.sql(STATE)} from calls where call_id = ${CALL}`).toEqual([
      { enrichment_state: "failed", enrichment_error: "not_storable", enrichment_attempts: 5 },
    ]);
    await expect.poll(() => database.sql`select from calls where verified_at is not null`).toHaveLength(1);
  } finally {
    await database.sql`alter table call_details drop constraint poison`;
  }
});

test("row 62: a delivery whose content Postgres rejects is quarantined, and no log line contains its values", async ({
  app,
  database,
}) => {
  const canary = "+966500424242";
  await database.sql`alter table calls add constraint poison check (phone_number <> '+966500424242')`;
  try {
    const response = await fetch(app.webhookUrl, {
      method: "POST",
      body: JSON.stringify(complete("refused", { phone_number: canary })),
    });
    expect([response.status, await response.json()]).toMatchObject([
      202,
      { verdict: "quarantined", call_id: "refused" },
    ]);
    expect(await database.sql`select verdict, reason from deliveries`).toEqual([
      { verdict: "quarantined", reason: "not_storable" },
    ]);
    expect(await database.sql`select from calls`).toHaveLength(0);
    expect(app.logs()).not.toContain(canary);
  } finally {
    await database.sql`alter table calls drop constraint poison`;
  }
});

test("an id that leads to another path of the API is not asked for", async ({ vendor }) => {
  vendor.clearRequests();
  const access = { baseUrl: vendor.apiUrl, apiKey: vendor.apiKey };
  for (const callId of [".", ".."]) {
    expect(await fetchCall(access, callId)).toEqual({ ok: false, error: "call_not_found", status: null });
  }
  expect(vendor.requests()).toEqual([]);
  expect(await fetchCall(access, "../health")).toMatchObject({ error: "call_not_found", status: 404 });
});

test("rows 35 and 36: a call unknown to the API is stored and marked as unverified", async ({ database }) => {
  await deliver(complete("forged-or-a-test"));
  const stored = () =>
    database.sql`select enrichment_state, enrichment_error, verified_at, outcome, is_test from calls`;
  await expect
    .poll(async () => (await enrichDue(), stored()))
    .toEqual([
      {
        enrichment_state: "not_found",
        enrichment_error: "call_not_found",
        verified_at: null,
        outcome: "complete",
        is_test: false,
      },
    ]);
});

test("a call that was verified once is never unknown to the API, because the vendor deletes calls after years", async ({
  database: { sql },
  vendor,
}) => {
  await deliver(notCompleted(CALL));
  await expect
    .poll(
      async () => (
        await enrichDue(),
        await sql`select enrichment_state as state from calls where verified_at is not null`
      ),
    )
    .toEqual([{ state: "done" }]);
  vendor.fault({ on: "api", kind: "status", status: 404 });
  await sql`update calls set enrichment_due_at = now(), enrichment_state = 'pending', enrichment_attempts = 0`;
  await expect
    .poll(
      async () => (
        await enrichDue(),
        await sql`select enrichment_state as state, enrichment_due_at as due, verified_at is not null as verified from calls`
      ),
    )
    .toEqual([{ state: "done", due: null, verified: true }]);
  expect(vendor.requests().length).toBeGreaterThan(1);
});

test("an API answer for an older webhook does not complete the request of a newer webhook", async ({ database }) => {
  await noteKeyRefusal({ baseUrl: "", apiKey: VENDOR_API_KEY }, "unauthorized");
  await deliver(notCompleted(CALL));
  const [claimed] = await claimDueCalls(1);
  expect(claimed).toBeDefined();
  await deliver(complete(CALL));
  const done = { state: "done", dueInSeconds: null, resetAttempts: true } as const;
  const answer = apiAnswer({ language: "ar" });
  await applyApiFacts(CALL, answer, new Date(), done, { mayCreate: false, leasedUntil: claimed?.leasedUntil ?? null });
  const [row] = await database.sql`
    select enrichment_state, enrichment_due_at <= now() as is_due, outcome, language from calls`;
  expect(row).toEqual({ enrichment_state: "pending", is_due: true, outcome: "complete", language: "ar" });
  // A failure of the older request does not complete it either.
  await noteFailedAttempt(claimed ?? { callId: CALL, leasedUntil: new Date(0) }, "timeout", {
    state: "failed",
    dueInSeconds: null,
    resetAttempts: false,
    countAttempt: true,
  });
  expect(await database.sql`select enrichment_state from calls`).toEqual([{ enrichment_state: "pending" }]);
});

test("row 50: two processes on one database request each call once", async ({ database, vendor }) => {
  for (const id of IDS) {
    await deliver(notCompleted(id));
  }
  const other = await startApp({ databaseUrl: database.url, vendorPort: Number(new URL(vendor.url).port) });
  await expect
    .poll(
      async () => {
        await enrichDue();
        return (await database.sql`select from calls where verified_at is null`).length;
      },
      { timeout: 30_000 },
    )
    .toBe(0);
  await other.stop();
  const paths = vendor.requests().map(({ path }) => path);
  expect(paths.toSorted()).toEqual([...new Set(paths)].toSorted());
  expect(paths).toHaveLength(IDS.length);
});

test("on Vercel, which has no timer and may have only a daily schedule, a page view runs what is due", async ({
  vendor,
}) => {
  test.slow();
  const own = await createDatabase();
  const app = await startApp({
    databaseUrl: own.url,
    vendorPort: Number(new URL(vendor.url).port),
    env: { VERCEL: "1" },
  });
  try {
    const cookie = cookieHeader(await signIn(app.url));
    await own.sql`insert into calls (call_id, outcome, enrichment_state, enrichment_due_at) values (${CALL}, 'no_answer', 'pending', now())`;
    await own.sql`insert into call_details (call_id, facts) values (${CALL}, '{}')`;
    await expect
      .poll(
        async () => {
          // Only one request in five seconds runs the jobs.
          expect((await fetch(`${app.url}/deliveries`, { headers: { cookie } })).status).toBe(200);
          return own.sql`select verified_at is not null as verified from calls`;
        },
        { timeout: 20_000 },
      )
      .toEqual([{ verified: true }]);
  } finally {
    await app.stop();
    await own.close();
  }
});

test("row 50: four concurrent migrations of an empty database apply each migration once", async () => {
  const { superuserUrl, ownerUrl } = readTestServer();
  const name = `migrated_${randomBytes(4).toString("hex")}`;
  const superuser = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await superuser.unsafe(`create database ${name} owner callboard`);
  await superuser.end();
  const inside = postgres(databaseUrl(superuserUrl, name), { max: 1, onnotice: () => {} });
  await inside`create extension if not exists pg_trgm`;
  const url = databaseUrl(ownerUrl, name);
  await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
  const applied = await inside`select hash, count(*)::int as count from drizzle.__drizzle_migrations group by hash`;
  expect(applied.length).toBeGreaterThan(1);
  expect(applied.every(({ count }) => count === 1)).toBe(true);
  expect(await inside`select from calls`).toEqual([]);
  await inside.end();
});
