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

/** Must be in no log line and on no error page, in whatever way it was sent. */
const SECRET = "canary-secret-0123456789-zyxwvutsrqponmlk";
const PHONE = "+966500424242";
const LINE = "the parrot sleeps under a quiet lemon tree";
const SIGNATURE = "X-Goog-Signature=0123456789abcdefcanary";
const CANARIES = [SECRET, PHONE, "500424242", LINE, "lemon", SIGNATURE, "X-Goog-", "/webhooks/sarj"];

const held = (text: string) => CANARIES.filter((canary) => text.includes(canary));

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

test("rows 5 and 62: a secret, a number, a line of a transcript and a signed URL, sent every way, are in no log line and on no error page", async () => {
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
  const refusals: string[] = [];
  const post = async (body: unknown, { to = url, ...init }: RequestInit & { to?: string } = {}) => {
    const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const answer = await fetch(to, { method: "POST", body: text as BodyInit, ...init });
    const said = await answer.text();
    // The answer contains the call's id and nothing else.
    refusals.push(said);
    return { status: answer.status, said };
  };
  try {
    const cookies = await signIn(app.url);
    const admin = await playwrightRequest.newContext({
      baseURL: app.url,
      extraHTTPHeaders: { cookie: cookieHeader(cookies) },
    });
    const ask = async (path: string) => {
      const answer = await admin.get(path, { maxRedirects: 0 });
      return { status: answer.status(), text: await answer.text() };
    };

    /* The webhook: taken, taken again, overridden, set aside, refused. */
    const known = generateCall({ seed: "canaries", endedAt: Date.now() - 600_000, recorded: true, language: "en" });
    await vendor.register([known]);
    expect((await post(vendor.webhookFor(known.id))).status).toBe(200);
    const taken = call("taken", { recording_url: `https://storage.googleapis.com/b/o.mp4?${SIGNATURE}` });
    for (const body of [taken, taken, { ...taken, again: LINE }, call("number", { phone_number: `tel:${PHONE}` })]) {
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
    await post(call("other type"), { headers: { "content-type": `text/html; charset=${LINE.replaceAll(" ", "-")}` } });
    expect((await post(`"${LINE.repeat(120_000)}"`)).status).toBe(413);
    for (const path of ["/", "/x", "%20", "/%E0%A4%A", `?phone=${PHONE}&said=${encodeURIComponent(LINE)}`]) {
      await post(notCompleted("elsewhere"), { to: `${url}${path}` });
    }
    for (const method of ["GET", "PUT", "OPTIONS", "DELETE"]) {
      refusals.push(await (await fetch(url, { method })).text());
    }
    const wrong = `${app.url}/webhooks/sarj/${SECRET.slice(0, -1)}x`;
    expect((await post(call("wrong"), { to: wrong })).status).toBe(404);
    const cut = rawRequest(url, { "Content-Length": "100000" });
    await cut.write(`{"call_id": "cut", "said": "${LINE} ${PHONE}`);
    cut.socket.destroy();
    await expect.poll(() => app.logs()).toContain("cut_off");

    /* What Postgres refuses. */
    await database.sql`alter table calls add constraint poison check (call_id <> 'poison') not valid`;
    expect((await post(call("poison"))).status).toBe(202);

    /* The API: every way to fail, then an answer. */
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

    /* Pages, searches, files, and a recording that fails. */
    const search = `q=${encodeURIComponent(LINE)}&phone=${encodeURIComponent(PHONE)}&from=${encodeURIComponent(LINE)}`;
    for (const path of [
      `/?${search}`,
      `/calls?${search}`,
      `/calls/taken?${search}`,
      `/calls/export.csv?${search}`,
      `/deliveries?call_id=${encodeURIComponent(PHONE)}`,
      "/settings/audit",
    ]) {
      expect((await ask(path)).status, path).toBe(200);
    }
    // Their URLs contain none of it: a page contains its own URL.
    const errorPages = [await ask("/calls/nobody-knows-it"), await ask("/nowhere")];
    vendor.fault({ on: "recording", kind: "status", status: 403 });
    vendor.fault({ on: "api", kind: "status", status: 500 });
    errorPages.push(await ask(recordingHref(known.id)), await ask(recordingHref("taken")));
    vendor.clearFaults();
    expect(errorPages.map(({ status }) => status)).toEqual([404, 404, 502, 502]);

    /* A panel and a file that fail in the middle of it. */
    await database.sql`alter table call_details rename column transcript to transcript_gone`;
    errorPages.push(await ask(callHref("taken")));
    expect(errorPages.at(-1)?.status).toBe(500);
    await database.sql`alter table call_details rename column transcript_gone to transcript`;

    /* The database away: on disk, then brought in. */
    await allowConnections(database.name, false);
    const parked = await Promise.all(["parked 1", "parked 2"].map((id) => post(call(id))));
    expect(parked.map(({ status }) => status)).toEqual([202, 202]);
    errorPages.push(await ask(callHref("taken")), await ask("/calls/export.csv"), await ask("/deliveries"));
    await allowConnections(database.name, true);
    await expect
      .poll(async () => (await database.sql`select 1 from calls where call_id like 'parked %'`).length, {
        timeout: 30_000,
      })
      .toBe(2);
    await app.stop();

    for (const { status, text } of errorPages) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(held(text), `an error page with ${status}`).toEqual([]);
    }
    expect(refusals.flatMap(held).filter((canary) => ![PHONE, "500424242"].includes(canary))).toEqual([]);
    expect(app.logs()).toContain('"event":"delivery_drained"');
    const lines = app.logs().split("\n");
    expect(lines.length).toBeGreaterThan(40);
    expect(lines.filter((line) => held(line).length > 0)).toEqual([]);
    // Nor does the disk keep deliveries that have been stored.
    const files = readdirSync(spool, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files) {
      expect(held(readFileSync(join(file.parentPath, file.name), "latin1"))).toEqual([]);
    }
  } finally {
    await app.kill();
    await vendor.close();
    await allowConnections(database.name, true);
    await database.close();
    rmSync(spool, { recursive: true, force: true });
  }
});
