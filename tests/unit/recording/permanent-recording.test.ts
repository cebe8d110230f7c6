import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "@playwright/test";

import { askPermanentUrl, hasToken, isPermanentUrl } from "@/lib/recording/permanent-recording";

let server: Server;
let origin: string;
let respond: (request: IncomingMessage, response: ServerResponse) => void;
/** The `Authorization` headers of the requests. */
const keys: (string | undefined)[] = [];

test.beforeAll(async () => {
  server = createServer((request, response) => {
    keys.push(request.headers.authorization);
    respond(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

test.beforeEach(() => {
  keys.splice(0);
});

test.afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

const STORE = "https://storage.googleapis.com/b/a.mp4?X-Goog-Signature=00";

function ask(path: string, apiKey: string | null = "the-key", timeoutMs = 5000) {
  return askPermanentUrl(`${origin}${path}`, {
    apiUrl: `${origin}/api/v1`,
    apiKey,
    hosts: ["storage.googleapis.com"],
    timeoutMs,
  });
}

function redirectTo(location: string, status = 302) {
  respond = (_, response) => response.writeHead(status, { location }).end();
}

test("the API is asked with the key, and its redirect is not followed", async () => {
  redirectTo(STORE);
  expect(await ask("/api/v1/calls/1/recording")).toEqual({ ok: true, url: STORE });
  expect(keys).toEqual(["Bearer the-key"]);
});

test("a token is enough without a key, and is tried alone if the API refuses the key", async () => {
  respond = (request, response) =>
    request.headers.authorization === undefined && request.url === "/recording?t=token"
      ? response.writeHead(302, { location: STORE }).end()
      : response.writeHead(401).end();
  expect(await ask("/recording?t=token", null)).toEqual({ ok: true, url: STORE });
  expect(await ask("/recording?t=token")).toEqual({ ok: true, url: STORE });
  expect(await ask("/recording")).toEqual({ ok: false, problem: "refused" });
  expect(await ask("/recording", null)).toEqual({ ok: false, problem: "refused" });
  expect(keys).toEqual([undefined, "Bearer the-key", undefined, "Bearer the-key", undefined]);
});

for (const location of [
  "https://evil.example/a.mp4",
  "http://storage.googleapis.com/a.mp4",
  "https://storage.googleapis.com:8443/a.mp4",
  "https://storage.googleapis.com@evil.example/a.mp4",
  "https://user:password@storage.googleapis.com/a.mp4",
  "https://169.254.169.254/latest/meta-data/",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "/api/v1/calls/1/recording",
  "//evil.example/a.mp4",
]) {
  test(`row 59: a redirect to ${location} is refused`, async () => {
    redirectTo(location);
    expect(await ask("/recording")).toEqual({ ok: false, problem: "not_allowed_host" });
    expect(keys).toHaveLength(1);
  });
}

for (const [status, problem] of [
  [200, "unexpected_answer"],
  [301, "unexpected_answer"],
  [303, "unexpected_answer"],
  [307, "unexpected_answer"],
  [308, "unexpected_answer"],
  [400, "unexpected_answer"],
  [401, "refused"],
  [403, "refused"],
  [404, "not_found"],
  [410, "not_found"],
  [429, "unexpected_answer"],
  [500, "unexpected_answer"],
] as const) {
  test(`a permanent URL that answers ${status} leads nowhere`, async () => {
    redirectTo(STORE, status);
    expect(await ask("/recording")).toEqual({ ok: false, problem });
  });
}

test("an API that does not answer, or closes the connection, is reported", async () => {
  respond = () => {};
  expect(await ask("/recording", "the-key", 50)).toEqual({ ok: false, problem: "timeout" });
  respond = (request) => request.socket.destroy();
  expect(await ask("/recording")).toEqual({ ok: false, problem: "unreachable" });
  respond = (_, response) => response.writeHead(302).end();
  expect(await ask("/recording")).toEqual({ ok: false, problem: "unexpected_answer" });
  redirectTo("https://[", 302);
  expect(await ask("/recording")).toEqual({ ok: false, problem: "unexpected_answer" });
});

test("the key goes to the API's origin only", async () => {
  const api = "https://platform-api.sarj.ai/api/v1";
  expect(isPermanentUrl("https://platform-api.sarj.ai/api/v1/calls/1/recording?t=x", api)).toBe(true);
  for (const url of [
    "http://platform-api.sarj.ai/api/v1/calls/1/recording",
    "https://platform-api.sarj.ai:8443/api/v1/calls/1/recording",
    "https://platform-api.sarj.ai.evil.example/recording",
    "https://platform-api.sarj.ai@evil.example/recording",
    "https://key@platform-api.sarj.ai/recording",
    "https://storage.googleapis.com/b/a.mp4",
    "//platform-api.sarj.ai/recording",
    "blob:https://platform-api.sarj.ai/recording",
    "javascript:alert(1)",
    "",
  ]) {
    expect(isPermanentUrl(url, api), url).toBe(false);
  }
  redirectTo(STORE);
  const elsewhere = { apiUrl: api, apiKey: "the-key", hosts: ["storage.googleapis.com"] };
  expect(await askPermanentUrl(`${origin}/recording`, elsewhere)).toEqual({ ok: false, problem: "not_allowed_host" });
  expect(keys).toEqual([]);
});

test("a URL with `t` is a secret", () => {
  expect(hasToken("https://platform-api.sarj.ai/r?t=x")).toBe(true);
  expect(hasToken("https://platform-api.sarj.ai/r?x=1&t=x")).toBe(true);
  expect(hasToken("https://platform-api.sarj.ai/r?at=x")).toBe(false);
  expect(hasToken("not a URL?t=x")).toBe(false);
});
