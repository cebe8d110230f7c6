import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { callHref, recordingHref } from "@/lib/call/link";
import type { Fault } from "@/scripts/simulator/faults";
import type { Vendor } from "@/scripts/simulator/vendor";
import { sendRecordedCall } from "@/tests/fixtures/recorded-call";
import { cookieHeader } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

/** The requests that the vendor received: `permanent`, `call` (`GET /calls/{id}`) or `store`, with `key` if they had one. */
function requestsOf(vendor: Vendor): string[] {
  return vendor.requests().map(({ path, hasKey }) => {
    const what = path.endsWith(".mp4") ? "store" : path.endsWith("/recording") ? "permanent" : "call";
    return hasKey ? `${what} key` : what;
  });
}

let get: (callId: string, headers?: Record<string, string>) => Promise<Response>;
let answerOf: (callId: string) => Promise<unknown[]>;

test.beforeEach(({ app, vendor, adminCookies }) => {
  vendor.setRollout({ permanentRecordings: true, tokenInUrls: false });
  get = (callId, headers = {}) =>
    fetch(`${app.url}${recordingHref(callId)}`, { headers: { cookie: cookieHeader(adminCookies), ...headers } });
  answerOf = async (callId) => {
    const response = await get(callId);
    return [response.status, response.ok ? (await response.arrayBuffer()).byteLength > 0 : await response.json()];
  };
});

test.afterEach(({ vendor }) => {
  vendor.clearFaults();
  vendor.setRollout({ permanentRecordings: false, tokenInUrls: false });
});

test("the permanent URL comes first, and the key goes to the API alone", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  expect(await answerOf(id)).toEqual([200, true]);
  expect(requestsOf(vendor)).toEqual(["permanent key", "store"]);

  // The ranges of a player cause no more requests to the API.
  const parts = await Promise.all(Array.from({ length: 20 }, () => get(id, { range: "bytes=0-9" })));
  expect(parts.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 206));
  expect(requestsOf(vendor).filter((request) => request !== "store")).toEqual(["permanent key"]);

  // A signed URL that stopped working is replaced by asking again.
  vendor.expireSignatures();
  vendor.clearRequests();
  expect(await answerOf(id)).toEqual([200, true]);
  expect(requestsOf(vendor)).toEqual(["store", "permanent key", "store"]);
});

test("twenty simultaneous listeners of a permanent recording cause one request to the API", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(id, { range: "bytes=0-9" })));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 206));
  const asked = requestsOf(vendor).filter((request) => request !== "store");
  expect(new Set(asked)).toEqual(new Set(["permanent key"]));
  expect(asked.length).toBeLessThan(20);
});

const FAULTS = [
  { kind: "status", status: 401 },
  { kind: "status", status: 404 },
  { kind: "status", status: 500 },
  { kind: "html" },
  { kind: "cut" },
  { kind: "redirect", location: "https://evil.example/a.mp4" },
  { kind: "redirect", location: "http://169.254.169.254/latest/meta-data/" },
] as const satisfies Omit<Fault, "on">[];

for (const fault of FAULTS) {
  const name = Object.values(fault).join(" ");
  test(`if the permanent URL answers with ${name}, the signed URL is used, then a fresh one`, async ({
    app,
    vendor,
    database,
  }) => {
    const { id } = await sendRecordedCall({ app, vendor, database });
    vendor.fault({ on: "permanent_recording", ...fault });
    expect(await answerOf(id)).toEqual([200, true]);
    expect(requestsOf(vendor)).toEqual(["permanent key", "store"]);

    await database.sql`update call_details set recording_expires_at = now() - interval '1 hour' where call_id = ${id}`;
    vendor.clearRequests();
    expect(await answerOf(id)).toEqual([200, true]);
    expect(requestsOf(vendor)).toEqual(["permanent key", "call key", "store"]);
  });
}

test("a redirect to the permanent URL itself is not followed with the key", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  vendor.fault({
    on: "permanent_recording",
    kind: "redirect",
    location: `${vendor.apiUrl}/calls/${id}/recording`,
    times: 1,
  });
  expect(await answerOf(id)).toEqual([200, true]);
  expect(requestsOf(vendor)).toEqual(["permanent key", "permanent", "store"]);
});

