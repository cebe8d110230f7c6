import { callHref, recordingHref } from "@/lib/call/link";
import { ADMIN } from "@/tests/fixtures/environment";
import { sendRecordedCall } from "@/tests/fixtures/recorded-call";
import { type GetRecording, recordingGetter, requestCount } from "@/tests/fixtures/recording-requests";
import { cookieHeader } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

test.afterEach(({ vendor }) => {
  vendor.clearFaults();
});

let get: GetRecording;
test.beforeEach(({ app, adminCookies }) => {
  get = recordingGetter(app.url, adminCookies);
});

test("row 53: a request without a session gets no recording", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const response = await fetch(`${app.url}${recordingHref(id)}`);
  expect([response.status, await response.json()]).toEqual([401, { error: "signed_out" }]);
  expect(requestCount(vendor, "recording")).toBe(0);
});

test("the audit log contains listening once for the many ranges of a player, and every download", async ({
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await Promise.all([get(id), get(id, { range: "bytes=0-9" })]);
  await get(id, { range: "bytes=10-19" });
  await get(id, {}, "?download=1");
  await get(id, {}, "?download=1");
  const events = await database.sql`
    select action, actor_email, count(*)::integer as count from audit_events
    where call_id = ${id} group by action, actor_email order by action`;
  expect(events.find((event) => event["action"] === "recording_downloaded")).toEqual({
    action: "recording_downloaded",
    actor_email: "admin@callboard.example",
    count: 2,
  });
  // Two simultaneous requests may both be recorded.
  expect(events.find((event) => event["action"] === "recording_listened")?.["count"]).toBeLessThanOrEqual(2);
});

test("a recording is not served if its audit event cannot be stored", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await database.superuser`alter table audit_events rename to audit_events_renamed`;
  try {
    const response = await get(id);
    expect([response.status, await response.json()]).toEqual([
      503,
      { error: "database_unavailable", reason: "database_unavailable" },
    ]);
  } finally {
    await database.superuser`alter table audit_events_renamed rename to audit_events`;
  }
});

test("row 53: a viewer cannot play recordings, open raw data or see numbers", async ({
  app,
  vendor,
  database,
  adminCookies,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const [row] = await database.sql`
    select c.phone_number, d.id from calls c join deliveries d using (call_id) where call_id = ${id}`;
  const number = String(row?.["phone_number"]);
  const page = async () =>
    (await fetch(`${app.url}${callHref(id)}`, { headers: { cookie: cookieHeader(adminCookies) } })).text();
  const raw = async () =>
    (
      await fetch(`${app.url}${callHref(id)}/deliveries/${String(row?.["id"])}`, {
        headers: { cookie: cookieHeader(adminCookies) },
      })
    ).status;
  expect(await page()).toContain(number);
  expect(await raw()).toBe(200);

  await database.sql`update "user" set role = 'viewer' where email = ${ADMIN.email}`;
  try {
    expect((await get(id)).status).toBe(403);
    expect(await raw()).toBe(403);
    const shown = await page();
    expect(shown).toContain(id);
    expect(shown).not.toContain(number);
    expect(shown).not.toContain(recordingHref(id));
  } finally {
    await database.sql`update "user" set role = 'administrator' where email = ${ADMIN.email}`;
  }
});

test("a recording deleted by retention is not fetched again", async ({ app, vendor, database }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await database.sql`
    update call_details set recording_url = null, recording_expires_at = null, recording_purged_at = now()
    where call_id = ${id}`;
  const response = await get(id);
  expect([response.status, await response.json()]).toEqual([410, { error: "purged", reason: "purged" }]);
  expect(requestCount(vendor, "api")).toBe(0);
});

test("row 59: a URL that must not be fetched is neither fetched nor shown", async ({
  app,
  vendor,
  database,
  adminCookies,
}) => {
  const urls = [
    "javascript:alert(document.domain)",
    "http://storage.googleapis.com/b/a.mp4",
    "https://evil.example/a.mp4",
    `http://${new URL(vendor.url).host}@evil.example/a.mp4`,
    "https://169.254.169.254/latest/meta-data/",
  ];
  for (const [index, url] of urls.entries()) {
    const callId = `bad-url-${index}`;
    await postWebhook(app, complete(callId, { recording_url: url }));
    const response = await get(callId);
    expect([response.status, await response.json()], url).toEqual([
      502,
      { error: "not_allowed_host", reason: "call_not_found" },
    ]);
    const page = await fetch(`${app.url}${callHref(callId)}`, { headers: { cookie: cookieHeader(adminCookies) } });
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain(url);
  }
  expect(requestCount(vendor, "recording")).toBe(0);
  await database.empty();
});

test("no signed URL is logged or sent to a browser", async ({ app, vendor, database, adminCookies }) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  expect((await get(id)).status).toBe(200);
  vendor.fault({ on: "recording", kind: "status", status: 503 });
  expect((await get(id)).status).toBe(502);
  const page = await fetch(`${app.url}${callHref(id)}`, { headers: { cookie: cookieHeader(adminCookies) } });
  expect(page.status).toBe(200);
  for (const text of [await page.text(), app.logs()]) {
    expect(text).toContain(id);
    expect(text).not.toMatch(/X-Goog-|sarj-call-recordings/);
  }
});
