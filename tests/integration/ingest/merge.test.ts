import { record } from "@/db/deliveries/record";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { deliver, NO_HURRY, received, recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** How deliveries of one call and of one body become one row. */

test.beforeEach(({ database }) => database.empty());

test("row 32: 500 simultaneous copies become one call and one delivery that was received 500 times", async ({
  app,
  database,
}) => {
  const body = JSON.stringify(complete("copies"));
  const answers = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const response = await fetch(app.webhookUrl, { method: "POST", body });
      return { status: response.status, ...((await response.json()) as { verdict: string; delivery_id: string }) };
    }),
  );
  const verdicts = Object.groupBy(answers, ({ status, verdict }) => `${status} ${verdict}`);
  // Some copies may be spooled, but each counts once, also if its try timed out and was made again.
  const countOf = (answer: `${number} ${string}`) => verdicts[answer]?.length ?? 0;
  const [applied, duplicate, spooled] = [countOf("200 applied"), countOf("200 duplicate"), countOf("202 spooled")];
  expect(applied + duplicate + spooled).toBe(500);
  expect(applied).toBeLessThanOrEqual(1);
  expect(new Set(answers.flatMap(({ delivery_id: id }) => (id ? [id] : []))).size).toBe(1);
  await expect
    .poll(
      async () => {
        const rows = await database.sql`select call_id, times_received, verdict from deliveries`;
        return [...rows];
      },
      { timeout: 30_000 },
    )
    .toEqual([{ call_id: "copies", times_received: 500, verdict: "applied" }]);
  expect(await database.sql`select call_id from calls`).toEqual([{ call_id: "copies" }]);
  expect(await database.sql`select call_id from call_details`).toEqual([{ call_id: "copies" }]);
});

test("row 32: a request that is recorded again because the first result was lost counts once", async ({
  database: { sql },
}) => {
  const bytes = Buffer.from(JSON.stringify(complete("once")));
  const request = received(bytes);
  expect(await recordBody(bytes, request)).toMatchObject({ verdict: "applied" });
  expect(await recordBody(bytes, request)).toMatchObject({ verdict: "applied" });
  expect(await sql`select id, times_received from deliveries`).toEqual([{ id: request.id, times_received: 1 }]);
  expect(await recordBody(bytes)).toMatchObject({ verdict: "duplicate", deliveryId: request.id });
  expect(await sql`select id, times_received from deliveries`).toEqual([{ id: request.id, times_received: 2 }]);
  // A copy whose first try was given up although it was stored, and was made again after another copy.
  const copy = received(bytes);
  await recordBody(bytes, copy);
  await recordBody(bytes);
  await recordBody(bytes, copy);
  expect(await sql`select id, times_received from deliveries`).toEqual([{ id: request.id, times_received: 4 }]);
});

