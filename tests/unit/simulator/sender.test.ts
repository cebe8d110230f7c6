import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "@playwright/test";

import { generateCall, generateCalls } from "@/scripts/simulator/generate";
import { deliver, deliverAll, VENDOR_RETRY_POLICY } from "@/scripts/simulator/sender";
import { startVendor } from "@/scripts/simulator/server";
import { sendCall, sendHistory, startLive } from "@/scripts/simulator/traffic";
import type { Vendor } from "@/scripts/simulator/vendor";

const DAY = 86_400_000;

interface Delivery {
  callId: string;
  at: number;
  body: { call_id: string; payload: { type: string; call_data?: { recording_url: string | null } | null } };
}

interface Receiver {
  url: string;
  deliveries: Delivery[];
  maxConcurrent: number;
  close(): Promise<void>;
}

/** Starts a receiver of webhooks that records each delivery. Without `answer` it responds with 200. */
async function receive(
  answer: (response: ServerResponse, number: number) => void | Promise<void> = (response) => void response.end(),
): Promise<Receiver> {
  let concurrent = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    concurrent += 1;
    receiver.maxConcurrent = Math.max(receiver.maxConcurrent, concurrent);
    response.on("close", () => (concurrent -= 1));
    const at = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Delivery["body"];
    receiver.deliveries.push({ callId: body.call_id, at, body });
    await answer(response, receiver.deliveries.length);
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/sarj/secret`,
    deliveries: [],
    maxConcurrent: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

const quickRetries = { attempts: 3, pauseMs: 20, timeoutMs: 10_000 };
const webhook = generateCall({ seed: "w", endedAt: Date.now() }).webhook;

test("the vendor's retry policy is three attempts, 2 s apart, 10 s each", () => {
  expect(VENDOR_RETRY_POLICY).toEqual({ attempts: 3, pauseMs: 2000, timeoutMs: 10_000 });
});

test("a refused delivery is attempted three times, 2 s apart, then fails", async () => {
  const receiver = await receive((response) => void response.writeHead(500).end());
  const result = await deliver(receiver.url, webhook);
  expect(result).toMatchObject({
    callId: webhook.call_id,
    delivered: false,
    attempts: [{ status: 500 }, { status: 500 }, { status: 500 }],
  });
  const [first, second, third] = receiver.deliveries.map(({ at }) => at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1990);
  expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(1990);
  expect(receiver.deliveries.map(({ body }) => body)).toEqual([webhook, webhook, webhook]);
  await receiver.close();
});

for (const [status, delivered] of [
  [200, true],
  [202, true],
  [204, true],
  [308, false],
  [404, false],
  [503, false],
] as const) {
  test(`${status} is ${delivered ? "a success" : "a failure"}`, async () => {
    const receiver = await receive((response) => void response.writeHead(status, { Location: "/elsewhere" }).end());
    const result = await deliver(receiver.url, webhook, { retryPolicy: quickRetries });
    expect(result.delivered).toBe(delivered);
    expect(receiver.deliveries).toHaveLength(delivered ? 1 : 3);
    await receiver.close();
  });
}

test("attempts stop at the first success", async () => {
  const receiver = await receive((response, number) => void response.writeHead(number < 2 ? 503 : 200).end());
  const result = await deliver(receiver.url, webhook, { retryPolicy: quickRetries });
  expect(result.attempts.map(({ status }) => status)).toEqual([503, 200]);
  await receiver.close();
});

test("a time-out and a refused connection are failures without a status", async () => {
  const receiver = await receive(() => undefined);
  const timedOut = await deliver(receiver.url, webhook, { retryPolicy: { ...quickRetries, timeoutMs: 150 } });
  expect(timedOut.attempts).toMatchObject([{ error: "timeout" }, { error: "timeout" }, { error: "timeout" }]);
  expect(timedOut.attempts[0]?.ms).toBeGreaterThanOrEqual(140);
  await receiver.close();
  const refused = await deliver(receiver.url, webhook, { retryPolicy: quickRetries });
  expect(refused.attempts.map(({ status, error }) => [status, error])).toEqual([
    [null, "connection"],
    [null, "connection"],
    [null, "connection"],
  ]);
});

test("a signal ends the attempts during a pause", async () => {
  const stop = new AbortController();
  const receiver = await receive((response) => {
    response.writeHead(500).end();
    stop.abort();
  });
  const result = await deliver(receiver.url, webhook, { signal: stop.signal });
  expect(result.delivered).toBe(false);
  expect(receiver.deliveries).toHaveLength(1);
  await receiver.close();
});

test.describe("many deliveries", () => {
  const bodies = generateCalls({ seed: "many", count: 40, from: Date.now() - DAY, to: Date.now() }).map(
    (call) => call.webhook,
  );
  const ids = bodies.map(({ call_id }) => call_id);

  test("are sent in order, at most `concurrency` at the same time", async () => {
    const one = await receive();
    await deliverAll(bodies, { webhookUrl: one.url, concurrency: 1 });
    expect(one.deliveries.map(({ callId }) => callId)).toEqual(ids);
    await one.close();
    const four = await receive(
      (response) => new Promise((resolve) => setImmediate(() => resolve(void response.end()))),
    );
    const results = await deliverAll(bodies, { webhookUrl: four.url, concurrency: 4 });
    expect(results.filter(({ delivered }) => delivered)).toHaveLength(40);
    expect(four.maxConcurrent).toBeLessThanOrEqual(4);
    expect(four.maxConcurrent).toBeGreaterThan(1);
    await four.close();
  });

  test("are sent in another order on request, which is always the same for a seed", async () => {
    const orders: string[][] = [];
    for (const seed of ["a", "a", "b"]) {
      const receiver = await receive();
      await deliverAll(bodies, { webhookUrl: receiver.url, concurrency: 1, order: "shuffled", seed });
      orders.push(receiver.deliveries.map(({ callId }) => callId));
      await receiver.close();
    }
    const [first, second, third] = orders;
    expect(first).toEqual(second);
    expect(first).not.toEqual(third);
    expect(first).not.toEqual(ids);
    expect(first?.toSorted()).toEqual(ids.toSorted());
  });

  test("are sent twice: late duplicates after all others, same-moment duplicates back to back", async () => {
    const late = await receive();
    await deliverAll(bodies, { webhookUrl: late.url, concurrency: 1, duplicates: { count: 5, when: "late" } });
    expect(late.deliveries.slice(0, 40).map(({ callId }) => callId)).toEqual(ids);
    expect(new Set(late.deliveries.slice(40).map(({ callId }) => callId)).size).toBe(5);
    await late.close();

    const sameMoment = await receive();
    await deliverAll(bodies, {
      webhookUrl: sameMoment.url,
      concurrency: 1,
      duplicates: { count: 5, when: "same-moment" },
    });
    const order = sameMoment.deliveries.map(({ callId }) => callId);
    expect(order).toHaveLength(45);
    expect(order.filter((id, index) => id === order[index - 1])).toHaveLength(5);
    await sameMoment.close();
  });
});

test.describe("traffic", () => {
  let vendor: Vendor;
  let receiver: Receiver;
  test.beforeEach(async () => {
    vendor = await startVendor();
    receiver = await receive();
  });
  test.afterEach(async () => {
    await Promise.all([vendor.close(), receiver.close()]);
  });

  test("history: the vendor knows every call that is sent", async () => {
    const now = Date.parse("2026-07-14T12:00:00Z");
    const seen: number[] = [];
    const { calls, failed } = await sendHistory({
      webhookUrl: receiver.url,
      vendor,
      count: 150,
      days: 20,
      now,
      duplicates: 0.1,
      onProgress: ({ sent }) => seen.push(sent),
    });
    expect(failed).toEqual([]);
    expect(receiver.deliveries).toHaveLength(165);
    expect(seen.at(-1)).toBe(165);
    expect(new Set(receiver.deliveries.map(({ callId }) => callId))).toEqual(new Set(calls.map(({ id }) => id)));
    for (const { id } of calls) expect(vendor.call(id)).toBeDefined();
    const urls = receiver.deliveries.flatMap(({ body }) => body.payload.call_data?.recording_url ?? []);
    expect(urls.length).toBeGreaterThan(20);
  });

  test("one call: the vendor knows it before its webhook arrives, and its recording is already playable", async () => {
    const call = generateCall({ seed: "one", endedAt: Date.now(), recorded: true, language: "ur" });
    const result = await sendCall({ webhookUrl: receiver.url, vendor, call });
    expect(result.delivered).toBe(true);
    const url = receiver.deliveries[0]?.body.payload.call_data?.recording_url ?? "";
    expect((await fetch(url)).status).toBe(200);
  });

  test("live: calls are sent until `stop()`", async () => {
    const live = startLive({ webhookUrl: receiver.url, vendor, everySeconds: 0.02, seed: "live" });
    await expect.poll(() => receiver.deliveries.length).toBeGreaterThan(4);
    await live.stop();
    const count = receiver.deliveries.length;
    expect(new Set(receiver.deliveries.map(({ callId }) => callId)).size).toBe(count);
    for (const { callId } of receiver.deliveries) expect(vendor.call(callId)).toBeDefined();
  });
});
