import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type App, startApp } from "@/tests/fixtures/app";
import { createDatabase, type Database } from "@/tests/fixtures/database";
import { damaged, leaveSpoolFile, spoolRecord } from "@/tests/fixtures/spool";
import { expect, test } from "@/tests/fixtures/test";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

test.describe.configure({ mode: "serial" });

let database: Database;
let spool: string;
let app: App;
test.beforeAll(async () => {
  spool = mkdtempSync(join(tmpdir(), "callboard-health-"));
  database = await createDatabase();
  app = await startApp({ databaseUrl: database.url, env: { SPOOL_DIR: spool, SARJ_API_KEY: undefined } });
});
test.afterAll(async () => {
  await app.kill();
  await database.close();
  rmSync(spool, { recursive: true, force: true });
});

async function health(of: App = app): Promise<Record<string, unknown>> {
  const answer = await fetch(`${of.url}/api/health`);
  return { code: answer.status, ...((await answer.json()) as Record<string, unknown>) };
}

/** The result of a write is kept for 5 s. */
const becomes = (expected: Record<string, unknown>, of: App = app) =>
  expect.poll(() => health(of), { timeout: 20_000 }).toMatchObject(expected);

const applicationRole = () => new URL(database.url).username;

/** New sessions are read-only, or not; the others are closed. */
async function setReadOnly(isReadOnly: boolean): Promise<void> {
  await database.superuser.unsafe(`alter database ${database.name} set default_transaction_read_only = ${isReadOnly}`);
  await database.superuser`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${database.name} and pid <> pg_backend_pid() and application_name like 'callboard%'`;
}

test("row 45: health is ok with its documented fields, and says nothing personal", async () => {
  await postWebhook(app, complete("healthy"));
  const { code, last_delivery_at: last, version, spool_room: room, statistics, ...rest } = await health();
  expect(rest).toEqual({
    status: "ok",
    database: "ok",
    quarantined: 0,
    writes: "ok",
    write_error: null,
    reasons: [],
    held: 0,
    spooled: 0,
    damaged: 0,
    unreadable: 0,
    spool: "ok",
  });
  expect([code, typeof last, typeof version, typeof room]).toEqual([200, "string", "string", "number"]);
  expect(Object.keys(statistics as object)).toEqual(["built_at", "waiting_since", "differing_days"]);
});

test("row 45: health says since when changes wait to be summed for figures, and whether the sums are built", async () => {
  await becomes({ statistics: { built_at: expect.stringMatching(/^2/), waiting_since: null } });
  await database.sql.begin(async (transaction) => {
    // No fold meanwhile.
    await transaction`lock table statistics_state in share row exclusive mode`;
    await database.sql`insert into calls ${database.sql({ call_id: "waiting", outcome: "no_answer" })}`;
    await becomes({
      statistics: { built_at: expect.stringMatching(/^2/), waiting_since: expect.stringMatching(/^2/) },
    });
    await transaction`delete from statistics_state`;
  });
  await becomes({ statistics: { built_at: expect.stringMatching(/^2/), waiting_since: null } });
});

test("row 45: health writes at most once in some seconds, however often it is asked", async () => {
  await database.superuser`create table probes (at timestamptz default clock_timestamp())`;
  await database.superuser`grant all on probes to public`;
  await database.superuser.unsafe(`
    create function count_probe() returns trigger language plpgsql as $$ begin insert into probes default values; return null; end $$;
    create trigger count_probe after insert or update on states for each row when (new.key = 'write_probe') execute function count_probe()`);
  const began = performance.now();
  await Promise.all(Array.from({ length: 100 }, () => health()));
  const seconds = (performance.now() - began) / 1000;
  const probes = await database.superuser`select from probes`;
  expect(probes.length).toBeLessThanOrEqual(1 + Math.ceil(seconds / 5));
  await database.superuser.unsafe("drop trigger count_probe on states; drop table probes");
});