test("row 33: `complete` outranks other types in either order of arrival", async ({ database }) => {
  expect(await deliver(notCompleted("late-complete"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(complete("late-complete"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(complete("early-complete"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(notCompleted("early-complete"))).toMatchObject({ verdict: "superseded" });
  const rows = await database.sql`select call_id, outcome, phone_number from calls order by call_id`;
  expect(rows).toEqual([
    { call_id: "early-complete", outcome: "complete", phone_number: "+966500000001" },
    { call_id: "late-complete", outcome: "complete", phone_number: "+966500000001" },
  ]);
});

test("row 34: two bodies of one call are merged by the call's end, null overwrites nothing, and both bodies are stored", async ({
  database,
}) => {
  const early = complete("twice", {
    ended_at: "2026-05-04T09:01:00Z",
    total_duration: 60,
    phone_number: "+966511111111",
  });
  const late = complete("twice", {
    ended_at: "2026-05-04T09:02:00Z",
    total_duration: 120,
    phone_number: null,
    report: { a: 1 },
  });
  expect(await deliver(late)).toMatchObject({ verdict: "applied" });
  expect(await deliver(early)).toMatchObject({ verdict: "superseded" });
  expect(await deliver(early)).toMatchObject({ verdict: "duplicate" });
  expect(
    await database.sql`
      select phone_number, duration_seconds, ended_at, report from calls join call_details using (call_id)`,
  ).toEqual([
    {
      phone_number: "+966511111111",
      duration_seconds: 120,
      ended_at: new Date("2026-05-04T09:02:00Z"),
      report: { a: 1 },
    },
  ]);
  const stored = await database.sql<{ body: Buffer; verdict: string }[]>`
    select convert_from(body, 'UTF8') as body, verdict from deliveries order by verdict`;
  expect(stored.map((row) => [JSON.parse(String(row.body)), row.verdict])).toEqual([
    [late, "applied"],
    [early, "superseded"],
  ]);
});

test("row 34: an applied delivery becomes superseded when a higher-ranked one decides the outcome, even concurrently", async ({
  database,
}) => {
  const at = (second: number) =>
    complete("better", { ended_at: `2026-05-04T09:01:${String(second).padStart(2, "0")}Z` });
  expect(await deliver(notCompleted("better"))).toMatchObject({ verdict: "applied" });
  expect(await deliver(at(1))).toMatchObject({ verdict: "applied" });
  await Promise.all([5, 3, 8, 2, 7, 4, 6].map((second) => deliver(at(second))));
  expect(
    await database.sql`
      select verdict, count(*)::integer as count, max(convert_from(body, 'UTF8')::json #>> '{payload,call_data,ended_at}') as latest
      from deliveries group by verdict order by verdict`,
  ).toEqual([
    { verdict: "applied", count: 1, latest: "2026-05-04T09:01:08Z" },
    { verdict: "superseded", count: 8, latest: "2026-05-04T09:01:07Z" },
  ]);
});

test("row 34: of two payloads with equal rank, the first one received is kept", async ({ database }) => {
  await deliver(notCompleted("equals", "no_answer"));
  expect(await deliver(notCompleted("equals", "failed"))).toMatchObject({ verdict: "superseded" });
  expect(await database.sql`select outcome from calls`).toEqual([{ outcome: "no_answer" }]);
});

test("row 51: times of receipt come from the database; a spooled delivery keeps its time unless it is in the future", async ({
  database,
}) => {
  await deliver(complete("waited"), new Date("2026-05-04T10:00:00Z"));
  await deliver(complete("from-tomorrow"), new Date(Date.now() + 86_400_000));
  await deliver(complete("waited"), null);
  const rows = await database.sql`
    select call_id, received_at <= now() as received_by_now, d.last_received_at <= now() as last_by_now,
      d.received_at = c.first_received_at as agrees, d.received_at
    from deliveries d join calls c using (call_id) order by call_id`;
  expect(rows).toMatchObject([
    { call_id: "from-tomorrow", received_by_now: true, last_by_now: true, agrees: true },
    {
      call_id: "waited",
      received_by_now: true,
      last_by_now: true,
      agrees: true,
      received_at: new Date("2026-05-04T10:00:00Z"),
    },
  ]);
});

test("the texts for the search are made once for a delivery, however often it is tried", async () => {
  const delivery = received(Buffer.from(JSON.stringify(complete("again"))));
  const interpretation = await interpret(delivery, { now: new Date(), allowedAddresses: ANY_ADDRESS });
  if (!interpretation.understood) {
    throw new Error("it is understood");
  }
  const { transcript } = interpretation.facts;
  let reads = 0;
  Object.defineProperty(interpretation.facts, "transcript", {
    enumerable: true,
    get: () => {
      reads += 1;
      return transcript;
    },
  });
  const readsOfOneTry = async () => {
    reads = 0;
    await record(delivery, interpretation, NO_HURRY);
    return reads;
  };
  const first = await readsOfOneTry();
  expect(await readsOfOneTry()).toBeLessThan(first);
});
