import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startApp } from "@/tests/fixtures/app";
import { allowConnections, createDatabase } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

test("row 49: a delivery that Postgres always rejects is quarantined after five tries, and later deliveries are recorded", async () => {
  test.setTimeout(120_000);
  const spool = mkdtempSync(join(tmpdir(), "callboard-drain-"));
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { SPOOL_DIR: spool, SARJ_API_KEY: undefined } });
  const post = async (callId: string) =>
    (await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete(callId)) })).status;
  const { sql } = database;
  try {
    // This SQLSTATE is outside the classes for which `record` quarantines immediately.
    await sql`create function refuse_poison() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`;
    await sql`
      create trigger refuse_poison before insert on calls for each row when (new.call_id = 'poison')
      execute function refuse_poison()`;
    await allowConnections(database.name, false);
    // Sent one at a time, so that they are spooled in this order.
    const statuses: number[] = [];
    for (const callId of ["before", "poison", "behind"]) {
      statuses.push(await post(callId));
    }
    expect(statuses).toEqual([202, 202, 202]);
    await allowConnections(database.name, true);
    await expect
      .poll(async () => [...(await sql`select call_id, verdict, reason from deliveries order by received_at`)], {
        timeout: 60_000,
      })
      .toEqual([
        { call_id: "before", verdict: "applied", reason: null },
        { call_id: "poison", verdict: "quarantined", reason: "not_storable" },
        { call_id: "behind", verdict: "applied", reason: null },
      ]);
    // The event is logged when the drain stops, not on each of the many retries in these twenty seconds.
    const logged = app.logs().match(/"event":"drain_stopped"/g) ?? [];
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.length).toBeLessThan(8);
  } finally {
    await app.kill();
    await allowConnections(database.name, true);
    await database.close();
    rmSync(spool, { recursive: true, force: true });
  }
});

test("row 49: a delivery whose call somebody keeps locked does not hold up the others for good", async () => {
  test.setTimeout(180_000);
  const spool = mkdtempSync(join(tmpdir(), "callboard-drain-"));
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { SPOOL_DIR: spool, SARJ_API_KEY: undefined } });
  const post = async (body: unknown) =>
    (await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(body) })).status;
  const { sql } = database;
  const lock = async (callId: string) => {
    const connection = await sql.reserve();
    await connection`begin`;
    await connection`select from call_details where call_id = ${callId} for update`;
    return async () => {
      await connection`rollback`;
      connection.release();
    };
  };
  try {
    for (const callId of ["locked", "behind"]) {
      expect(await post(notCompleted(callId))).toBe(200);
    }
    const unlock = await lock("locked");
    const unlockBehind = await lock("behind");
    const first = post(complete("locked"));
    const held = async () => ((await (await fetch(`${app.url}/api/health`)).json()) as { held: number }).held;
    await expect.poll(held).toBe(1);
    expect(await Promise.all([first, post(complete("behind"))])).toEqual([202, 202]);
    await unlockBehind();
    const outcomeOf = async (callId: string) => (await sql`select outcome from calls where call_id = ${callId}`)[0];
    await expect.poll(() => outcomeOf("behind"), { timeout: 100_000 }).toEqual({ outcome: "complete" });
    expect(await sql`select call_id, reason from deliveries where verdict = 'quarantined'`).toEqual([
      { call_id: "locked", reason: "not_storable" },
    ]);
    await unlock();
  } finally {
    await app.kill();
    await database.close();
    rmSync(spool, { recursive: true, force: true });
  }
});
