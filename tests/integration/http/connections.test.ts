import type { App } from "@/tests/fixtures/app";
import { rawConnection } from "@/tests/fixtures/raw-http";
import { expect, test } from "@/tests/fixtures/test";
import { notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

/** Connections that a stranger may open: how many, for how long, and with which requests. */

const health = (connection = "keep-alive") => `GET /api/health HTTP/1.1\nHost: x\nConnection: ${connection}\n\n`;

function delivery(app: App, callId: string, headers = ""): string {
  const body = JSON.stringify(notCompleted(callId));
  const { pathname } = new URL(app.webhookUrl);
  return `POST ${pathname} HTTP/1.1\nHost: x\n${headers}Content-Length: ${body.length}\n\n${body}`;
}

test("row 66: a head that takes 10 s is answered 408, and a connection that says nothing is closed", async ({
  app,
}) => {
  const half = rawConnection(app.url, "GET /sign-in HTTP/1.1\nHost: x\n");
  const trickle = setInterval(() => half.socket.write("X-More: 1\r\n"), 500);
  const silent = rawConnection(app.url);
  expect(await silent.closed).toBe("");
  expect(await half.closed).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(trickle);
});

test("row 66: the second request of a connection has the same limit", async ({ app }) => {
  const connection = rawConnection(app.url, health());
  await expect.poll(connection.statuses).toEqual([200]);
  const trickle = setInterval(() => connection.socket.write("X-More: 1\r\n"), 500);
  connection.socket.write("GET /sign-in HTTP/1.1\r\nHost: x\r\n");
  await connection.closed;
  clearInterval(trickle);
  expect(connection.statuses()).toEqual([200, 408]);
});

test("row 66: requests that are sent at once are answered in order", async ({ app }) => {
  const connection = rawConnection(
    app.url,
    `${health()}GET /nothing-here HTTP/1.1\nHost: x\n\n${delivery(app, "pipelined")}${health("close")}`,
  );
  await connection.closed;
  expect(connection.statuses()).toEqual([200, 404, 200, 200]);
});

test("row 66: a refused request changes nothing for the one before it", async ({ app }) => {
  const connection = rawConnection(
    app.url,
    `${delivery(app, "before-a-refused-one")}POST /sign-in HTTP/1.1\nHost: x\nContent-Length: 99999999\n\n`,
  );
  await expect.poll(connection.statuses).toEqual([200, 413]);
  connection.socket.end();
  await connection.closed;
});

test("row 66: a connection with more than 16 unanswered requests is closed", async ({ app }) => {
  const connection = rawConnection(app.url, "GET /sign-in HTTP/1.1\nHost: x\n\n".repeat(500));
  await connection.closed;
  expect(connection.statuses().length).toBeLessThan(20);
  await postWebhook(app, notCompleted("after-too-many"));
});

for (const [name, headers] of [
  [
    "a protocol to change to, as Java's client does",
    "Connection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\n",
  ],
  [
    "a websocket",
    "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n",
  ],
  ["permission to send the body", "Expect: 100-continue\n"],
] as const) {
  test(`row 66: a delivery that asks for ${name} is stored`, async ({ app, database }) => {
    const callId = `asks-${name.length}`;
    const connection = rawConnection(app.url, delivery(app, callId, headers));
    await expect.poll(() => connection.statuses().at(-1)).toBe(200);
    connection.socket.destroy();
    expect(await database.sql`select from calls where call_id = ${callId}`).toHaveLength(1);
  });
}

for (const [name, text, status] of [
  [
    "a websocket on an unknown path",
    "GET /nothing-here HTTP/1.1\nHost: x\nConnection: Upgrade, close\nUpgrade: websocket\n\n",
    404,
  ],
  [
    "a websocket of the development server",
    "GET /_next/webpack-hmr HTTP/1.1\nHost: x\nConnection: Upgrade, close\nUpgrade: websocket\n\n",
    404,
  ],
  ["CONNECT", "CONNECT example.com:443 HTTP/1.1\nHost: example.com\n\n", 405],
  ["no Host", "GET /api/health HTTP/1.1\n\n", 400],
  [
    "an unknown expectation",
    "POST /sign-in HTTP/1.1\nHost: x\nExpect: 200-ok\nContent-Length: 0\nConnection: close\n\n",
    417,
  ],
  ["HTTP/1.0", "GET /api/health HTTP/1.0\n\n", 200],
  ["HTTP/2", "PRI * HTTP/2.0\n\nSM\n\n", 400],
  ["a path of 20 kB", `GET /${"a".repeat(20_000)} HTTP/1.1\nHost: x\n\n`, 431],
  ["headers of 20 kB", `GET /sign-in HTTP/1.1\nHost: x\nX-Long: ${"a".repeat(20_000)}\n\n`, 431],
  ["3,000 headers", `GET /sign-in HTTP/1.1\nHost: x\n${"a: 1\n".repeat(3_000)}\n`, 431],
  ["two lengths", "POST /sign-in HTTP/1.1\nHost: x\nContent-Length: 1\nContent-Length: 2\n\nx", 400],
  [
    "a length and chunks",
    "POST /sign-in HTTP/1.1\nHost: x\nContent-Length: 1\nTransfer-Encoding: chunked\n\n0\n\n",
    400,
  ],
  [
    "trailers of 20 kB",
    `POST /sign-in HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n0\nX-Long: ${"a".repeat(20_000)}\n\n`,
    431,
  ],
  [
    "a chunk's extension of 20 kB",
    `POST /sign-in HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n1;${"a".repeat(20_000)}\nx\n`,
    413,
  ],
] as const) {
  test(`row 66: ${name} is answered ${status}, and the connection is closed`, async ({ app }) => {
    const connection = rawConnection(app.url, text);
    await connection.closed;
    expect(connection.statuses()).toEqual([status]);
  });
}

test("row 66: a client that ends in the middle of a head, or does not wait for the answer, occupies nothing", async ({
  app,
}) => {
  const half = rawConnection(app.url, "GET /sign-in HTT");
  half.socket.end();
  expect(await half.closed).toMatch(/^HTTP\/1\.1 400 /);
  const gone = rawConnection(app.url, "GET /sign-in HTTP/1.1\nHost: x\n\n");
  gone.socket.end();
  expect(await gone.closed).toBe("");
});
