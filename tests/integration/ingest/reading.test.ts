import { MAX_BODY_BYTES } from "@/lib/sarj/body";
import { type App, startApp } from "@/tests/fixtures/app";
import { rawRequest } from "@/tests/fixtures/raw-http";
import { residentMemory } from "@/tests/fixtures/resident-memory";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

test.beforeEach(({ database }) => database.empty());

const MEGABYTE = 1024 * 1024;

test.describe("row 13: a body over 4 MB", () => {
  let app: App;
  test.beforeAll(async ({ database }) => {
    app = await startApp({ databaseUrl: database.url });
  });
  test.afterAll(() => app.stop());

  for (const [name, head] of [
    ["with a Content-Length", { "Content-Length": String(256 * MEGABYTE) }],
    ["in chunks without a Content-Length", { "Transfer-Encoding": "chunked" }],
  ] as const) {
    test(`row 13: ${name}, it is answered 413, and memory use stays flat`, async ({ database }) => {
      const before = residentMemory(app.pid);
      const request = rawRequest(app.webhookUrl, { ...head, "Content-Type": "application/json" });
      const piece = Buffer.alloc(64 * 1024, 0x20);
      const isChunked = "Transfer-Encoding" in head;
      const closed = new Promise((resolve) => request.socket.once("close", resolve));
      let peak = before ?? 0;
      for (let sent = 0; sent < 256 * MEGABYTE && !request.socket.destroyed; sent += piece.length) {
        await Promise.race([
          request.write(isChunked ? Buffer.concat([Buffer.from("10000\r\n"), piece, Buffer.from("\r\n")]) : piece),
          closed,
        ]);
        peak = Math.max(peak, residentMemory(app.pid) ?? 0);
      }
      const answer = await request.answer;
      expect(answer?.status).toBe(413);
      expect(answer?.head).toContain("connection: close");
      expect(request.socket.bytesWritten, "the rest is not read").toBeLessThan(32 * MEGABYTE);
      if (before !== null) {
        expect(peak - before).toBeLessThan(64 * MEGABYTE);
      }
      expect(await database.sql`select from deliveries`).toHaveLength(0);
    });
  }

  for (const [target, isChunked] of [
    ["the webhook", true],
    ["the webhook", false],
    ["a page", true],
    ["a page", false],
  ] as const) {
    test(`row 13: a client of ${target} that looks for an answer only when it cannot write on sees the 413, ${isChunked ? "in chunks" : "with a Content-Length"}`, async () => {
      const request = rawRequest(target === "a page" ? `${app.url}/calls` : app.webhookUrl, {
        ...(isChunked ? { "Transfer-Encoding": "chunked" } : { "Content-Length": String(256 * MEGABYTE) }),
        "Content-Type": "application/json",
      });
      request.socket.pause();
      const bytes = Buffer.alloc(64 * 1024, 0x20);
      const piece = isChunked ? Buffer.concat([Buffer.from("10000\r\n"), bytes, Buffer.from("\r\n")]) : bytes;
      const closed = new Promise((resolve) => request.socket.once("close", resolve));
      let waited = 0;
      while (waited < 100 && !request.socket.destroyed) {
        const began = performance.now();
        await Promise.race([request.write(piece), closed]);
        waited = performance.now() - began;
      }
      request.socket.resume();
      expect((await request.answer)?.status).toBe(413);
      request.socket.destroy();
    });
  }

  test("row 13: a body of exactly 4 MB is accepted, one byte more is refused", async ({ database }) => {
    const body = JSON.stringify(notCompleted("four-megabytes"));
    const padded = (bytes: number) => body.padEnd(bytes, " ");
    const accepted = await fetch(app.webhookUrl, { method: "POST", body: padded(MAX_BODY_BYTES) });
    expect(accepted.status).toBe(200);
    const refused = await fetch(app.webhookUrl, { method: "POST", body: padded(MAX_BODY_BYTES + 1) });
    expect(refused.status).toBe(413);
    expect(await database.sql`select length(body)::int as length from deliveries`).toEqual([
      { length: MAX_BODY_BYTES },
    ]);
  });
});

