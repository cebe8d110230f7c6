import { mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import type { ApiCall } from "@/scripts/simulator/contract";
import { connectVendor } from "@/scripts/simulator/control";
import { generateCall } from "@/scripts/simulator/generate";
import { startVendor } from "@/scripts/simulator/server";
import type { Vendor } from "@/scripts/simulator/vendor";

const START = Date.parse("2026-07-14T12:00:00Z");
const recorded = generateCall({
  seed: "r",
  endedAt: START - 5000,
  recorded: true,
  language: "ar",
  reportDelaySeconds: 60,
});
const unrecorded = generateCall({ seed: "u", endedAt: START - 5000, outcome: "no_answer" });

let vendor: Vendor;
let now: number;

test.beforeEach(async () => {
  now = START;
  vendor = await startVendor({ now: () => now, urlLifetimeSeconds: 900, calls: [recorded, unrecorded] });
});
test.afterEach(() => vendor.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${vendor.apiUrl}${path}`, { headers: { Authorization: `Bearer ${vendor.apiKey}`, ...headers } });
const recordingUrl = () => vendor.recordingUrl(recorded.id) ?? "";

test.describe("the API", () => {
  test("health needs no key", async () => {
    const response = await fetch(`${vendor.apiUrl}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { status: "ok" }, meta: { request_id: expect.any(String) } });
  });

  test("a response has the call in an envelope and returns the request's id", async () => {
    const response = await get(`/calls/${unrecorded.id}`, { "X-Request-ID": "abc 123" });
    expect(response.headers.get("x-request-id")).toBe("abc 123");
    expect(await response.json()).toEqual({ data: unrecorded.data, meta: { request_id: "abc 123" } });
  });

  test("a request id that is too long is not returned", async () => {
    const response = await get(`/calls/${unrecorded.id}`, { "X-Request-ID": "x".repeat(129) });
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  });

  for (const [key, status, type] of [
    [null, 401, "unauthorized"],
    ["Bearer wrong", 401, "unauthorized"],
    ["Basic abc", 401, "unauthorized"],
    ["Bearer sarj_simulated_key_without_organization", 403, "no_organization"],
  ] as const) {
    test(`${key ?? "no key"}: ${status} ${type}`, async () => {
      const response = await fetch(`${vendor.apiUrl}/calls/${recorded.id}`, {
        headers: key === null ? {} : { Authorization: key },
      });
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({
        error: { type, message: expect.any(String) },
        meta: { request_id: expect.any(String) },
      });
    });
  }

  test("a call that the vendor never made: 404 call_not_found", async () => {
    const response = await get("/calls/00000000-0000-4000-8000-000000000000");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { type: "call_not_found" } });
  });

  test("the report is null until its time", async () => {
    expect(await (await get(`/calls/${recorded.id}`)).json()).toMatchObject({ data: { report: null } });
    vendor.advanceClock(56);
    expect(await (await get(`/calls/${recorded.id}`)).json()).toMatchObject({ data: { report: recorded.data.report } });
    expect(recorded.data.report).not.toBeNull();
  });

  test("the recording's URL is signed for each request and contains its lifetime", async () => {
    const urlOf = async () => {
      const { data } = (await (await get(`/calls/${recorded.id}`)).json()) as { data: { recording_url: string } };
      return new URL(data.recording_url);
    };
    const first = await urlOf();
    expect(first.searchParams.get("X-Goog-Date")).toBe("20260714T120000Z");
    expect(first.searchParams.get("X-Goog-Expires")).toBe("900");
    vendor.advanceClock(10);
    vendor.setUrlLifetime(5);
    const second = await urlOf();
    expect(second.searchParams.get("X-Goog-Date")).toBe("20260714T120010Z");
    expect(second.searchParams.get("X-Goog-Expires")).toBe("5");
    expect(second.searchParams.get("X-Goog-Signature")).not.toBe(first.searchParams.get("X-Goog-Signature"));
  });
});

