import { gzipSync } from "node:zlib";

import { getDelivery, listDeliveries } from "@/db/deliveries/list";
import { record } from "@/db/deliveries/record";
import { applyReplay, readStoredDelivery } from "@/db/deliveries/replay";
import { NO_DELIVERY_FILTER } from "@/lib/delivery/filter";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { replay, replayReasonBatch } from "@/server/ingest/replay";
import { apiAccess, noteKeyRefusal } from "@/server/vendor-api";
import { NO_HURRY, received, recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(async ({ database }) => {
  await database.empty();
  // Stops the enrichment of an application that runs on this database, so that it changes no call.
  const access = apiAccess();
  expect(access).not.toBeNull();
  await noteKeyRefusal(access ?? { baseUrl: "", apiKey: "" }, "unauthorized");
});

test("row 63: a replay does not store a delivery again that was erased after it was read", async ({
  database: { sql },
}) => {
  const id = await store(complete("erased"), { reason: "call_id_missing" });
  const stored = await readStoredDelivery(id);
  const interpretation = await interpret(received(complete("erased")), {
    now: new Date(),
    allowedAddresses: ANY_ADDRESS,
  });
  await sql`delete from deliveries`;
  expect(stored !== null && interpretation.understood && (await applyReplay(stored, interpretation))).toMatchObject({
    verdict: "quarantined",
  });
  expect(await sql`select 1 from calls`).toHaveLength(0);
  expect(await sql`select 1 from call_details`).toHaveLength(0);
});

const LONG_AGO = new Date("2026-01-05T08:00:00.000Z");

function complete(callId: string, data: Record<string, unknown> = {}): Buffer {
  const payload = { type: "complete", call_data: { call_id: callId, created_at: "2026-01-05T07:50:00Z", ...data } };
  return Buffer.from(JSON.stringify({ call_id: callId, payload }));
}

/** Stores a delivery as the webhook does. With `reason`, it is quarantined. Returns its id. */
async function store(
  body: Buffer,
  {
    reason,
    callId = "",
    receivedAt = LONG_AGO,
    contentEncoding = null,
  }: {
    reason?: QuarantineReason;
    callId?: string;
    receivedAt?: Date;
    contentEncoding?: string | null;
  } = {},
): Promise<string> {
  const details = { contentEncoding, sourceIp: "192.0.2.7", receivedAt };
  const recorded =
    reason === undefined
      ? await recordBody(body, details)
      : await record(received(body, details), { understood: false, callId, reason }, NO_HURRY);
  return recorded.deliveryId;
}

test("row 37: a replayed delivery is applied with its original time of receipt; a second replay changes nothing", async ({
  database: { sql },
}) => {
  // As quarantined by an older version that did not find the call's id.
  const id = await store(complete("r37", { status: "completed", total_duration: 61 }), { reason: "call_id_missing" });
  expect(await sql`select 1 from calls`).toHaveLength(0);

  expect(await replay(id)).toEqual({ id, callId: "r37", before: "quarantined", verdict: "applied", reason: null });
  const stored = await getDelivery(id);
  expect(stored).toMatchObject({
    callId: "r37",
    verdict: "applied",
    reason: null,
    outcome: "complete",
    timesReceived: 1,
    receivedAt: LONG_AGO,
    lastReceivedAt: LONG_AGO,
  });
  expect(stored?.replayedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);

  const snapshot = () => sql`
    select calls.*, call_details.facts, call_details.transcript from calls join call_details using (call_id)
    where call_id = 'r37'`;
  // The API has answered in the meantime, so another replay must not request the call again.
  await sql`update calls set enrichment_state = 'done', enrichment_due_at = null, enrichment_attempts = 2`;
  const before = await snapshot();
  expect(before).toMatchObject([
    { outcome: "complete", duration_seconds: 61, first_received_at: LONG_AGO, last_received_at: LONG_AGO },
  ]);
  expect(await replay(id)).toMatchObject({ before: "applied", verdict: "applied" });
  expect(await snapshot()).toEqual(before);
  expect(await getDelivery(id)).toMatchObject({ timesReceived: 1, receivedAt: LONG_AGO, lastReceivedAt: LONG_AGO });
});

test("row 8: a delivery from an unexpected address is applied when a person replays it", async ({
  database: { sql },
}) => {
  const id = await store(complete("r8"), { reason: "unexpected_address", callId: "r8" });
  expect(await replay(id)).toMatchObject({ verdict: "applied", callId: "r8" });
  expect(await sql`select enrichment_state, enrichment_due_at <= now() as due from calls`).toEqual([
    { enrichment_state: "pending", due: true },
  ]);
});

test("a replay is merged by rank: a higher-ranked delivery received in the meantime keeps the outcome", async ({
  database: { sql },
}) => {
  const early = await store(Buffer.from('{"call_id":"rank","payload":{"type":"no_answer"}}'), {
    reason: "unexpected_address",
    callId: "rank",
  });
  await store(complete("rank", { status: "completed" }), { receivedAt: new Date("2026-01-05T09:00:00Z") });
  await sql`update calls set enrichment_state = 'done', enrichment_due_at = null`;

  expect(await replay(early)).toMatchObject({ verdict: "superseded" });
  expect(await sql`select outcome, status, enrichment_state, first_received_at from calls`).toEqual([
    { outcome: "complete", status: "completed", enrichment_state: "done", first_received_at: LONG_AGO },
  ]);
});

test("a delivery that is still not understood stays quarantined, with the new reason", async ({
  database: { sql },
}) => {
  const id = await store(Buffer.from("{not json"), { reason: "too_deep" });
  expect(await replay(id)).toEqual({
    id,
    callId: "",
    before: "quarantined",
    verdict: "quarantined",
    reason: "not_json",
  });
  expect(await getDelivery(id)).toMatchObject({ verdict: "quarantined", reason: "not_json" });
  expect(await sql`select 1 from calls`).toHaveLength(0);
});

test("an applied delivery keeps its verdict if its body is no longer understood", async ({ database: { sql } }) => {
  const id = await store(complete("kept"));
  await sql`update deliveries set body = 'x'`;
  expect(await replay(id)).toMatchObject({ before: "applied", verdict: "applied", reason: "not_json" });
  expect(await getDelivery(id)).toMatchObject({ verdict: "applied", reason: null });
});

test("a replayed body that was applied on a later receipt becomes a duplicate", async ({ database: { sql } }) => {
  const body = complete("twin", { total_duration: 5 });
  const quarantined = await store(body, { reason: "call_id_missing" });
  const understood = await store(body, { receivedAt: new Date("2026-01-05T09:00:00Z") });
  expect(await replay(quarantined)).toMatchObject({ verdict: "duplicate", callId: "twin" });
  expect(await getDelivery(quarantined)).toMatchObject({ verdict: "duplicate", reason: null });
  expect(await getDelivery(understood)).toMatchObject({ verdict: "applied", timesReceived: 1 });
  expect(await sql`select count(*)::int as count from calls`).toEqual([{ count: 1 }]);
});

test("a compressed body is replayed too", async () => {
  const id = await store(gzipSync(complete("zipped")), { reason: "undecodable", contentEncoding: "gzip" });
  expect(await replay(id)).toMatchObject({ verdict: "applied", callId: "zipped" });
});

test("an unknown delivery cannot be replayed", async () => {
  expect(await replay("00000000-0000-4000-8000-000000000000")).toBeNull();
});

test("replaying a reason replays its deliveries in bounded batches, and no others", async ({ database: { sql } }) => {
  for (let index = 0; index < 120; index += 1) {
    const receivedAt = new Date(LONG_AGO.getTime() + index * 1000);
    // Every tenth delivery stays quarantined and must not be replayed again.
    const body = index % 10 === 9 ? Buffer.from(`[${index}]`) : complete(`all-${index}`);
    await store(body, { reason: "call_id_missing", receivedAt });
  }
  const other = await store(complete("other"), { reason: "unexpected_address", callId: "other" });
  const until = new Date();
  const verdicts: string[] = [];
  let after: Parameters<typeof replayReasonBatch>[1]["after"] = null;
  let batches = 0;
  do {
    const batch = await replayReasonBatch("call_id_missing", { after, until, budgetMs: 10_000 });
    verdicts.push(...batch.replayed.map(({ verdict }) => verdict));
    after = batch.next;
    batches += 1;
  } while (after !== null && batches < 10);
  expect(batches).toBe(3);
  expect(verdicts.filter((verdict) => verdict === "applied")).toHaveLength(108);
  expect(verdicts.filter((verdict) => verdict === "quarantined")).toHaveLength(12);
  expect(
    await sql`select reason, count(*)::int as count from deliveries where reason is not null group by 1 order by 1`,
  ).toEqual([
    { reason: "not_an_object", count: 12 },
    { reason: "unexpected_address", count: 1 },
  ]);
  expect(await getDelivery(other)).toMatchObject({ verdict: "quarantined" });
});

test("a batch that runs out of time returns the position to continue from", async () => {
  for (let index = 0; index < 3; index += 1) {
    await store(complete(`slow-${index}`), { reason: "not_json", receivedAt: new Date(LONG_AGO.getTime() + index) });
  }
  const first = await replayReasonBatch("not_json", { after: null, until: new Date(), budgetMs: -1 });
  expect(first.replayed.map(({ callId }) => callId)).toEqual(["slow-0"]);
  const rest = await replayReasonBatch("not_json", { after: first.next, until: new Date(), budgetMs: 10_000 });
  expect(rest.replayed.map(({ callId }) => callId)).toEqual(["slow-1", "slow-2"]);
  expect(rest.next).toBeNull();
});

test("the filtered log is paged in both directions by time and id", async () => {
  for (let index = 0; index < 60; index += 1) {
    // Three deliveries at each time, ordered by id.
    const receivedAt = new Date(LONG_AGO.getTime() + Math.floor(index / 3) * 1000);
    await store(complete(`log-${index}`), { receivedAt, ...(index % 2 === 0 ? {} : { reason: "not_json" as const }) });
  }
  const filter = { ...NO_DELIVERY_FILTER, verdict: ["quarantined" as const] };
  const first = await listDeliveries(filter, { cursor: null, perPage: 12 });
  expect(first.previousCursor).toBeNull();
  const second = await listDeliveries(filter, { cursor: first.nextCursor, perPage: 12 });
  const third = await listDeliveries(filter, { cursor: second.nextCursor, perPage: 12 });
  expect(third.nextCursor).toBeNull();
  const all = [...first.rows, ...second.rows, ...third.rows];
  expect(new Set(all.map(({ id }) => id)).size).toBe(30);
  expect(all.map(({ verdict }) => verdict)).toEqual(Array(30).fill("quarantined"));
  const order = all.map(({ receivedAt, id }) => `${receivedAt.toISOString()} ${id}`);
  expect(order).toEqual(order.toSorted().toReversed());
  const back = await listDeliveries(filter, { cursor: third.previousCursor, perPage: 12 });
  expect(back.rows).toEqual(second.rows);
  const start = await listDeliveries(filter, { cursor: second.previousCursor, perPage: 12 });
  expect(start).toMatchObject({ rows: first.rows, previousCursor: null });
});