for (const { fault, code, begin, end } of [
  { fault: "the server is read-only", code: "25006", begin: () => setReadOnly(true), end: () => setReadOnly(false) },
  {
    fault: "a privilege is missing",
    code: "42501",
    begin: () => database.superuser.unsafe(`revoke insert on call_details from ${applicationRole()}`),
    end: () => database.superuser.unsafe(`grant insert on call_details to ${applicationRole()}`),
  },
]) {
  test(`row 45: health says so while ${fault}; deliveries are spooled, and it serves`, async () => {
    await begin();
    await becomes({ code: 200, status: "degraded", database: "ok", writes: "failing", write_error: code });
    const { status } = await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete(`kept ${code}`)) });
    expect(status).toBe(202);
    await becomes({ reasons: ["writes_failing", "spooled"] });
    await end();
    await becomes({ code: 200, status: "ok", writes: "ok", spooled: 0 });
    expect(await database.sql`select from calls where call_id = ${`kept ${code}`}`).toHaveLength(1);
  });
}

test("row 45: health says so while a table is locked", async () => {
  const locked = Promise.withResolvers<void>();
  const holding = database.superuser.begin(async (sql) => {
    await sql`lock table calls in access exclusive mode`;
    await becomes({ status: "degraded", writes: "failing", write_error: "TRY_TIMEOUT" });
    locked.resolve();
  });
  await locked.promise;
  await holding;
  await becomes({ status: "ok" });
});

test("row 45: without a spool, health is 503 while writes fail, because it can do nothing for a delivery", async () => {
  const bare = await startApp({
    databaseUrl: database.url,
    env: { SPOOL_DIR: undefined, SARJ_API_KEY: undefined },
  });
  try {
    await setReadOnly(true);
    await becomes({ code: 503, status: "degraded", database: "ok", spool: "off", reasons: ["writes_failing"] }, bare);
    await setReadOnly(false);
    await becomes({ code: 200, status: "ok" }, bare);
  } finally {
    await setReadOnly(false);
    await bare.kill();
  }
});

test("row 47: a damaged record is kept and makes health degraded; the records around it are stored", async () => {
  const id = leaveSpoolFile(spool, [
    spoolRecord("before damage"),
    damaged(spoolRecord("damaged")),
    spoolRecord("after damage"),
  ]);
  await becomes({ code: 200, status: "degraded", damaged: 1, reasons: ["spool_damaged"] });
  expect(await database.sql`select call_id from calls where call_id like '%damage' order by 1`).toEqual([
    { call_id: "after damage" },
    { call_id: "before damage" },
  ]);
  const [kept = ""] = readdirSync(spool);
  expect(kept).toMatch(new RegExp(`^${id}\\.\\d+\\.damaged$`));
  expect(app.logs()).toContain('"event":"spool_damaged"');
  rmSync(join(spool, kept));
  await becomes({ status: "ok", damaged: 0 });
});

test("row 47: a record that was cut off when its process died is no reason for an alarm", async () => {
  leaveSpoolFile(spool, [spoolRecord("whole"), spoolRecord("cut off").subarray(0, -20)]);
  await expect.poll(() => app.logs()).toContain('"event":"spool_unfinished"');
  await becomes({ status: "ok" });
  expect(readdirSync(spool)).toEqual([]);
});

test("row 45: a file of the spool that cannot be read is reported, and the others are stored", async () => {
  // Nobody can read a folder as a file, not even root.
  const [folder, longAgo] = [join(spool, "unreadable"), new Date(Date.now() - 600_000)];
  mkdirSync(folder);
  utimesSync(folder, longAgo, longAgo);
  renameSync(folder, join(spool, "000000000000001-unreadable.1-elsewhere.open"));
  leaveSpoolFile(spool, [spoolRecord("readable")]);
  await becomes({ status: "degraded", unreadable: 1, reasons: ["spooled", "spool_unreadable"] });
  await expect.poll(() => database.sql`select from calls where call_id = 'readable'`).toHaveLength(1);
});
