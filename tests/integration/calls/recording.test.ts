import { recordingHref } from "@/lib/call/link";
import type { Database } from "@/tests/fixtures/database";
import { rawAnswers } from "@/tests/fixtures/raw-answers";
import { sendRecordedCall } from "@/tests/fixtures/recorded-call";
import { type GetRecording, recordingGetter, requestCount } from "@/tests/fixtures/recording-requests";
import { cookieHeader } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

const HOUR = 3_600_000;

async function storeUrl(database: Database, callId: string, url: string, expiresAt: Date | null): Promise<void> {
  await database.sql`
    update call_details set recording_url = ${url}, recording_expires_at = ${expiresAt} where call_id = ${callId}`;
}

async function storedUrl(database: Database, callId: string): Promise<string> {
  const [row] = await database.sql`select recording_url from call_details where call_id = ${callId}`;
  return String(row?.["recording_url"]);
}

test.afterEach(({ vendor }) => {
  vendor.clearFaults();
});

let get: GetRecording;
test.beforeEach(({ app, adminCookies }) => {
  get = recordingGetter(app.url, adminCookies);
});

test("a recording is streamed whole or in ranges, and its headers forbid caching", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const whole = await get(id);
  expect(whole.status).toBe(200);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    "content-type": "video/mp4",
    "accept-ranges": "bytes",
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "content-disposition": "inline",
  });
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(bytes.subarray(4, 8).toString("latin1")).toBe("ftyp");

  for (const [range, from, to] of [
    ["bytes=0-99", 0, 99],
    ["bytes=100-", 100, bytes.length - 1],
    ["bytes=-50", bytes.length - 50, bytes.length - 1],
  ] as const) {
    const part = await get(id, { range });
    expect(part.status, range).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes ${from}-${to}/${bytes.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to + 1)), range).toBe(true);
  }
  const outside = await get(id, { range: `bytes=${bytes.length}-` });
  expect(outside.status).toBe(416);
  expect(outside.headers.get("content-range")).toBe(`bytes */${bytes.length}`);

  // Several ranges, other units and an unknown validator are answered as if no range was requested.
  for (const headers of [
    { range: "bytes=0-1,3-4" },
    { range: "lines=1-2" },
    { range: "bytes=0-9", "if-range": '"x"' },
  ]) {
    const answer = await get(id, headers);
    expect(answer.status, JSON.stringify(headers)).toBe(200);
    await answer.body?.cancel();
  }
  // A stored URL that is still valid is used unchanged.
  expect(requestCount(vendor, "api")).toBe(0);
});

