import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "@playwright/test";

import { parseCallFilter } from "@/lib/call/filter";
import { combinations, NUMBERS, singleFilters } from "@/tests/bench/filters";
import { send, templates } from "@/tests/bench/load";
import { inTurn, ratios, spread } from "@/tests/bench/rounds";

type Body = { call_id: string; payload: { call_data: { call_id: string; phone_number: string } } };

/** A server that answers every request with this status and collects the bodies. */
async function receiver(status: number) {
  const bodies: Body[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      bodies.push(JSON.parse(Buffer.concat(pieces).toString("utf8")) as Body);
      response.writeHead(status, { "content-type": "application/json" });
      // In two pieces, without a length: chunked.
      response.write('{"verdict":');
      response.end('"applied"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { bodies, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test("the sender sends distinct calls of the vendor, as many as it is told, and counts each answer", async () => {
  const { bodies, port, close } = await receiver(200);
  const load = await send({ port, path: "/", connections: 8, seconds: 60, requests: 300 });
  close();
  expect(load.requests).toBe(300);
  expect(load.p50).toBeLessThanOrEqual(load.p99);
  expect(new Set(bodies.map((body) => body.call_id)).size).toBe(300);
  expect(new Set(bodies.map((body) => body.payload.call_data.phone_number)).size).toBeGreaterThan(290);
  for (const { call_id, payload } of bodies) {
    expect(payload.call_data.call_id).toBe(call_id);
    expect(payload.call_data.phone_number).toMatch(/^\+\d{11,13}$/);
  }
});

test("a run with another answer than 200 does not count", async () => {
  const { port, close } = await receiver(202);
  await expect(send({ port, path: "/", connections: 2, seconds: 60, requests: 4 })).rejects.toThrow('{"202":4}');
  close();
});

test("the bodies have 2.5 kB on average, with Arabic letters", () => {
  const bodies = templates().map(({ body }) => Buffer.from(body));
  const average = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length;
  expect(bodies.length).toBeGreaterThanOrEqual(100);
  expect(Math.abs(average - 2_500)).toBeLessThan(150);
  expect(bodies.filter((body) => !/\p{Script=Arabic}/u.test(body.toString("utf8")))).toEqual([]);
});

test("the two sides take turns, and the one that begins changes", async () => {
  const order: string[] = [];
  const side = (name: string) => async () => {
    order.push(name);
    return order.length;
  };
  const { one, other } = await inTurn(3, side("one"), side("other"));
  expect(order).toEqual(["one", "other", "other", "one", "one", "other"]);
  expect([one, other]).toEqual([
    [1, 4, 5],
    [2, 3, 6],
  ]);
  expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test("the filters are fifty different ones, the same in each run, and the product understands all of them", () => {
  const until = new Date("2026-11-27T13:00:00Z");
  const some = combinations(until);
  expect(new Set(some).size).toBe(50);
  expect(combinations(until)).toEqual(some);
  const all = [...some, ...singleFilters(until), ...NUMBERS.map((digits) => `phone=${encodeURIComponent(digits)}`)];
  const ignored = all.flatMap(
    (query) => parseCallFilter(Object.fromEntries(new URLSearchParams(query)), "Asia/Riyadh").ignored,
  );
  expect(ignored).toEqual([]);
});
