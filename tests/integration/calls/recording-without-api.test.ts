import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { recordingHref } from "@/lib/call/link";
import { type App, startApp } from "@/tests/fixtures/app";
import { createDatabase, type Database } from "@/tests/fixtures/database";
import { rawRequest } from "@/tests/fixtures/raw-http";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

/** Recordings of an application without an API key, from a store of its own. */

let ownApp: App;
let ownDatabase: Database;
let cookie: string;
let store: Server;
let host: string;
/** The answer of the store that a test cuts off. */
let cut: ServerResponse;
const closed: string[] = [];
/** The requests to the store and the API: the URL and the `Authorization` header. */
const requests: string[] = [];

test.beforeAll(async () => {
  store = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.authorization ?? "no key"}`);
    if (request.url?.startsWith("/api/v1/calls/") === true) {
      const isAllowed = request.url.endsWith("/recording?t=call-token");
      response.writeHead(isAllowed ? 302 : 401, isAllowed ? { location: `http://${host}/whole.mp4` } : {}).end();
      return;
    }
    if (request.url === "/whole.mp4") {
      response.writeHead(200, { "content-type": "audio/mp4", "content-length": "5" }).end("whole");
      return;
    }
    const isCut = request.url === "/cut.mp4";
    response.writeHead(200, { "content-type": "audio/mp4", ...(isCut ? { "content-length": "100000" } : {}) });
    response.write(Buffer.alloc(64 * 1024));
    cut = isCut ? response : cut;
    response.once("close", () => closed.push(request.url ?? ""));
  });
  store.listen(0, "127.0.0.1");
  await once(store, "listening");
  host = `127.0.0.1:${(store.address() as AddressInfo).port}`;
  ownDatabase = await createDatabase();
  ownApp = await startApp({
    databaseUrl: ownDatabase.url,
    env: {
      SARJ_API_KEY: undefined,
      SARJ_API_URL: `http://${host}/api/v1`,
      RECORDING_HOSTS: `${host},localhost`,
    },
  });
  cookie = cookieHeader(await signIn(ownApp.url));
});

test.afterAll(async () => {
  await ownApp.stop();
  await ownDatabase.close();
  store.closeAllConnections();
  store.close();
});

const get = (callId: string, signal?: AbortSignal) =>
  fetch(`${ownApp.url}${recordingHref(callId)}`, {
    headers: { cookie },
    ...(signal === undefined ? {} : { signal }),
  });

test("the error of a recording says that no API key is configured", async () => {
  const url = `http://${host}/old.mp4?X-Goog-Date=20260101T000000Z&X-Goog-Expires=60&X-Goog-Signature=00`;
  await postWebhook(ownApp, complete("expired", { recording_url: url }));
  const response = await get("expired");
  expect([response.status, await response.json()]).toEqual([410, { error: "expired", reason: "api_off" }]);
  await postWebhook(ownApp, complete("unrecorded"));
  const never = await get("unrecorded");
  expect([never.status, await never.json()]).toEqual([404, { error: "never_recorded", reason: "api_off" }]);
});

test("row 59: an allowed host name that resolves to this machine is refused", async () => {
  await postWebhook(ownApp, complete("rebound", { recording_url: "https://localhost/a.mp4" }));
  const response = await get("rebound");
  expect([response.status, await response.json()]).toEqual([
    502,
    { error: "not_allowed_host", reason: "not_allowed_host" },
  ]);
});

test("the download from the store stops when the client disconnects", async () => {
  await postWebhook(ownApp, complete("endless", { recording_url: `http://${host}/endless.mp4` }));
  const controller = new AbortController();
  const response = await get("endless", controller.signal);
  const reader = response.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  controller.abort();
  await expect.poll(() => closed).toEqual(["/endless.mp4"]);
});

test("a recording that the store cuts off has the length of the whole, and its connection is closed", async () => {
  await postWebhook(ownApp, complete("cut", { recording_url: `http://${host}/cut.mp4` }));
  const { socket, answer } = rawRequest(`${ownApp.url}${recordingHref("cut")}`, { cookie }, "GET");
  const closed = once(socket, "close");
  expect((await answer)?.head).toMatch(/^content-length: 100000$/m);
  cut.destroy();
  await closed;
  expect(socket.bytesRead).toBeLessThan(100_000);
});

test("a recording of unknown length is sent in chunks", async () => {
  await postWebhook(ownApp, complete("unknown-length", { recording_url: `http://${host}/endless.mp4` }));
  const { socket, answer } = rawRequest(`${ownApp.url}${recordingHref("unknown-length")}`, { cookie }, "GET");
  expect((await answer)?.head).toMatch(/^transfer-encoding: chunked$/m);
  expect((await answer)?.head).not.toContain("content-length");
  socket.destroy();
});

test("without a key, a permanent URL with a token opens the recording; one without a token is not requested", async () => {
  const permanent = (callId: string, query: string) =>
    complete(callId, { permanent_recording_url: `http://${host}/api/v1/calls/${callId}/recording${query}` });
  await postWebhook(ownApp, permanent("with-token", "?t=call-token"));
  await postWebhook(ownApp, permanent("wrong-token", "?t=other"));
  await postWebhook(ownApp, permanent("no-token", ""));
  requests.splice(0);
  expect(await (await get("with-token")).text()).toBe("whole");
  const refused = await get("wrong-token");
  expect([refused.status, await refused.json()]).toEqual([410, { error: "expired", reason: "refused" }]);
  const off = await get("no-token");
  expect([off.status, await off.json()]).toEqual([410, { error: "expired", reason: "api_off" }]);
  expect(requests).toEqual([
    "/api/v1/calls/with-token/recording?t=call-token no key",
    "/whole.mp4 no key",
    "/api/v1/calls/wrong-token/recording?t=other no key",
  ]);
});
