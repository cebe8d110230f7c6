import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { request as playwrightRequest } from "@playwright/test";

import { callHref, recordingHref } from "@/lib/call/link";
import { generateCall } from "@/scripts/simulator/generate";
import { startVendor } from "@/scripts/simulator/server";
import { startApp } from "@/tests/fixtures/app";
import { allowConnections, createDatabase } from "@/tests/fixtures/database";
import { rawRequest } from "@/tests/fixtures/raw-http";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/* Values that must not appear in a log line or on an error page. */
const SECRET = "canary-secret-0123456789-zyxwvutsrqponmlk";
const PHONE = "+966500424242";
const LINE = "the parrot sleeps under a quiet lemon tree";
const SIGNATURE = "X-Goog-Signature=0123456789abcdefcanary";
const CANARIES = [SECRET, PHONE, "500424242", LINE, "lemon", SIGNATURE, "X-Goog-", "/webhooks/sarj"];

const canariesIn = (text: string) => CANARIES.filter((canary) => text.includes(canary));

const call = (id: string, more: Record<string, unknown> = {}) =>
  complete(id, {
    phone_number: PHONE,
    enhanced_transcript: {
      transcript: { messages: [{ type: "message", role: "user", content: `${LINE} ${PHONE}`, start_at: 1 }] },
      errors: [{ incorrect_text: LINE, correction: PHONE, type: "phrase" }],
    },
    report: { outcome: { status: "success", reason: LINE, success_criteria: [] } },
    ...more,
  });