test.describe("a recording", () => {
  const bytes = readFileSync(`scripts/simulator/recordings/${recorded.recording}`);

  test("is sent as a whole and in ranges", async () => {
    const whole = await fetch(recordingUrl());
    expect(whole.status).toBe(200);
    expect(whole.headers.get("accept-ranges")).toBe("bytes");
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);

    for (const [range, from, to] of [
      ["bytes=0-99", 0, 99],
      ["bytes=1000-", 1000, bytes.length - 1],
      ["bytes=-50", bytes.length - 50, bytes.length - 1],
      [`bytes=10-${bytes.length * 2}`, 10, bytes.length - 1],
    ] as const) {
      const part = await fetch(recordingUrl(), { headers: { Range: range } });
      expect(part.status, range).toBe(206);
      expect(part.headers.get("content-range"), range).toBe(`bytes ${from}-${to}/${bytes.length}`);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to + 1)), range).toBe(true);
    }
  });

  test("answers HEAD, a range beyond its end, and several ranges", async () => {
    const head = await fetch(recordingUrl(), { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
    const beyond = await fetch(recordingUrl(), { headers: { Range: `bytes=${bytes.length}-` } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${bytes.length}`]);
    const several = await fetch(recordingUrl(), { headers: { Range: "bytes=0-1,5-6" } });
    expect(several.status).toBe(200);
  });

  const refused = async (url: string, status: number, code: string) => {
    const response = await fetch(url);
    const text = await response.text();
    expect(response.status, text).toBe(status);
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(response.headers.get("content-type")).toContain("xml");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  };

  test("is refused once its URL has expired", async () => {
    const url = recordingUrl();
    vendor.advanceClock(899);
    expect((await fetch(url)).status).toBe(200);
    vendor.advanceClock(1);
    await refused(url, 400, "ExpiredToken");
    expect((await fetch(recordingUrl())).status).toBe(200);
  });

  test("is refused after `expireSignatures()`, although the URL looks valid", async () => {
    const url = recordingUrl();
    vendor.expireSignatures();
    await refused(url, 400, "ExpiredToken");
    expect((await fetch(recordingUrl())).status).toBe(200);
  });

  test("is refused if the URL was altered in any part, or is not signed", async () => {
    const altered = (change: (url: URL) => void) => {
      const url = new URL(recordingUrl());
      change(url);
      return url.href;
    };
    for (const url of [
      altered((u) => u.searchParams.set("X-Goog-Expires", "604800")),
      altered((u) => u.searchParams.set("X-Goog-Date", "20260714T120001Z")),
      altered((u) => u.searchParams.set("X-Goog-Signature", "0".repeat(64))),
      altered((u) => u.searchParams.set("extra", "1")),
      altered((u) => (u.pathname = u.pathname.replace(recorded.id, unrecorded.id))),
    ]) {
      await refused(url, 403, "SignatureDoesNotMatch");
    }
    await refused(
      altered((u) => (u.search = "")),
      403,
      "AccessDenied",
    );
  });

  test("has a URL that stays valid after a restart with the same seed", async () => {
    const url = recordingUrl();
    const port = Number(new URL(vendor.url).port);
    await vendor.close();
    vendor = await startVendor({ now: () => now, port, calls: [recorded] });
    expect((await fetch(url)).status).toBe(200);
    await vendor.close();
    vendor = await startVendor({ now: () => now, port, calls: [recorded], seed: "another" });
    expect((await fetch(url)).status).toBe(403);
  });
});

test.describe("a permanent recording", () => {
  const path = `/calls/${recorded.id}/recording`;
  const ask = (headers: Record<string, string> = {}, query = "", method = "GET") =>
    fetch(`${vendor.apiUrl}${path}${query}`, { headers, redirect: "manual", method });
  const dataOf = async () => ((await (await get(`/calls/${recorded.id}`)).json()) as { data: ApiCall }).data;
  test.beforeEach(() => vendor.setRollout({ permanentRecordings: true }));

  test("has a URL in the API and in the webhook that leads to the bytes with the key, as often as it is asked", async () => {
    const { permanent_recording_url: url } = await dataOf();
    expect(url).toBe(`${vendor.apiUrl}${path}`);
    expect(vendor.webhookFor(recorded.id)).toMatchObject({ payload: { call_data: { permanent_recording_url: url } } });
    const locations: string[] = [];
    for (const method of ["GET", "HEAD"]) {
      const response = await fetch(url ?? "", {
        method,
        redirect: "manual",
        headers: { Authorization: `Bearer ${vendor.apiKey}` },
      });
      expect(response.status).toBe(302);
      locations.push(response.headers.get("location") ?? "");
      vendor.advanceClock(400);
    }
    const [first = "", second = ""] = locations;
    expect(first).not.toBe(second);
    expect(new URL(first).host).toBe(vendor.recordingHost);
    expect((await fetch(first)).status).toBe(200);
    expect(await (await ask({ Authorization: `Bearer ${vendor.apiKey}` })).text()).toBe("");
  });

  test("opens with the call's token in a header or in `?t=`, but not with a token of another call", async () => {
    const token = vendor.recordingToken(recorded.id);
    expect((await ask({ "X-Sarj-Recording-Token": token })).status).toBe(302);
    expect((await ask({}, `?t=${token}`)).status).toBe(302);
    for (const [headers, query] of [
      [{}, ""],
      [{}, "?t="],
      [{}, `?t=${vendor.recordingToken(unrecorded.id)}`],
      [{ "X-Sarj-Recording-Token": "wrong" }, `?t=${token}`],
      [{ Authorization: "Bearer wrong" }, `?t=${token}`],
      [{ Authorization: "Bearer wrong" }, ""],
    ] as const) {
      const response = await ask(headers, query);
      expect.soft(response.status, JSON.stringify([headers, query])).toBe(401);
      expect.soft(await response.json()).toMatchObject({ error: { type: "unauthorized" } });
      expect.soft(response.headers.get("location")).toBeNull();
    }
    expect((await get(`/calls/${recorded.id}?t=${token}`, { Authorization: "" })).status).toBe(401);
  });

  test("does not exist for an unknown call, for a call without a recording, and while the rollout is off", async () => {
    expect((await get("/calls/nobody/recording")).status).toBe(404);
    expect((await get(`/calls/${unrecorded.id}/recording`)).status).toBe(404);
    vendor.setRollout({ permanentRecordings: false });
    expect((await get(`/calls/${recorded.id}/recording`)).status).toBe(404);
    expect(await dataOf()).toMatchObject({ permanent_recording_url: null, recording_url: expect.any(String) });
  });

  test("exists for calls since the rollout began, and shortens the life of the signed URL from 7 days to one", async () => {
    vendor.setUrlLifetime(null);
    const lifetime = async () => new URL((await dataOf()).recording_url ?? "").searchParams.get("X-Goog-Expires");
    expect(await lifetime()).toBe("86400");
    vendor.setRollout({ permanentRecordings: new Date(START - 4000).toISOString() });
    expect(await lifetime()).toBe("604800");
    expect(await dataOf()).toMatchObject({ permanent_recording_url: null });
    vendor.setRollout({ permanentRecordings: new Date(START - 5000).toISOString() });
    expect(await dataOf()).toMatchObject({ permanent_recording_url: expect.any(String) });
  });

  test("may have a URL that is a credential", async () => {
    vendor.setRollout({ tokenInUrls: true });
    const { permanent_recording_url: url } = await dataOf();
    expect(url).toBe(`${vendor.apiUrl}${path}?t=${vendor.recordingToken(recorded.id)}`);
    expect((await fetch(url ?? "", { redirect: "manual" })).status).toBe(302);
    expect(JSON.stringify(vendor.requests())).not.toContain(vendor.recordingToken(recorded.id));
  });

  test("can fail alone", async () => {
    vendor.fault({
      on: "permanent_recording",
      kind: "redirect",
      location: "https://elsewhere.example/a.mp4",
      times: 1,
    });
    expect((await get(`/calls/${recorded.id}`)).status).toBe(200);
    const response = await ask({ Authorization: `Bearer ${vendor.apiKey}` });
    expect(response.headers.get("location")).toBe("https://elsewhere.example/a.mp4");
    vendor.fault({ on: "api", kind: "status", status: 500, times: 1 });
    expect((await ask({ Authorization: `Bearer ${vendor.apiKey}` })).status).toBe(500);
    expect((await ask({ Authorization: `Bearer ${vendor.apiKey}` })).status).toBe(302);
    expect(vendor.requests().map(({ path, hasKey }) => [path.endsWith("/recording"), hasKey])).toContainEqual([
      true,
      true,
    ]);
  });
});

test.describe("faults", () => {
  test("apply to the given number of requests", async () => {
    vendor.fault({ on: "api", kind: "status", status: 429, retryAfter: 7, times: 2 });
    for (const _ of [1, 2]) {
      const response = await get(`/calls/${recorded.id}`);
      expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
      expect(await response.json()).toMatchObject({ error: { type: "rate_limited" } });
    }
    expect((await get(`/calls/${recorded.id}`)).status).toBe(200);
  });

  test("apply only to one call if `callId` is given", async () => {
    vendor.fault({ on: "api", kind: "status", callId: recorded.id });
    expect((await get(`/calls/${recorded.id}`)).status).toBe(500);
    expect((await get(`/calls/${unrecorded.id}`)).status).toBe(200);
    vendor.clearFaults();
    expect((await get(`/calls/${recorded.id}`)).status).toBe(200);
  });

  test("can be HTML, invalid JSON, another call, a reset connection or a hang", async () => {
    const fault = (kind: "html" | "malformed" | "other_call" | "cut" | "hang") =>
      vendor.fault({ on: "api", kind, times: 1 });
    fault("html");
    expect(await (await get(`/calls/${recorded.id}`)).text()).toContain("<h1>502 Bad Gateway</h1>");
    fault("malformed");
    await expect((await get(`/calls/${recorded.id}`)).json()).rejects.toThrow(SyntaxError);
    fault("other_call");
    expect(await (await get(`/calls/${recorded.id}`)).json()).toMatchObject({ data: { id: unrecorded.id } });
    fault("cut");
    await expect(get(`/calls/${recorded.id}`).then((response) => response.text())).rejects.toThrow();
    fault("hang");
    await expect(fetch(`${vendor.apiUrl}/calls/${recorded.id}`, { signal: AbortSignal.timeout(200) })).rejects.toThrow(
      "timeout",
    );
  });

  test("of recordings can be a redirect to a forbidden address, a status or a reset connection", async () => {
    vendor.fault({ on: "recording", kind: "redirect", times: 1 });
    const redirect = await fetch(recordingUrl(), { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([
      302,
      "http://169.254.169.254/latest/meta-data/",
    ]);
    vendor.fault({ on: "recording", kind: "status", status: 503, times: 1 });
    expect((await fetch(recordingUrl())).status).toBe(503);
    vendor.fault({ on: "recording", kind: "cut", times: 1 });
    await expect(fetch(recordingUrl()).then((response) => response.arrayBuffer())).rejects.toThrow();
    expect((await fetch(recordingUrl())).status).toBe(200);
  });

  test("that hang end on `close()`", async () => {
    vendor.fault({ on: "api", kind: "hang" });
    const hanging = get(`/calls/${recorded.id}`).then(
      () => "answered",
      () => "ended",
    );
    await expect.poll(() => vendor.requests().length).toBe(1);
    await vendor.close();
    expect(await hanging).toBe("ended");
    vendor = await startVendor();
  });
});

test.describe("the control API", () => {
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${vendor.url}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };

  test("another process can register calls and get their webhooks with signed URLs", async () => {
    const added = generateCall({ seed: "added", endedAt: START, recorded: true, language: "en" });
    expect((await get(`/calls/${added.id}`)).status).toBe(404);
    const [webhook] = await connectVendor(vendor.url).register([added]);
    expect((await get(`/calls/${added.id}`)).status).toBe(200);
    expect(webhook).toMatchObject({ call_id: added.id, payload: { call_data: { recording_url: /^http/ } } } as never);
    expect((await control("GET", `calls/${added.id}/webhook`)).body).toMatchObject({ call_id: added.id });
    expect((await control("GET", "calls/nobody/webhook")).status).toBe(404);
  });

  test("the URL in an old webhook has expired", async () => {
    const old = generateCall({ seed: "old", endedAt: START - 86_400_000, recorded: true, language: "en" });
    const [webhook] = await vendor.register([old]);
    const url = webhook?.payload.type === "complete" ? webhook.payload.call_data?.recording_url : null;
    expect((await fetch(url ?? "")).status).toBe(400);
  });

  test("faults, requests, clock and lifetimes can be set over HTTP; invalid requests get an error", async () => {
    expect((await control("POST", "faults", { on: "api", kind: "status", status: 503, times: 1 })).status).toBe(200);
    expect((await get(`/calls/${recorded.id}`)).status).toBe(503);
    expect((await control("GET", "requests")).body).toMatchObject({
      counts: { [`/api/v1/calls/${recorded.id}`]: 1 },
      requests: [{ method: "GET", path: `/api/v1/calls/${recorded.id}`, status: 503 }],
    });
    await control("DELETE", "requests");
    expect(vendor.requests()).toEqual([]);
    const url = recordingUrl();
    await control("POST", "clock", { advance_seconds: 900 });
    expect((await fetch(url)).status).toBe(400);
    await control("PUT", "url-lifetime", { seconds: 60 });
    expect(new URL(recordingUrl()).searchParams.get("X-Goog-Expires")).toBe("60");
    const fresh = recordingUrl();
    await control("POST", "expire-signatures");
    expect((await fetch(fresh)).status).toBe(400);
    expect(await control("POST", "faults", { on: "api", kind: "nonsense" })).toMatchObject({ status: 400 });
    expect(await control("PUT", "url-lifetime", { seconds: "soon" })).toMatchObject({
      status: 400,
      body: { error: "seconds: a number" },
    });
    expect(await control("PUT", "url-lifetime", { seconds: null })).toMatchObject({ status: 200 });
    expect(new URL(recordingUrl()).searchParams.get("X-Goog-Expires")).toBe("604800");
    expect(await control("PUT", "rollout", { permanentRecordings: "2026-09-01T00:00:00Z", scheduling: false })).toEqual(
      {
        status: 200,
        body: {
          ...vendor.rollout(),
          permanentRecordings: "2026-09-01T00:00:00Z",
          scheduling: false,
          retryFields: true,
        },
      },
    );
    for (const wrong of [{ permanentRecordings: "soon" }, { scheduling: 1 }, { nonsense: true }]) {
      expect((await control("PUT", "rollout", wrong)).status).toBe(400);
    }
    expect((await control("PUT", "webhook", { url: "nowhere" })).status).toBe(400);
    expect((await control("GET", "nothing")).status).toBe(404);
  });

  test("another process can book calls and set where their webhooks go", async () => {
    const booked = generateCall({ seed: "booked", endedAt: START + 3_600_000, outcome: "expired" });
    const elsewhere = connectVendor(vendor.url);
    await elsewhere.book([booked]);
    expect(await (await get(`/calls/${booked.id}`)).json()).toMatchObject({ data: { status: "scheduled" } });
    await elsewhere.setWebhookUrl(`${vendor.url}/receiver`);
    vendor.advanceClock(3700);
    await expect.poll(() => vendor.requests().filter(({ path }) => path === "/receiver").length).toBeGreaterThan(0);
    expect(await (await get(`/calls/${booked.id}`)).json()).toMatchObject({ data: { status: "expired" } });
  });

  test("the log of requests contains no signature", async () => {
    await fetch(recordingUrl());
    expect(JSON.stringify(vendor.requests())).not.toContain("X-Goog");
  });
});

test("known calls survive a restart, even after an incomplete write", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vendor-"));
  const stateFile = join(folder, "calls.jsonl");
  try {
    const first = await startVendor({ stateFile });
    await first.register([recorded, unrecorded]);
    await first.close();
    // A line as it was before calls had retries and bookings.
    const { dialledAt: _, ...old } = { ...unrecorded, id: "old" };
    writeFileSync(stateFile, `${JSON.stringify(old)}\n{"id":"half`, { flag: "a" });
    const second = await startVendor({ stateFile });
    expect(second.callCount()).toBe(3);
    expect(second.call(recorded.id)).toEqual(recorded);
    expect(second.records()[2]).toMatchObject({ callId: "old", attempt: 1, outcome: "no_answer", isDial: true });
    await second.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a request that is not HTTP does not stop the server", async () => {
  const socket = connect(Number(new URL(vendor.url).port), "127.0.0.1");
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.on("data", () => undefined);
    socket.end("nonsense\r\n\r\n");
  });
  expect((await fetch(`${vendor.apiUrl}/health`)).status).toBe(200);
  expect((await fetch(`${vendor.url}//%`)).status).toBe(404);
  expect((await fetch(`${vendor.apiUrl}/calls/%zz`)).status).toBe(401);
});
