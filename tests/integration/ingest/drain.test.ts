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

test("spooled deliveries are recorded in groups, in their order, and one that Postgres rejects does not harm the others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "callboard-drain-"));
  const database = await createDatabase();
  const { sql, superuser } = database;
  await superuser`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '22023'; end $$`;
  await superuser`create trigger refuse before insert on calls for each row when (new.call_id = 'bad') execute function refuse()`;
  const parked = new ParkedDeliveries(folder);
  const bodies = [
    // A file of its own. The others come while it is written, and become one file.
    complete("first"),
    ...Array.from({ length: 30 }, (_, index) => complete(`early-${index}`)),
    notCompleted("same", "no_answer"),
    // Of the same rank: the first one decides.
    notCompleted("same", "failed"),
    ...Array.from({ length: 30 }, (_, index) => complete(`middle-${index}`)),
    ...Array.from({ length: 40 }, (_, index) => complete(`late-${index}`)),
    complete("bad"),
    complete("last"),
  ];
  await Promise.all(
    bodies.map((content) => {
      const { body, ...head } = received(Buffer.from(JSON.stringify(content)), { receivedAt: new Date() });
      return parked.add(head, Buffer.from(body));
    }),
  );
  const app = await startApp({ databaseUrl: database.url, env: { SPOOL_DIR: folder, SARJ_API_KEY: undefined } });
  try {
    await expect.poll(() => sql`select 1 from calls where call_id = 'last'`, { timeout: 30_000 }).toHaveLength(1);
    expect(
      await sql`
        select count(*)::integer as calls, count(*) filter (where outcome = 'no_answer')::integer as first_decided,
          (select count(*)::integer from deliveries) as deliveries,
          (select sum(times_received)::integer from deliveries) as received,
          (select array_agg(call_id || ' ' || reason) from deliveries where verdict = 'quarantined') as quarantined,
          (select count(distinct xmin::text)::integer from deliveries where call_id like 'early-%') as statements
        from calls`,
    ).toEqual([
      {
        calls: 103,
        first_decided: 1,
        deliveries: 105,
        received: 105,
        quarantined: ["bad not_storable"],
        statements: 1,
      },
    ]);
  } finally {
    await app.kill();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
