import { type App, startApp } from "@/tests/fixtures/app";
import { rawConnection, rawRequest } from "@/tests/fixtures/raw-http";
import { residentMemory } from "@/tests/fixtures/resident-memory";
import { expect, test } from "@/tests/fixtures/test";

/** Bodies of requests to anything but the webhook. */

const MEGABYTE = 1024 * 1024;
const PATHS = ["/sign-in", "/calls", "/api/auth/sign-in/email", "/api/health", "/nothing-here"];

for (const path of PATHS) {
  test(`row 65: a body over 1 MB to ${path} is answered 413, and one of 1 MB is read`, async ({ app }) => {
    const url = `${app.url}${path}`;
    const announced = await rawRequest(url, { "Content-Length": String(MEGABYTE + 1) }).answer;
    expect(announced).toMatchObject({ status: 413, body: '{"error":"too_large"}' });
    expect(announced?.head).toContain("connection: close");

    const chunked = rawRequest(url, { "Transfer-Encoding": "chunked" });
    await chunked.write(`${(MEGABYTE + 1).toString(16)}\r\n`);
    await chunked.write(Buffer.alloc(MEGABYTE + 1, 0x20));
    expect(await chunked.answer).toMatchObject({ status: 413, body: '{"error":"too_large"}' });

    const body = new Uint8Array(MEGABYTE);
    const allowed = await fetch(url, { method: "POST", body, headers: { origin: app.url } });
    expect(allowed.status).not.toBe(413);
  });
}

test("row 65: a browser gets the refusal as a page in its language", async ({ app }) => {
  const head = { "Content-Length": String(2 * MEGABYTE), Accept: "text/html,*/*;q=0.8" };
  const english = await rawRequest(`${app.url}/sign-in`, head).answer;
  expect(english?.head).toContain("content-security-policy: default-src 'none'");
  expect(english?.body).toContain("at most 1 MB at a time");
  const arabic = await rawRequest(`${app.url}/sign-in`, { ...head, "Accept-Language": "ar-SA" }).answer;
  expect(arabic?.body).toContain('<html lang="ar" dir="rtl">');
});

test("row 65: a client that waits for permission to send a large body gets 413 instead", async ({ app }) => {
  const connection = rawConnection(
    app.url,
    `POST /sign-in HTTP/1.1\nHost: x\nExpect: 100-continue\nContent-Length: ${2 * MEGABYTE}\n\n`,
  );
  await expect.poll(connection.statuses).toEqual([413]);
  connection.socket.destroy();

  const small = rawConnection(
    app.url,
    `POST /api/auth/sign-out HTTP/1.1\nHost: x\nOrigin: ${app.url}\nExpect: 100-continue\nContent-Length: 2\n\n`,
  );
  await expect.poll(small.statuses).toEqual([100]);
  small.socket.write("{}");
  await expect.poll(() => small.statuses().length).toBe(2);
  small.socket.destroy();
});

test("row 65: a body that pauses for 10 s or takes 30 s is answered 408", async ({ app }) => {
  test.setTimeout(90_000);
  const url = `${app.url}/sign-in`;
  const still = rawRequest(url, { "Content-Length": "1000" });
  const trickling = rawRequest(url, { "Transfer-Encoding": "chunked" });
  await still.write("x");
  const trickle = setInterval(() => void trickling.write("1\r\n \r\n"), 200);
  for (const request of [still, trickling]) {
    const answer = await request.answer;
    expect(answer).toMatchObject({ status: 408, body: '{"error":"too_slow"}' });
    expect(answer?.head).toContain("connection: close");
  }
  clearInterval(trickle);
});

test("row 65: a form that arrives in pieces is read as a whole", async ({ app }) => {
  const body = JSON.stringify({ email: "nobody@callboard.example", password: "not the password" });
  const request = rawRequest(`${app.url}/api/auth/sign-in/email`, {
    "Content-Type": "application/json",
    Origin: app.url,
    "Transfer-Encoding": "chunked",
  });
  for (const character of body) {
    await request.write(`1\r\n${character}\r\n`);
  }
  await request.write("0\r\nX-Trailer: ignored\r\n\r\n");
  expect((await request.answer)?.status).toBe(401);
});

test.describe("row 65: memory", () => {
  let app: App;
  test.beforeAll(async ({ database }) => {
    app = await startApp({ databaseUrl: database.url });
    // The first requests load code, and the first garbage makes the heap grow: neither is kept of a body.
    const body = new Uint8Array(MEGABYTE);
    for (let request = 0; request < 60; request += 1) {
      const path = PATHS[request % PATHS.length];
      await fetch(`${app.url}${path}`, { method: "POST", body, headers: { origin: app.url } });
    }
  });
  test.afterAll(() => app.stop());

  for (const [name, head, bytes] of [
    ["of 10 MB", (length: number) => ({ "Content-Length": String(length) }), 10 * MEGABYTE],
    ["of 10 MB in chunks", () => ({ "Transfer-Encoding": "chunked" }), 10 * MEGABYTE],
    ["of 1 MB", (length: number) => ({ "Content-Length": String(length) }), MEGABYTE],
  ] as const) {
    test(`row 65: 60 unfinished bodies ${name} take little memory`, async () => {
      test.setTimeout(120_000);
      const before = residentMemory(app.pid);
      test.skip(before === null, "needs /proc");
      const piece = Buffer.alloc(64 * 1024, 0x20);
      const isChunked = "Transfer-Encoding" in head(bytes);
      const requests = Array.from({ length: 60 }, (_, index) =>
        rawRequest(`${app.url}${PATHS[index % PATHS.length]}`, head(bytes)),
      );
      let peak = 0;
      const send = async ({ socket, write }: (typeof requests)[number]) => {
        const closed = new Promise((resolve) => socket.once("close", resolve));
        // All but the last piece.
        for (let sent = piece.length; sent < bytes && !socket.destroyed; sent += piece.length) {
          await Promise.race([
            write(isChunked ? Buffer.concat([Buffer.from("10000\r\n"), piece, Buffer.from("\r\n")]) : piece),
            closed,
          ]);
          peak = Math.max(peak, residentMemory(app.pid) ?? 0);
        }
      };
      await Promise.all(requests.map(send));
      const growth = peak - (before ?? 0);
      test.info().annotations.push({ type: "growth in MB", description: String(Math.round(growth / MEGABYTE)) });
      expect(growth).toBeLessThan(120 * MEGABYTE);
      expect((await fetch(`${app.url}/api/health`)).status).toBe(200);
      for (const { socket } of requests) {
        socket.destroy();
      }
    });
  }
});