test("row 60: the messages of a call that has only a permanent URL are true", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await database.sql`update call_details set recording_url = null, recording_expires_at = null where call_id = ${id}`;
  const [row] = await database.sql`select has_recording from calls where call_id = ${id}`;
  expect(row).toEqual({ has_recording: true });

  vendor.fault({ on: "permanent_recording", kind: "status", status: 500 });
  vendor.fault({ on: "api", kind: "status", status: 500 });
  expect(await answerOf(id)).toEqual([502, { error: "vendor_unavailable", reason: "internal_error" }]);
  vendor.clearFaults();
  // The key is refused: the recording still exists.
  vendor.fault({ on: "permanent_recording", kind: "status", status: 401 });
  vendor.fault({ on: "api", kind: "status", status: 401 });
  expect(await answerOf(id)).toEqual([502, { error: "vendor_unavailable", reason: "unauthorized" }]);
  vendor.clearFaults();
  // Retention at the vendor has deleted it.
  vendor.fault({ on: "permanent_recording", kind: "status", status: 404 });
  vendor.fault({ on: "api", kind: "status", status: 404 });
  expect(await answerOf(id)).toEqual([410, { error: "expired", reason: "not_found" }]);
  vendor.clearFaults();
  vendor.fault({ on: "permanent_recording", kind: "redirect", location: "https://evil.example/a.mp4" });
  vendor.fault({ on: "api", kind: "status", status: 404 });
  expect(await answerOf(id)).toEqual([502, { error: "not_allowed_host", reason: "not_allowed_host" }]);
  vendor.clearFaults();
  expect(await answerOf(id)).toEqual([200, true]);
});

test("a permanent URL that only the API knows is stored and used", async ({ app, vendor, database }) => {
  vendor.setRollout({ permanentRecordings: false });
  const { id } = await sendRecordedCall({ app, vendor, database });
  await database.sql`
    update call_details set recording_expires_at = now() - interval '1 hour', recording_url = null where call_id = ${id}`;
  vendor.setRollout({ permanentRecordings: true });
  expect(await answerOf(id)).toEqual([200, true]);
  const [row] = await database.sql`select permanent_recording_url as url from call_details where call_id = ${id}`;
  expect(row).toEqual({ url: `${vendor.apiUrl}/calls/${id}/recording` });
  vendor.clearRequests();
  expect(await answerOf(id)).toEqual([200, true]);
  expect(requestsOf(vendor)).toEqual(["permanent key", "store"]);
});

test("row 59: a permanent URL that is not the API's is never requested", async ({ app, vendor, database }) => {
  let requests = 0;
  const other = createServer((_, response) => {
    requests += 1;
    response.writeHead(302, { location: `${vendor.url}/x.mp4` }).end();
  });
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const host = new URL(vendor.url).host;
  try {
    for (const [index, url] of [
      `${origin}/api/v1/calls/1/recording`,
      `http://${host}@${new URL(origin).host}/recording`,
      "javascript:alert(1)",
      "urn:recording:1",
    ].entries()) {
      const callId = `foreign-permanent-${index}`;
      await postWebhook(app, complete(callId, { permanent_recording_url: url }));
      expect(await answerOf(callId), url).toEqual([502, { error: "not_allowed_host", reason: "call_not_found" }]);
    }
    expect(requests).toBe(0);
  } finally {
    other.close();
    await database.empty();
  }
});

test("a permanent URL with a token is in no page, no body that is shown, no export and no log", async ({
  app,
  vendor,
  database,
  adminCookies,
}) => {
  vendor.setRollout({ permanentRecordings: true, tokenInUrls: true });
  const { id } = await sendRecordedCall({ app, vendor, database });
  const token = vendor.recordingToken(id);
  const [stored] = await database.sql`
    select permanent_recording_url as url, d.id as delivery from call_details join deliveries d using (call_id)
    where call_id = ${id}`;
  expect(String(stored?.["url"])).toContain(token);
  await database.sql`
    update call_details set variables = ${database.sql.json({ link: String(stored?.["url"]) })} where call_id = ${id}`;
  expect(await answerOf(id)).toEqual([200, true]);
  vendor.fault({ on: "permanent_recording", kind: "status", status: 401 });
  expect(await answerOf(id)).toEqual([200, true]);

  const delivery = String(stored?.["delivery"]);
  for (const path of [
    callHref(id),
    `${callHref(id)}/deliveries/${delivery}`,
    `/deliveries/${delivery}`,
    `/deliveries/${delivery}/body`,
    "/calls",
    "/calls/export.csv",
  ]) {
    const response = await fetch(`${app.url}${path}`, { headers: { cookie: cookieHeader(adminCookies) } });
    expect(response.status, path).toBe(200);
    const text = await response.text();
    expect(text, path).toContain(id);
    expect(text, path).not.toContain(token);
  }
  expect(app.logs()).toContain(id);
  expect(app.logs()).not.toContain(token);
});
