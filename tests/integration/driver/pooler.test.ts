import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";
import { sql } from "drizzle-orm";

import { open } from "@/db/driver/client";
import { FOR_READING, limitsOf } from "@/db/driver/limits";
import { migrate } from "@/db/driver/migrate";
import { executePrepared } from "@/db/driver/prepared";
import { calls } from "@/db/schema/calls";
import { namePooler } from "@/scripts/launcher/pooler";
import { createDatabase, type Database } from "@/tests/fixtures/database";
import { environment } from "@/tests/fixtures/environment";
import { findPgbouncer, type Pooler, startPgbouncer } from "@/tests/fixtures/pgbouncer";

/** What the application does behind a real transaction pooler. */

const pgbouncer = findPgbouncer();
test.skip(pgbouncer === null, "pgbouncer is missing and cannot be downloaded: this was NOT tested on this machine");

let database: Database;
let pooler: Pooler;
test.beforeAll(async () => {
  database = await createDatabase();
  pooler = await startPgbouncer(pgbouncer ?? "", database.url);
});
test.afterAll(async () => {
  await pooler.stop();
  await database.close();
});

const LIMITS = sql`
  select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
    current_setting('idle_in_transaction_session_timeout') as idle, current_setting('work_mem') as memory`;

test("row 44: behind a transaction pooler, every statement and every transaction has its limits on the server", async () => {
  const pages = open({ url: pooler.url, name: "test", max: 2, statementTimeoutSeconds: 20, settings: FOR_READING });
  const ingest = open({ url: pooler.url, name: "test", max: 1, statementTimeoutSeconds: 6, hasArrays: false });
  const limits = { statement: "20s", lock: "10s", idle: "1min", memory: "16MB" };
  expect([...(await pages.execute(LIMITS))]).toEqual([limits]);
  expect(await pages.transaction((transaction) => transaction.execute(LIMITS))).toEqual([limits]);
  expect([...(await executePrepared(ingest, LIMITS))]).toEqual([
    { statement: "6s", lock: "3s", idle: "1min", memory: "4MB" },
  ]);
  // The pooler's connection, which the next client gets, keeps none of them.
  const plain = open({ url: pooler.url, name: "test", max: 1, statementTimeoutSeconds: 20 }).$client;
  expect([...(await plain`select current_setting('statement_timeout') as statement`)]).toEqual([{ statement: "0" }]);
  await Promise.all([pages.$client.end(), ingest.$client.end(), plain.end()]);
});