test("the length of a recording, a range or a download reaches the client, and the connection stays usable", async ({
  app,
  vendor,
  database,
  adminCookies,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const bytes = Buffer.from(await (await get(id)).arrayBuffer());
  const path = recordingHref(id);
  const cookie = cookieHeader(adminCookies);
  const answers = await rawAnswers(app.url, [
    // A client that accepts gzip gets the same bytes.
    { method: "GET", path, headers: { cookie, "accept-encoding": "gzip" } },
    { method: "HEAD", path, headers: { cookie } },
    { method: "GET", path, headers: { cookie, range: "bytes=100-299" } },
    { method: "HEAD", path, headers: { cookie, range: "bytes=100-299" } },
    { method: "GET", path: `${path}?download=1`, headers: { cookie } },
    { method: "GET", path, headers: { cookie, range: `bytes=${bytes.length}-` } },
    { method: "GET", path, headers: { cookie, range: "bytes=-1" } },
  ]);
  expect(answers.map(({ head }) => [head.split(" ")[1], /^content-length: (.*)\r$/m.exec(head)?.[1]])).toEqual(
    [
      ["200", bytes.length],
      ["200", bytes.length],
      ["206", 200],
      ["206", 200],
      ["200", bytes.length],
      ["416", 0],
      ["206", 1],
    ].map(([status, length]) => [status, String(length)]),
  );
  expect(
    answers.map(({ head }) => /^(transfer-encoding|content-encoding|x-content-length):/m.test(head)),
  ).not.toContain(true);
  const whole = bytes.toString("base64");
  expect(answers.map(({ body }) => body.toString("base64"))).toEqual([
    whole,
    "",
    bytes.subarray(100, 300).toString("base64"),
    "",
    whole,
    "",
    bytes.subarray(-1).toString("base64"),
  ]);
});

test("HEAD gives the headers of the range and no body", async ({ app, vendor, database, adminCookies }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const head = await fetch(`${app.url}${recordingHref(id)}`, {
    method: "HEAD",
    headers: { cookie: cookieHeader(adminCookies), range: "bytes=0-9" },
  });
  expect(head.status).toBe(206);
  expect(head.headers.get("content-range")).toMatch(/^bytes 0-9\//);
  expect(await head.text()).toBe("");
});

test("a download has a file name that every file system accepts", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const answer = await get(id, {}, "?download=1");
  expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="call-${id}.mp4"`);
  await answer.body?.cancel();
});

test("row 60: twenty requests for an expired recording make one request to the API", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const url = await storedUrl(database, id);
  await storeUrl(database, id, url, new Date(Date.now() - 1000));

  const answers = await Promise.all(Array.from({ length: 20 }, () => get(id, { range: "bytes=0-9" })));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 206));
  expect(requestCount(vendor, "api")).toBe(1);

  // The next request uses the new URL from the database.
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(1);
});

test("a URL that expires within a minute is used only if the API gives no new one", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const url = await storedUrl(database, id);
  await storeUrl(database, id, url, new Date(Date.now() + 30_000));
  vendor.fault({ on: "api", kind: "status", status: 500 });
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(1);
  vendor.clearFaults();
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(2);
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(2);
});

test("row 60: a URL that the store refuses is refreshed once, even if it has not expired", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const altered = (await storedUrl(database, id)).replace(/Signature=..../, "Signature=0000");
  const nextYear = new Date(Date.now() + 365 * 24 * HOUR);
  await storeUrl(database, id, altered, nextYear);
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(1);
  expect(await storedUrl(database, id)).not.toBe(altered);
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(1);

  // Simulates a rotation of the vendor's keys.
  vendor.expireSignatures();
  expect((await get(id)).status).toBe(200);
  expect(requestCount(vendor, "api")).toBe(2);

  // If the file is missing, one request to the API is made, and then the recording is reported as expired.
  vendor.fault({ on: "recording", kind: "status", status: 410 });
  vendor.clearRequests();
  const expired = await get(id);
  expect([expired.status, await expired.json()]).toEqual([410, { error: "expired", reason: "refused" }]);
  expect([requestCount(vendor, "api"), requestCount(vendor, "recording")]).toEqual([1, 2]);
});

test("row 60: expired recordings, calls without a recording and an unavailable vendor have different errors", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const answer = async (callId: string) => {
    const response = await get(callId);
    return [response.status, await response.json()] as const;
  };
  const url = await storedUrl(database, id);
  await storeUrl(database, id, url, new Date(Date.now() - 1000));

  vendor.fault({ on: "api", kind: "status", status: 500 });
  expect(await answer(id)).toEqual([502, { error: "vendor_unavailable", reason: "internal_error" }]);
  vendor.clearFaults();
  vendor.fault({ on: "api", kind: "status", status: 404 });
  expect(await answer(id)).toEqual([410, { error: "expired", reason: "call_not_found" }]);
  vendor.clearFaults();
  vendor.fault({ on: "api", kind: "status", status: 401 });
  expect(await answer(id)).toEqual([410, { error: "expired", reason: "unauthorized" }]);
  vendor.clearFaults();
  vendor.fault({ on: "recording", kind: "status", status: 503 });
  expect(await answer(id)).toEqual([502, { error: "vendor_unavailable", reason: "unexpected_answer" }]);
  vendor.clearFaults();

  await postWebhook(app, notCompleted("nobody-answered"));
  expect(await answer("nobody-answered")).toEqual([404, { error: "never_recorded", reason: "call_not_found" }]);
  expect(await answer("no-such-call")).toEqual([404, { error: "unknown_call", reason: "unknown_call" }]);
  expect(await answer("\u0000")).toEqual([404, { error: "unknown_call", reason: "unknown_call" }]);
});

test("row 59: a redirect of the store is refused", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  vendor.fault({ on: "recording", kind: "redirect" });
  const response = await get(id);
  expect([response.status, await response.json()]).toEqual([
    502,
    { error: "not_allowed_host", reason: "not_allowed_host" },
  ]);
});
