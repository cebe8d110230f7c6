import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import ar from "@/lib/i18n/messages/ar/common.json" with { type: "json" };
import en from "@/lib/i18n/messages/en/common.json" with { type: "json" };
import { secretLabel } from "@/lib/sarj/secrets";
import { openDoor } from "@/scripts/bootstrap/door.mjs";
import { findFreePort } from "@/scripts/launcher/ports";
import { decodeDelivery } from "@/server/ingest/delivery-spool";
import { Spool } from "@/server/ingest/spool";
import { rawConnection, rawRequest } from "@/tests/fixtures/raw-http";
import { complete } from "@/tests/fixtures/webhooks";

/** The door that has the port while Callboard starts. What it stores is read with the application's own code. */

const SECRET = "door-secret-0123456789-ABCDEFGHIJKLMNOPQRST";
const OTHER = "other-secret-9876543210-abcdefghijklmnopqrs";

let folder: string;
let url: string;
let door: Awaited<ReturnType<typeof openDoor>>;
let lines: string[];

async function open(options: { readDeadlineMs?: number; clientIpHeader?: string } = {}): Promise<void> {
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  lines = [];
  const settings = {
    port,
    host: "127.0.0.1",
    secrets: [SECRET, OTHER],
    ownSecrets: [SECRET, OTHER],
    spoolDirectory: join(folder, "data/spool"),
    clientIpHeader: options.clientIpHeader,
    version: "0.1.0",
  };
  const { readDeadlineMs } = options;
  door = await openDoor(settings, {
    onLine: (line: string) => lines.push(line),
    ...(readDeadlineMs === undefined ? {} : { readDeadlineMs }),
  });
}

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "callboard-door-"));
});
test.afterEach(async () => {
  await door.close();
  rmSync(folder, { recursive: true, force: true });
});

function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(`${url}${path}`, { method: "POST", body, headers, redirect: "manual" });
}

/** What the application finds in the spool. */
async function drained() {
  const found: ReturnType<typeof decodeDelivery>[] = [];
  const spool = new Spool(join(folder, "data/spool"));
  const { damagedBytes } = await spool.drain(async (payload) => void found.push(decodeDelivery(payload)));
  expect(damagedBytes).toBe(0);
  return found;
}

test("a delivery is answered 202 and read by the application exactly as it came, also while the door is open", async () => {
  await open({ clientIpHeader: "x-real-ip" });
  const body = gzipSync(JSON.stringify(complete("compressed")));
  const before = Date.now();
  const answer = await post(`/webhooks/sarj/${SECRET}`, new Uint8Array(body), {
    "Content-Encoding": "gzip",
    "Content-Type": "application/json",
    "X-Real-IP": "1.1.1.1, 203.0.113.7",
    "X-Original-Path": `/webhooks/sarj/${SECRET}`,
    Cookie: "a=b",
  });
  expect([answer.status, await answer.json()]).toEqual([202, { verdict: "spooled", call_id: null, delivery_id: null }]);
  const [delivery, ...more] = await drained();
  expect(more).toEqual([]);
  expect(delivery).toMatchObject({
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    contentType: "application/json",
    contentEncoding: "gzip",
    sourceIp: "203.0.113.7",
    secretLabel: secretLabel(SECRET),
  });
  expect(Buffer.from(delivery?.body ?? [])).toEqual(body);
  expect(delivery?.receivedAt?.getTime()).toBeGreaterThanOrEqual(before);
  expect(delivery?.headers).toMatchObject({ "x-original-path": "/webhooks/sarj/[hidden]" });
  expect(delivery?.headers).not.toHaveProperty("cookie");
});

test("the answer and the log name the call; the log has no secret", async () => {
  await open();
  const answer = await post(`/webhooks/sarj/${OTHER}`, `\uFEFF${JSON.stringify(complete("call-7"))}`);
  expect(await answer.json()).toEqual({ verdict: "spooled", call_id: "call-7", delivery_id: null });
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({
      event: "delivery",
      level: "info",
      secret_label: secretLabel(OTHER),
      status: 202,
      verdict: "spooled",
      call_id: "call-7",
      error_code: "starting",
    }),
  ]);
  expect(lines.join("\n")).not.toContain(OTHER);
});

