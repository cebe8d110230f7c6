import { spawnSync } from "node:child_process";

import { sql } from "drizzle-orm";

import { db, jobs, open, replica } from "@/db/driver/client";
import { withConnection } from "@/db/driver/deadline-pool";
import { environment } from "@/tests/fixtures/environment";
import { expect, test } from "@/tests/fixtures/test";

test("row 44: every pool has a statement timeout, and the pool of deliveries has the shortest", async ({
  database,
}) => {
  expect(database.url).toContain("worker");
  const limitOf = async (on: typeof db) => {
    const [row] = await on.execute<{ limit: string }>(sql`select current_setting('statement_timeout') as limit`);
    return row?.limit;
  };
  expect(await Promise.all([limitOf(db), limitOf(replica), limitOf(jobs), withConnection(limitOf, 5000)])).toEqual([
    "20s",
    "20s",
    "10s",
    "6s",
  ]);
});

test("plans of the pool of deliveries look up in every table, because they are made while it may be small and kept", async () => {
  const settings = () =>
    sql`select current_setting('enable_seqscan') as scan, current_setting('plan_cache_mode') as plans, current_setting('jit') as jit,
      current_setting('work_mem') as memory`;
  const [ofDeliveries] = await withConnection((on) => on.execute(settings()), 5000);
  const [ofPages] = await db.execute(settings());
  expect([ofDeliveries, ofPages]).toEqual([
    { scan: "off", plans: "force_generic_plan", jit: "off", memory: "4MB" },
    // Without the memory, lists of some hundred thousand calls take several times as long.
    { scan: "on", plans: "auto", jit: "off", memory: "16MB" },
  ]);
});

test("row 43: connections that ended do not delay further connections to a working server", async ({ database }) => {
  await db.execute(sql`select 1`);
  const fresh = () => open({ url: database.url, name: "test", max: 1, statementTimeoutSeconds: 5 });
  for (let round = 0; round < 8; round += 1) {
    const pool = fresh();
    await pool.execute(sql`select 1`);
    // To cancel a query, the driver opens a connection that never logs in.
    const sleeping = pool.$client`select pg_sleep(5)`;
    const ended = expect(sleeping).rejects.toMatchObject({ code: "57014" });
    await expect
      .poll(
        () =>
          database.superuser`select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`,
      )
      .toHaveLength(1);
    sleeping.cancel();
    await ended;
    await pool.$client.end();
  }
});

test("a database that is reached without TLS in a private network is named in the log, by its variable and without its address", () => {
  const logOf = (change: Record<string, string>) => {
    const env = { ...environment({ databaseUrl: "postgres://u:p@localhost/x", appPort: 1, vendorPort: 1 }), ...change };
    const run = spawnSync(process.execPath, ["--import", "tsx", "-e", 'import("./db/driver/client.ts")'], {
      env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
      encoding: "utf8",
    });
    return run.stdout.trim().split("\n").filter(Boolean);
  };
  expect(logOf({})).toEqual([]);
  const lines = logOf({
    DATABASE_URL: "postgres://u:p@db.internal/x",
    DATABASE_REPLICA_URL: "postgres://u:p@replica.internal/x?sslmode=no-verify",
  });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: "warn", event: "database_not_protected", reason: "DATABASE_URL" },
    { level: "warn", event: "database_not_protected", reason: "DATABASE_REPLICA_URL" },
  ]);
  expect(lines.join()).not.toContain("internal");
});