test("row 44: behind a transaction pooler, the server ends a statement that takes too long, also one that waits for a lock", async () => {
  const pool = open({ url: pooler.url, name: "test", max: 2, statementTimeoutSeconds: 1 });
  // The breaker may still count the end of the connections before.
  await expect.poll(() => pool.execute(sql`select 1`).then(() => "open", String)).toBe("open");
  await expect(pool.execute(sql`select pg_sleep(30)`)).rejects.toMatchObject({ cause: { code: "57014" } });
  await database.sql.begin(async (holder) => {
    await holder`lock table calls in access exclusive mode`;
    await expect(pool.select({ id: calls.callId }).from(calls)).rejects.toMatchObject({ cause: { code: "55P03" } });
  });
  // Reading, writing, an error and concurrency: as without a pooler.
  await pool.insert(calls).values({ callId: "pooled" });
  await expect(pool.insert(calls).values({ callId: "pooled" })).rejects.toMatchObject({ cause: { code: "23505" } });
  const rows = await Promise.all(Array.from({ length: 20 }, () => pool.select({ id: calls.callId }).from(calls)));
  expect(rows).toEqual(Array.from({ length: 20 }, () => [{ id: "pooled" }]));
  await expect(
    pool.transaction(async (transaction) => {
      await transaction.delete(calls);
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  expect(await database.sql`select from calls`).toHaveLength(1);
  await pool.$client.end();
});

test("row 44: a transaction pooler that the URL does not name, and that drops the limits of a session, is recognized", async () => {
  const dropping = await startPgbouncer(pgbouncer ?? "", database.url, Object.keys(limitsOf(1)));
  try {
    const unnamed = dropping.url.replace("?pgbouncer=true", "");
    expect(await namePooler(unnamed)).toBe(dropping.url);
    const pages = open({ url: unnamed, name: "test", max: 1, statementTimeoutSeconds: 20 });
    expect([...(await pages.execute(LIMITS))], "why it matters").toMatchObject([{ statement: "0" }]);
    await pages.$client.end();
    expect(await namePooler(dropping.url)).toBe(dropping.url);
    expect(await namePooler(database.url)).toBe(database.url);
  } finally {
    await dropping.stop();
  }
});

test("row 44: a transaction pooler that the URL does not name, and that refuses settings which pages can do without, refuses no page", async () => {
  const dropping = await startPgbouncer(pgbouncer ?? "", database.url, Object.keys(limitsOf(1)));
  try {
    // At once, so on several connections.
    const work = `
      import("./db/driver/client.ts").then(async ({ db }) => {
        const query = (page, on) => on.execute("select " + page + " as page");
        const pages = [query(1, db), query(2, db), query(3, db), db.transaction((inner) => query(4, inner))];
        console.log(JSON.stringify(await Promise.allSettled(pages)));
        process.exit();
      })`;
    const databaseUrl = dropping.url.replace("?pgbouncer=true", "");
    const env = environment({ databaseUrl, appPort: 1, vendorPort: 1 });
    const run = spawnSync(process.execPath, ["--import", "tsx", "-e", work], {
      env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
      encoding: "utf8",
    });
    expect(run.stdout.trim().split("\n")).toEqual([
      expect.stringContaining('"event":"session_settings_refused","reason":"pages"'),
      JSON.stringify([1, 2, 3, 4].map((page) => ({ status: "fulfilled", value: [{ page }] }))),
    ]);
  } finally {
    await dropping.stop();
  }
});

test("row 44: the plans of deliveries are no setting of other sessions behind a transaction pooler that the URL does not name", async () => {
  const dropping = await startPgbouncer(pgbouncer ?? "", database.url, Object.keys(limitsOf(1)));
  try {
    const unnamed = dropping.url.replace("?pgbouncer=true", "");
    const work = `
      import("./db/driver/deadline-pool.ts").then(async ({ isAnswering }) => {
        console.log(await isAnswering(5000));
        process.exit();
      })`;
    const env = environment({ databaseUrl: unnamed, appPort: 1, vendorPort: 1 });
    const run = spawnSync(process.execPath, ["--import", "tsx", "-e", work], {
      env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
      encoding: "utf8",
    });
    expect(run.stdout.trim().split("\n").at(-1)).toBe("true");
    const others = open({ url: dropping.url, name: "test", max: 2, statementTimeoutSeconds: 20 });
    const settings = sql`select current_setting('enable_seqscan') as scan, current_setting('plan_cache_mode') as plans`;
    const both = await Promise.all([others.execute(settings), others.execute(settings)]);
    expect(both.map(([row]) => row)).toEqual([1, 2].map(() => ({ scan: "on", plans: "auto" })));
    await others.$client.end();
  } finally {
    await dropping.stop();
  }
});

test("row 50: migrations run through a transaction pooler, whatever the limit of the role", async () => {
  const folder = mkdtempSync(join(tmpdir(), "callboard-pooled-"));
  mkdirSync(join(folder, "meta"));
  writeFileSync(
    join(folder, "0000_test.sql"),
    "select pg_sleep(1);\n--> statement-breakpoint\ncreate index concurrently test_idx on calls (status)",
  );
  const entries = [{ idx: 0, version: "7", when: 4_000_000_000_000, tag: "0000_test", breakpoints: true }];
  writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ entries }));
  await database.superuser.unsafe(`alter role callboard in database ${database.name} set statement_timeout = '500ms'`);
  const fresh = await startPgbouncer(pgbouncer ?? "", database.ownerUrl);
  try {
    await migrate(fresh.url, { folder });
    expect(
      await database.sql`select indisvalid as valid from pg_index where indexrelid = 'test_idx'::regclass`,
    ).toEqual([{ valid: true }]);
  } finally {
    await fresh.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