test("rows 5 and 62: no log line or error page contains a secret, a phone number, a line of a transcript or a signed URL", async () => {
  test.setTimeout(120_000);
  const spool = mkdtempSync(join(tmpdir(), "callboard-canaries-"));
  const database = await createDatabase();
  const vendor = await startVendor();
  const app = await startApp({
    databaseUrl: database.url,
    vendorPort: Number(new URL(vendor.url).port),
    env: {
      SARJ_WEBHOOK_SECRETS: SECRET,
      SARJ_API_KEY: vendor.apiKey,
      RECORDING_HOSTS: vendor.recordingHost,
      SPOOL_DIR: spool,
    },
  });
  const url = `${app.url}/webhooks/sarj/${SECRET}`;
  const answers: string[] = [];
  const post = async (body: unknown, { to = url, ...init }: RequestInit & { to?: string } = {}) => {
    const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const answer = await fetch(to, { method: "POST", body: text as BodyInit, ...init });
    const answerText = await answer.text();
    // The answer may contain the call's id, which is a phone number in one case below.
    answers.push(answerText);
    return { status: answer.status };
  };
  try {
    const cookies = await signIn(app.url);
    const admin = await playwrightRequest.newContext({
      baseURL: app.url,
      extraHTTPHeaders: { cookie: cookieHeader(cookies) },
    });
    const get = async (path: string) => {
      const answer = await admin.get(path, { maxRedirects: 0 });
      return { status: answer.status(), text: await answer.text() };
    };

    /* Webhooks that are applied, repeated, superseded, quarantined and refused. */
    const known = generateCall({ seed: "canaries", endedAt: Date.now() - 600_000, recorded: true, language: "en" });
    await vendor.register([known]);
    expect((await post(vendor.webhookFor(known.id))).status).toBe(200);
    const webhook = call("taken", { recording_url: `https://storage.googleapis.com/b/o.mp4?${SIGNATURE}` });
    for (const body of [
      webhook,
      webhook,
      { ...webhook, again: LINE },
      call("number", { phone_number: `tel:${PHONE}` }),
    ]) {
      expect((await post(body)).status).toBe(200);
    }
    const deep = `${'{"a":'.repeat(80)}"${LINE}"${"}".repeat(80)}`;
    for (const body of [
      `{"call_id": "${PHONE}", "payload": ${LINE}`,
      `"${LINE}"`,
      { call_id: [PHONE], payload: { type: LINE } },
      { call_id: "inside", payload: { type: "complete", call_data: { call_id: PHONE } } },
      { call_id: "no type", payload: { [LINE]: PHONE } },
      { call_id: "deep", payload: { type: "complete", call_data: JSON.parse(deep) as unknown } },
      Buffer.from([0xff, 0xfe, ...Buffer.from(LINE, "utf16le")]),
    ]) {
      expect((await post(body)).status).toBe(202);
    }
    await post(gzipSync(JSON.stringify(call("zipped"))), { headers: { "content-encoding": "gzip" } });
    await post(LINE, { headers: { "content-encoding": "gzip" } });
    // A proxy that repeats the path, and a caller with credentials of its own. What is kept contains neither.
    const encodedSecret = SECRET.replaceAll("-", "%2D");
    const spread = { "x-forwarded-uri": `/webhooks/sarj/${encodedSecret}`, referer: url };
    await post(call("headers"), { headers: { ...spread, cookie: `s=${SECRET}`, authorization: `Bearer ${SECRET}` } });
    const [kept] = await database.sql`select headers::text as headers from deliveries where call_id = 'headers'`;
    expect(kept?.["headers"]).toContain("/webhooks/sarj/[hidden]");
    expect(decodeURIComponent(String(kept?.["headers"]))).not.toContain(SECRET);
    expect(kept?.["headers"]).not.toMatch(/cookie|authorization/i);
    await post(call("other type"), { headers: { "content-type": `text/html; charset=${LINE.replaceAll(" ", "-")}` } });
    expect((await post(`"${LINE.repeat(120_000)}"`)).status).toBe(413);
    for (const path of ["/", "/x", "%20", "/%E0%A4%A", `?phone=${PHONE}&said=${encodeURIComponent(LINE)}`]) {
      await post(notCompleted("elsewhere"), { to: `${url}${path}` });
    }
    for (const method of ["GET", "PUT", "OPTIONS", "DELETE"]) {
      answers.push(await (await fetch(url, { method })).text());
    }
    const wrong = `${app.url}/webhooks/sarj/${SECRET.slice(0, -1)}x`;
    expect((await post(call("wrong"), { to: wrong })).status).toBe(404);
    const cut = rawRequest(url, { "Content-Length": "100000" });
    await cut.write(`{"call_id": "cut", "said": "${LINE} ${PHONE}`);
    cut.socket.destroy();
    await expect.poll(() => app.logs()).toContain("cut_off");

    /* A delivery that Postgres rejects. */
    await database.sql`alter table calls add constraint poison check (call_id <> 'poison') not valid`;
    expect((await post(call("poison"))).status).toBe(202);

    /* Faults of the API. */
    for (const fault of [
      { on: "api", kind: "html", status: 500 },
      { on: "api", kind: "malformed" },
      { on: "api", kind: "other_call" },
      { on: "api", kind: "cut" },
    ] as const) {
      vendor.fault({ ...fault, times: 1 });
      await post(notCompleted(`asked ${fault.kind}`));
      await expect.poll(() => vendor.faults().length, { timeout: 20_000 }).toBe(0);
    }

    /* Pages, searches, files, and a recording that cannot be fetched. */
    const search = `q=${encodeURIComponent(LINE)}&phone=${encodeURIComponent(PHONE)}&from=${encodeURIComponent(LINE)}`;
    for (const path of [
      `/?${search}`,
      `/calls?${search}`,
      `/calls/taken?${search}`,
      `/calls/export.csv?${search}`,
      `/deliveries?call_id=${encodeURIComponent(PHONE)}`,
      "/settings/audit",
    ]) {
      expect((await get(path)).status, path).toBe(200);
    }
    // These URLs contain no canary, because a page contains its URL.
    const errorPages = [await get("/calls/nobody-knows-it"), await get("/nowhere")];
    vendor.fault({ on: "recording", kind: "status", status: 403 });
    vendor.fault({ on: "api", kind: "status", status: 500 });
    errorPages.push(await get(recordingHref(known.id)), await get(recordingHref("taken")));
    vendor.clearFaults();
    expect(errorPages.map(({ status }) => status)).toEqual([404, 404, 502, 502]);

    /* A page whose query fails. */
    await database.sql`alter table call_details rename column transcript to transcript_gone`;
    errorPages.push(await get(callHref("taken")));
    expect(errorPages.at(-1)?.status).toBe(500);
    await database.sql`alter table call_details rename column transcript_gone to transcript`;

    /* Deliveries that are spooled while the database is unavailable, and drained later. */
    await allowConnections(database.name, false);
    const parked = await Promise.all(["parked 1", "parked 2"].map((id) => post(call(id))));
    expect(parked.map(({ status }) => status)).toEqual([202, 202]);
    errorPages.push(await get(callHref("taken")), await get("/calls/export.csv"), await get("/deliveries"));
    await allowConnections(database.name, true);
    await expect
      .poll(async () => (await database.sql`select 1 from calls where call_id like 'parked %'`).length, {
        timeout: 30_000,
      })
      .toBe(2);
    await app.stop();

    for (const { status, text } of errorPages) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(canariesIn(text), `an error page with ${status}`).toEqual([]);
    }
    expect(answers.flatMap(canariesIn).filter((canary) => ![PHONE, "500424242"].includes(canary))).toEqual([]);
    expect(app.logs()).toContain('"event":"delivery_drained"');
    const lines = app.logs().split("\n");
    expect(lines.length).toBeGreaterThan(40);
    expect(lines.filter((line) => canariesIn(line).length > 0)).toEqual([]);
    // The spool does not keep deliveries after they are stored.
    const files = readdirSync(spool, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files) {
      expect(canariesIn(readFileSync(join(file.parentPath, file.name), "latin1"))).toEqual([]);
    }
  } finally {
    await app.kill();
    await vendor.close();
    await allowConnections(database.name, true);
    await database.close();
    rmSync(spool, { recursive: true, force: true });
  }
});