test("row 14: a body that is incomplete after 8 s is answered 408, and nothing is stored", async ({
  app,
  database,
}) => {
  const body = JSON.stringify(complete("row-14"));
  const still = rawRequest(app.webhookUrl, { "Content-Length": String(body.length) });
  const trickling = rawRequest(app.webhookUrl, { "Transfer-Encoding": "chunked" });
  const began = performance.now();
  await still.write(body.slice(0, 100));
  const trickle = setInterval(() => void trickling.write("1\r\n \r\n"), 200);
  for (const request of [still, trickling]) {
    const answer = await request.answer;
    expect(answer?.status).toBe(408);
    expect(answer?.head).toContain("connection: close");
  }
  clearInterval(trickle);
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(7500);
  expect(took, "within the vendor's 10 s").toBeLessThan(9500);
  expect(await database.sql`select from deliveries`).toHaveLength(0);
});

test("row 14: a body that arrives in pieces within 8 s is accepted", async ({ app }) => {
  const body = JSON.stringify(notCompleted("in-pieces"));
  const request = rawRequest(app.webhookUrl, { "Content-Length": String(body.length) });
  for (const piece of body) {
    await request.write(piece);
  }
  expect((await request.answer)?.status).toBe(200);
});

test("row 15: a broken connection stores nothing", async ({ database }) => {
  const app = await startApp({ databaseUrl: database.url });
  const body = JSON.stringify(complete("row-15"));
  const headers = [{ "Content-Length": String(body.length) }, { "Transfer-Encoding": "chunked" }];
  for (const head of headers) {
    for (const end of ["destroy", "resetAndDestroy", "end"] as const) {
      const request = rawRequest(app.webhookUrl, head);
      const half = body.slice(0, body.length / 2);
      await request.write("Content-Length" in head ? half : `${half.length.toString(16)}\r\n${half}\r\n`);
      request.socket[end]();
    }
  }
  const cutOff = () => app.logs().split('"error_code":"cut_off"').length - 1;
  await expect.poll(cutOff).toBe(6);
  expect((await fetch(app.webhookUrl, { method: "POST", body })).status, "the next delivery is recorded").toBe(200);
  await app.stop();
  expect(app.logs()).not.toContain("console");
  expect(app.logs().toLowerCase()).not.toContain("unhandled");
  expect(await database.sql`select call_id, times_received from deliveries`).toEqual([
    { call_id: "row-15", times_received: 1 },
  ]);
});

test("row 30: a transcript of 2 MB is stored completely, and its beginning can be searched", async ({
  app,
  database,
}) => {
  // Many distinct short words are the worst case for the size of a tsvector.
  const words = Array.from({ length: 260_000 }, (_, index) => `w${index.toString(36)}`).join(" ");
  const content = `${words} zzlast`;
  expect(content.length).toBeGreaterThan(1.4 * MEGABYTE);
  const enhanced_transcript = {
    transcript: {
      messages: [
        { type: "message", role: "user", content, start_at: 1 },
        { role: "assistant", content: "م".repeat(300_000) },
      ],
    },
    errors: [],
  };
  const response = await fetch(app.webhookUrl, {
    method: "POST",
    body: JSON.stringify(complete("row-30", { enhanced_transcript })),
  });
  expect([response.status, await response.json()]).toMatchObject([200, { verdict: "applied" }]);
  const [row] = await database.sql`
    select transcript, search @@ 'w1' as first_is_found, search @@ 'zzlast' as last_is_found
    from call_details where call_id = 'row-30'`;
  expect(row?.["transcript"][0].content === content).toBe(true);
  expect(row?.["transcript"][1].content).toHaveLength(300_000);
  expect(row).toMatchObject({ first_is_found: true, last_is_found: false });
});
