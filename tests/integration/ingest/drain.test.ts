import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ParkedDeliveries } from "@/scripts/bootstrap/parked-deliveries.mjs";
import { startApp } from "@/tests/fixtures/app";
import { allowConnections, createDatabase } from "@/tests/fixtures/database";
import { received } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

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
  const { sql } = database;
  const connection = await sql.reserve();
  try {
    await postWebhook(app, notCompleted("locked"));
    await connection`begin`;
    await connection`select from call_details where call_id = 'locked' for update`;
    const parked = new ParkedDeliveries(spool);
    for (const callId of ["locked", "behind"]) {
      const { body, ...head } = received(Buffer.from(JSON.stringify(complete(callId))), { receivedAt: new Date() });
      await parked.add(head, Buffer.from(body));
    }
    const outcomeOf = async (callId: string) => (await sql`select outcome from calls where call_id = ${callId}`)[0];
    await expect.poll(() => outcomeOf("behind"), { timeout: 120_000 }).toEqual({ outcome: "complete" });
    expect(await sql`select call_id, reason from deliveries where verdict = 'quarantined'`).toEqual([
      { call_id: "locked", reason: "not_storable" },
    ]);
  } finally {
    await connection`rollback`;
    connection.release();
    await app.kill();
    await database.close();
    rmSync(spool, { recursive: true, force: true });
  }
});