for (const [name, body] of Object.entries({
  "no JSON": "no JSON",
  nothing: "",
  null: "null",
  "a million levels": "[".repeat(1_000_000),
  "a number as id": '{"call_id": 7}',
  "a long id": JSON.stringify({ call_id: "x".repeat(201) }),
})) {
  test(`a body is stored whatever it is: ${name}`, async () => {
    await open();
    const answer = await post(`/webhooks/sarj/${SECRET}`, body);
    expect([answer.status, await answer.json()]).toEqual([
      202,
      { verdict: "spooled", call_id: null, delivery_id: null },
    ]);
    expect((await drained()).map((delivery) => Buffer.from(delivery.body).toString())).toEqual([body]);
  });
}

test("500 deliveries at once are all stored", async () => {
  await open();
  const ids = Array.from({ length: 500 }, (_, index) => `burst-${index}`);
  const answers = await Promise.all(ids.map((id) => post(`/webhooks/sarj/${SECRET}`, JSON.stringify(complete(id)))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const stored = (await drained()).map(({ body }) => JSON.parse(Buffer.from(body).toString()) as { call_id: string });
  expect(stored.map(({ call_id: id }) => id).sort()).toEqual(ids.sort());
});

test("every notation of the path that the route accepts is accepted", async () => {
  await open();
  const targets = [
    `/webhooks/sarj/${SECRET}/`,
    `//webhooks//sarj/${SECRET}`,
    `/webhooks\\sarj/${SECRET}`,
    `${url}/webhooks/sarj/${SECRET}`,
    `/webhooks/sarj/${SECRET}?a=//b&_rsc=1`,
    `/webhooks/sarj/${SECRET.replace("-", "%2D")}`,
  ];
  for (const target of targets) {
    const { answer } = rawRequest(url, { "Content-Length": "0" }, "POST", target);
    expect.soft((await answer)?.status, target).toBe(202);
  }
});

test("a wrong secret gets 404, always the same, and nothing is stored", async () => {
  await open();
  const wrong = [
    "/webhooks",
    "/webhooks/sarj",
    "/webhooks/sarj/",
    "/webhooks/sarj/x",
    `/webhooks/sarj/${SECRET}x`,
    `/webhooks/sarj/${SECRET.toLowerCase()}`,
    `/webhooks/sarj/${SECRET}/x`,
    `/webhooks/sarj/${SECRET},${OTHER}`,
    "/webhooks/sarj/%E0%A4%A",
  ];
  for (const path of wrong) {
    const answer = await post(path, JSON.stringify(complete("wrong")));
    expect.soft([answer.status, await answer.text()], path).toEqual([404, '{"error":"not_found"}']);
  }
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("another method gets 405", async () => {
  await open();
  for (const method of ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"]) {
    const answer = await fetch(`${url}/webhooks/sarj/${SECRET}`, { method });
    expect.soft([answer.status, answer.headers.get("allow")], method).toEqual([405, "POST"]);
  }
});

test("a body over 4 MB gets 413, announced or not", async () => {
  await open();
  const large = Buffer.alloc(4 * 1024 * 1024 + 1, "x");
  expect((await post(`/webhooks/sarj/${SECRET}`, large)).status).toBe(413);
  const chunked = rawRequest(`${url}/webhooks/sarj/${SECRET}`, { "Transfer-Encoding": "chunked" });
  const head = `${(1024 * 1024).toString(16)}\r\n`;
  for (let sent = 0; sent < 5; sent += 1) {
    await chunked.write(head);
    await chunked.write(Buffer.alloc(1024 * 1024, "x"));
    await chunked.write("\r\n");
  }
  expect((await chunked.answer)?.status).toBe(413);
  expect((await post(`/webhooks/sarj/${SECRET}`, large.subarray(1))).status).toBe(202);
  expect((await drained()).map(({ body }) => body.length)).toEqual([4 * 1024 * 1024]);
});

test("a body that is not complete in time gets 408, one that is cut off is not stored", async () => {
  await open({ readDeadlineMs: 200 });
  const slow = rawRequest(`${url}/webhooks/sarj/${SECRET}`, { "Content-Length": "10" });
  await slow.write("12345");
  expect((await slow.answer)?.status).toBe(408);
  const cut = rawRequest(`${url}/webhooks/sarj/${SECRET}`, { "Content-Length": "10" });
  await cut.write("12345");
  cut.socket.destroy();
  await cut.answer;
  expect(await drained()).toEqual([]);
});

test("strangers that keep more connections than there may be keep no delivery out", async () => {
  await open();
  const silent = Array.from({ length: 1100 }, () => rawConnection(url, "POST /x HTTP/1.1\n"));
  await Promise.all(silent.map(({ socket }) => once(socket, "connect")));
  expect((await post(`/webhooks/sarj/${SECRET}`, "{}")).status).toBe(202);
  expect(await drained()).toHaveLength(1);
  for (const { socket } of silent) {
    socket.destroy();
  }
});

test("a record that the disk has cut off later is kept as damaged, because it was answered 202", async () => {
  await open();
  expect((await post(`/webhooks/sarj/${SECRET}`, JSON.stringify(complete("cut")))).status).toBe(202);
  const spool = join(folder, "data/spool");
  const [name = ""] = readdirSync(spool);
  const { size } = statSync(join(spool, name));
  truncateSync(join(spool, name), size - 3);
  const found = await new Spool(spool).drain(async () => {});
  expect(found).toMatchObject({ delivered: 0, damagedBytes: size - 3, unfinishedBytes: 0 });
  expect(readdirSync(spool)).toEqual([expect.stringMatching(/\.damaged$/)]);
});

test("a disk that refuses is a 503, and the next delivery is stored when it does not", async () => {
  await open();
  writeFileSync(join(folder, "data"), "not a folder");
  const refused = await post(`/webhooks/sarj/${SECRET}`, JSON.stringify(complete("again")));
  expect([refused.status, refused.headers.get("retry-after"), await refused.json()]).toEqual([
    503,
    "2",
    { error: "not_stored", call_id: "again" },
  ]);
  rmSync(join(folder, "data"));
  expect((await post(`/webhooks/sarj/${SECRET}`, JSON.stringify(complete("again")))).status).toBe(202);
});

test("health says that Callboard is starting, and a page says so in the reader's language and loads itself again", async () => {
  await open();
  const health = await fetch(`${url}/api/health`);
  expect([health.status, await health.json()]).toEqual([
    503,
    expect.objectContaining({ status: "starting", database: "unavailable", last_delivery_at: null, version: "0.1.0" }),
  ]);
  const english = await fetch(`${url}/calls?outcome=no_answer`, {
    headers: { "Accept-Language": "de, en;q=0.9, ar;q=0.1" },
  });
  expect([english.status, english.headers.get("retry-after")]).toEqual([503, "5"]);
  const page = await english.text();
  expect(page).toContain(`<h1>${en.starting.title}</h1>`);
  expect(page).toContain('<meta http-equiv="refresh" content="3">');
  const headers = { "Accept-Language": "en", Cookie: "theme=dark; locale=ar" };
  expect(await (await fetch(`${url}/`, { headers })).text()).toContain(`<h1>${ar.starting.title}</h1>`);
  expect(await (await fetch(`${url}/api/v1/calls`)).json()).toEqual({ error: "starting" });
});

test("closing answers what is open, and accepts nothing more", async () => {
  await open();
  const slow = rawRequest(`${url}/webhooks/sarj/${SECRET}`, { "Content-Length": "2" });
  await slow.write("{");
  await wait(50);
  const closed = door.close();
  await expect(fetch(`${url}/api/health`)).rejects.toThrow("fetch failed");
  await slow.write("}");
  expect((await slow.answer)?.status).toBe(202);
  await closed;
  expect(await drained()).toHaveLength(1);
  expect(readdirSync(join(folder, "data/spool"))).toEqual([]);
});
