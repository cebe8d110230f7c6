import { compareWithCall } from "@/db/calls/provenance";
import { getCall } from "@/db/calls/read";
import { countArrivals, readArrivalBounds } from "@/db/deliveries/arrivals";
import { countQuarantined, readSecretUse } from "@/db/deliveries/list";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { received, recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";
import { complete } from "@/tests/fixtures/webhooks";

// Prevents the start of the application, whose jobs would change the asserted data.
test.use({ baseURL: "http://localhost:1" });

test.beforeEach(async ({ database }) => {
  await database.empty();
});

const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));

async function store(body: Buffer, secretLabel = "aaaaaaaa", receivedAt: Date | null = null) {
  const { deliveryId } = await recordBody(body, { secretLabel, receivedAt });
  const interpretation = await interpret(received(body), { now: new Date(), allowedAddresses: ANY_ADDRESS });
  if (!interpretation.understood) {
    throw new Error("the body of this test is not understood");
  }
  return { id: deliveryId, facts: interpretation.facts };
}

test("the fields of a delivery are compared with the stored values of its call and their sources", async () => {
  const early = await store(Buffer.from('{"call_id":"p","payload":{"type":"no_answer"}}'));
  const first = await store(bytes(complete("p", { report: null, total_duration: 61 })));
  const second = await store(
    bytes(complete("p", { report: { outcome: { status: "success" } }, total_duration: 90, direction: "outbound" })),
  );
  const details = (await getCall("p"))?.details ?? null;
  const resultOf = (delivery: typeof first, others: (typeof first)[]) =>
    Object.fromEntries(compareWithCall(delivery, details, others).map((row) => [row.field, row]));

  expect(resultOf(early, [first, second])["outcome"]).toEqual({
    field: "outcome",
    delivered: "no_answer",
    stored: "complete",
    result: "overridden",
    source: { kind: "complete", deliveryIds: [first.id] },
  });
  const ofFirst = resultOf(first, [early, second]);
  expect(ofFirst["outcome"]).toMatchObject({ result: "held", source: null });
  expect(ofFirst["durationSeconds"]).toMatchObject({ delivered: 61, stored: 61, result: "held" });
  // Both deliveries have the same value and rank, so the source is ambiguous.
  expect(ofFirst["direction"]).toMatchObject({ result: "agreed", source: { deliveryIds: [second.id] } });
  const ofSecond = resultOf(second, [early, first]);
  expect(ofSecond["durationSeconds"]).toMatchObject({
    delivered: 90,
    stored: 61,
    result: "overridden",
    source: { kind: "complete", deliveryIds: [first.id] },
  });
  expect(ofSecond["report"]).toMatchObject({ result: "held" });
  expect(Object.values(resultOf(first, []).durationSeconds ?? {})).toContain("held");
  expect(compareWithCall(first, null, []).every(({ result }) => result === "absent")).toBe(true);
});

test("row 4: the log shows the last use and the deliveries of the last day for each secret", async ({
  database: { sql },
}) => {
  const old = new Date(Date.now() - 3 * 86_400_000);
  await store(bytes(complete("s1")), "aaaaaaaa", old);
  await store(bytes(complete("s2")), "bbbbbbbb");
  // A repeated body counts as a use too.
  await store(bytes(complete("s1")), "aaaaaaaa");
  const [a, b, c] = await readSecretUse(["aaaaaaaa", "bbbbbbbb", "cccccccc"]);
  expect(a).toMatchObject({ label: "aaaaaaaa", lastDay: 0 });
  expect(a?.lastUsedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  expect(b).toMatchObject({ lastDay: 1 });
  expect(c).toEqual({ label: "cccccccc", lastUsedAt: null, lastDay: 0 });
  const [plan] = await sql`explain (format json) select last_received_at from deliveries
    where secret_label = 'aaaaaaaa' order by received_at desc limit 200`;
  expect(JSON.stringify(plan)).not.toContain('"Sort"');
});

test("arrivals are counted for each given period; the end of a period is exclusive", async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 4, 4, 9, minute));
  for (const minute of [0, 10, 20, 30]) {
    await store(bytes(complete(`a${minute}`)), "aaaaaaaa", at(minute));
  }
  expect(
    await countArrivals([
      { from: at(10), to: at(30) },
      { from: at(0), to: at(31) },
      { from: at(40), to: at(50) },
    ]),
  ).toEqual([2, 4, 0]);
  expect(await countArrivals([])).toEqual([]);
  expect(await readArrivalBounds()).toEqual({ first: at(0), last: at(30) });
});

test("quarantined deliveries are counted by reason", async () => {
  for (const body of ["{", "}", "[]"]) {
    await recordBody(Buffer.from(body));
  }
  expect(await countQuarantined()).toEqual([
    { reason: "not_json", count: 2 },
    { reason: "not_an_object", count: 1 },
  ]);
});
