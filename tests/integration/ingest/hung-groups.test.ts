import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { record } from "@/db/deliveries/record";
import { TRY_TIMEOUT, wasSent } from "@/db/driver/deadline-pool";
import { perProcess } from "@/lib/per-process";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { encodeDelivery } from "@/server/ingest/delivery-spool";
import { Spool } from "@/server/ingest/spool";
import { drainSpool } from "@/server/jobs/drain";
import { received } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, webhook } from "@/tests/fixtures/retry-group";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** What deliveries do that come beside a statement that gets no answer, or that wait until it is too late. */

test.beforeEach(async ({ database }) => {
  await emptyWithoutEnrichment(database);
  // Before its statement has locked any other call of its group: ids are locked in their order.
  await database.superuser`
    create or replace function hang() returns trigger language plpgsql as $$ begin
      while exists (select from hanging) loop perform pg_sleep(0.02); end loop;
      return new;
    end $$`;
  await database.superuser`create table if not exists hanging as select 1 as one`;
  await database.superuser`grant select on hanging to public`;
  await database.superuser`
    create or replace trigger hang before insert on call_details for each row when (new.call_id like '0-hung%') execute function hang()`;
});
test.afterEach(async ({ database: { superuser } }) => {
  await superuser`drop table hanging`;
  await superuser`drop function hang cascade`;
});

const PATIENT_MS = 20_000;

/** A delivery that is recorded again and again, as `hold` does it. */
async function deliveryOf(body: unknown) {
  const delivery = received(Buffer.from(JSON.stringify(body)));
  const interpretation = await interpret(delivery, { now: new Date(), allowedAddresses: ANY_ADDRESS });
  return (withinMs: number, isAlone = false) => record(delivery, interpretation, { withinMs, isAlone });
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

test("row 41: a delivery leaves a group without an answer at its own deadline, and its second try does not wait for that group", async ({
  database: { superuser, sql },
}) => {
  const [first, hung, member] = await Promise.all(["first", "0-hung", "member"].map((id) => deliveryOf(complete(id))));
  // The first goes by itself, the others share a statement.
  const group = [first?.(PATIENT_MS), hung?.(PATIENT_MS), failure(member?.(700) ?? Promise.resolve())];
  const error = await group[2];
  expect(error).toMatchObject({ code: TRY_TIMEOUT, wasSent: true });
  expect(await member?.(3000)).toMatchObject({ verdict: "applied" });
  // Nor does a later delivery of the same call.
  const another = await deliveryOf(complete("member", { total_duration: 7 }));
  expect(await another(3000)).toMatchObject({ callId: "member" });
  expect(await sql`select 1 from calls where call_id = '0-hung'`).toHaveLength(0);
  await superuser`delete from hanging`;
  expect(await Promise.all(group.slice(0, 2))).toMatchObject([{ verdict: "applied" }, { verdict: "applied" }]);
});

test("row 41: a delivery with too little time left is not sent with a group, and says that it was not sent", async ({
  database: { superuser, sql },
}) => {
  const [hung, short, long] = await Promise.all(["0-hung", "short", "long"].map((id) => deliveryOf(complete(id))));
  // The next group does not wait longer than 250 ms for one without an answer.
  const statements = [hung?.(PATIENT_MS), failure(short?.(300) ?? Promise.resolve()), long?.(PATIENT_MS)];
  const error = await statements[1];
  expect([error, wasSent(error)]).toMatchObject([{ code: TRY_TIMEOUT }, false]);
  expect(await statements[2]).toMatchObject({ verdict: "applied" });
  expect(await sql`select call_id from deliveries`).toEqual([{ call_id: "long" }]);
  await superuser`delete from hanging`;
  await statements[0];
});

test("row 49: a delivery that waits for others and one whose own statement gets no answer fail differently", async ({
  database: { superuser },
}) => {
  const bodies = Array.from({ length: 4 }, (_, index) => complete("0-hung", { total_duration: index + 1 }));
  const deliveries = await Promise.all(bodies.map(deliveryOf));
  // The second waits for the first, which writes the same call.
  const failures = deliveries.slice(0, 2).map((deliver) => failure(deliver(600, true)));
  expect((await Promise.all(failures)).map(wasSent)).toEqual([true, false]);
  await superuser`delete from hanging`;
});

test("row 49: a spooled delivery that waits for others to be sent is not on its way to quarantine, one without an answer is", async ({
  database: { superuser, sql },
}) => {
  const folder = mkdtempSync(join(tmpdir(), "callboard-drain-"));
  const spool = new Spool(folder);
  expect(perProcess("spool", () => spool)).toBe(spool);
  const failures = perProcess("drain", () => ({ timeouts: 0 }));
  try {
    const spooled = received(Buffer.from(JSON.stringify(complete("0-hung-spooled"))), { receivedAt: new Date() });
    await spool.append(encodeDelivery(spooled));
    // As many as are sent by themselves at the same time.
    const others = await Promise.all([1, 2, 3].map((at) => deliveryOf(complete(`0-hung-${at}`))));
    const ends = others.map((deliver) => failure(deliver(5500, true)));
    expect(await drainSpool()).toBe(0);
    expect(failures.timeouts).toBe(0);
    await Promise.all(ends);
    expect(await drainSpool()).toBe(0);
    expect(failures.timeouts).toBe(1);
    await superuser`delete from hanging`;
    expect(await drainSpool()).toBe(1);
    expect(await sql`select call_id, verdict from deliveries where call_id = '0-hung-spooled'`).toEqual([
      { call_id: "0-hung-spooled", verdict: "applied" },
    ]);
  } finally {
    await spool.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("row 32: the dials of a contact do not wait for a lock on its root", async ({ database: { sql, superuser } }) => {
  await superuser`delete from hanging`;
  await (
    await deliveryOf(notCompleted("root"))
  )(PATIENT_MS);
  const connection = await sql.reserve();
  try {
    await connection`begin`;
    await connection`select from call_details where call_id = 'root' for update`;
    const [root, again] = await Promise.all([1, 2].map((at) => deliveryOf(complete("root", { total_duration: at }))));
    const locked = root?.(PATIENT_MS);
    // By the end of this, the root waits by itself.
    expect(await failure(again?.(500) ?? Promise.resolve())).toMatchObject({ code: TRY_TIMEOUT });
    const dial = await deliveryOf(webhook("dial", "complete", { root_call_id: "root", retry_attempt_number: 2 }));
    expect(await dial(1500)).toMatchObject({ verdict: "applied" });
    await connection`rollback`;
    expect(await locked).toMatchObject({ verdict: "applied" });
  } finally {
    await connection`rollback`;
    connection.release();
  }
  expect(await sql`select contact_id, attempts from contacts`).toEqual([{ contact_id: "root", attempts: 2 }]);
});
