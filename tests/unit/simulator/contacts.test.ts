import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import type { VendorCall, WebhookBody } from "@/scripts/simulator/contract";
import { generateHistory } from "@/scripts/simulator/generate";
import { startVendor } from "@/scripts/simulator/server";
import { sendHistory } from "@/scripts/simulator/traffic";
import type { Vendor } from "@/scripts/simulator/vendor";

const DAY = 86_400_000;
const START = Date.parse("2026-11-24T12:00:00Z");

/** A contact of the kind that the test needs: the calls that have ended, then those that lie ahead. */
const { calls: ENDED, pending: PENDING } = generateHistory({
  seed: "contacts",
  count: 400,
  from: START - 20 * DAY,
  to: START,
});
const RETRY_FIELDS = ["retry_attempt_number", "root_call_id", "next_retry_at"];
const contactOf = ({ id, data }: VendorCall) => data.root_call_id ?? id;
/** A retry that is dialled after now and followed by another one, which the vendor will book later. */
const retry = PENDING.find(
  (call) => call.data.is_retry && Date.parse(call.dialledAt ?? "") > START + 60_000 && call.data.next_retry_at !== null,
);
const next = PENDING.find(({ data }) => data.scheduled_at === retry?.data.next_retry_at);
const dialsBefore = ENDED.filter((call) => retry !== undefined && contactOf(call) === contactOf(retry));

let vendor: Vendor;
let webhookUrl: string;
let deliveries: WebhookBody[];
let closeReceiver: () => Promise<void>;

test.beforeEach(async () => {
  deliveries = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      deliveries.push(JSON.parse(Buffer.concat(chunks).toString()) as WebhookBody);
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  closeReceiver = () => new Promise((resolve) => receiver.close(() => resolve()).closeAllConnections());
  webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/sarj/secret`;
  vendor = await startVendor({ now: () => START, webhookUrl, calls: ENDED });
  await vendor.book(PENDING);
});
test.afterEach(async () => {
  await vendor.close();
  await closeReceiver();
});

const ask = async (method: string, path: string, body?: unknown, key = vendor.apiKey) => {
  const response = await fetch(`${vendor.apiUrl}/calls/${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as { data?: object; error?: object }) };
};
const later = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const id = () => retry?.id ?? "";

test("a call is scheduled before its dial, and the vendor sends its webhook when it has ended", async () => {
  expect((await ask("GET", id())).data).toEqual({
    ...retry?.data,
    status: "scheduled",
    updated_at: retry?.data.created_at,
    next_retry_at: null,
    duration: null,
    transcript: null,
    report: null,
    started_at: null,
    ended_at: null,
  });
  expect(dialsBefore.at(-1)?.data.next_retry_at).toBe(retry?.data.scheduled_at);

  const untilDial = (Date.parse(retry?.dialledAt ?? "") - START) / 1000;
  vendor.advanceClock(untilDial + 1);
  expect((await ask("GET", id())).data).toMatchObject({ status: "dialing", ended_at: null });
  expect(deliveries.map(({ call_id }) => call_id)).not.toContain(id());

  vendor.advanceClock(20 * 60);
  await expect.poll(() => deliveries.filter(({ call_id }) => call_id === id())).toHaveLength(1);
  expect((await ask("GET", id())).data).toMatchObject({ status: retry?.data.status, ended_at: retry?.data.ended_at });
  const sent = deliveries.find(({ call_id }) => call_id === id());
  expect(sent?.payload).toMatchObject({
    type: retry?.webhook.payload.type,
    retry_attempt_number: dialsBefore.length + 1,
    root_call_id: dialsBefore[0]?.id,
    next_retry_at: retry?.data.next_retry_at,
  });
});

test("a retry that lies behind another one is unknown until it is booked", async () => {
  expect(next?.data.created_at).toBe(retry?.data.ended_at);
  expect(await ask("GET", next?.id ?? "")).toMatchObject({ status: 404, error: { type: "call_not_found" } });
  expect(vendor.records().map(({ callId }) => callId)).not.toContain(next?.id);
});

test("cancelling a pending retry ends its contact: a webhook `cancelled` and nothing after it", async () => {
  expect(await ask("POST", `${id()}/cancel`)).toMatchObject({
    status: 200,
    data: { id: id(), status: "cancelled", next_retry_at: null, ended_at: null },
  });
  await expect.poll(() => deliveries.filter(({ call_id }) => call_id === id())).toHaveLength(1);
  expect(deliveries.find(({ call_id }) => call_id === id())).toEqual({
    call_id: id(),
    payload: {
      type: "cancelled",
      retry_attempt_number: dialsBefore.length + 1,
      root_call_id: dialsBefore[0]?.id,
      next_retry_at: null,
    },
  });
  expect((await ask("GET", dialsBefore.at(-1)?.id ?? "")).data).toMatchObject({ next_retry_at: null });
  vendor.advanceClock((10 * DAY) / 1000);
  await expect
    .poll(() => vendor.records().some((call) => call.outcome === null && call.status !== "scheduled"))
    .toBe(false);
  const ofContact = vendor.records().filter(({ contactId }) => contactId === dialsBefore[0]?.id);
  expect(ofContact.map(({ attempt, outcome, isDial }) => [attempt, outcome, isDial])).toEqual([
    ...dialsBefore.map((call) => [call.data.retry_attempt_number, call.webhook.payload.type, true]),
    [dialsBefore.length + 1, "cancelled", false],
  ]);
  expect(await ask("POST", `${id()}/cancel`)).toMatchObject({
    status: 409,
    error: { type: "call_not_pending", status: "cancelled" },
  });
});

test("rescheduling moves the dial; its webhook comes at the new time", async () => {
  const scheduled_at = later(26 * 60);
  expect(await ask("POST", `${id()}/reschedule`, { scheduled_at })).toMatchObject({
    status: 200,
    data: { id: id(), status: "scheduled", scheduled_at, created_at: retry?.data.created_at },
  });
  expect((await ask("GET", dialsBefore.at(-1)?.id ?? "")).data).toMatchObject({ next_retry_at: scheduled_at });
  vendor.advanceClock(25.9 * 3600);
  expect((await ask("GET", id())).data).toMatchObject({ status: "scheduled" });
  vendor.advanceClock(3600);
  await expect.poll(() => deliveries.filter(({ call_id }) => call_id === id())).toHaveLength(1);
  expect((await ask("GET", id())).data).toMatchObject({ status: retry?.data.status, scheduled_at });
  // The next retry moves by as much.
  const movedBy = Date.parse(scheduled_at) - Date.parse(retry?.data.scheduled_at ?? "");
  expect((await ask("GET", next?.id ?? "")).data).toMatchObject({
    status: "scheduled",
    scheduled_at: new Date(Date.parse(next?.data.scheduled_at ?? "") + movedBy).toISOString(),
  });
});

test("a time with another offset is the same instant", async () => {
  expect(
    await ask("POST", `${id()}/reschedule`, { scheduled_at: later(180 + 60).replace(".000Z", "+03:00") }),
  ).toMatchObject({ status: 200, data: { scheduled_at: later(60) } });
});

for (const [name, scheduledAt] of [
  ["less than 10 minutes ahead", () => later(9)],
  ["in the past", () => later(-60)],
  ["more than 30 days ahead", () => later(30 * 24 * 60 + 1)],
  ["without an offset", () => later(60).replace("Z", "")],
  ["not a time", () => "tomorrow"],
] as const) {
  test(`a new time ${name}: 422 invalid_schedule_time`, async () => {
    expect(await ask("POST", `${id()}/reschedule`, { scheduled_at: scheduledAt() })).toMatchObject({
      status: 422,
      error: { type: "invalid_schedule_time", message: expect.any(String) },
    });
    expect((await ask("GET", id())).data).toMatchObject({ scheduled_at: retry?.data.scheduled_at });
  });
}

test("a call that was dialled, an unknown call, no scheduling, a wrong key and a wrong body are refused", async () => {
  const ended = dialsBefore[0];
  const body = { scheduled_at: later(60) };
  for (const action of ["cancel", "reschedule"]) {
    const refused = (callId: string, key?: string) => ask("POST", `${callId}/${action}`, body, key);
    expect.soft(await refused(ended?.id ?? ""), action).toMatchObject({
      status: 409,
      error: { type: "call_not_pending", status: ended?.data.status },
    });
    expect.soft(await refused("nobody"), action).toMatchObject({ status: 404, error: { type: "call_not_found" } });
    expect.soft(await refused(id(), "wrong"), action).toMatchObject({ status: 401, error: { type: "unauthorized" } });
    expect
      .soft(await refused(id(), "sarj_simulated_key_without_organization"), action)
      .toMatchObject({ status: 403, error: { type: "no_organization" } });
    vendor.setRollout({ scheduling: false });
    expect.soft(await refused(id()), action).toMatchObject({ status: 403, error: { type: "scheduling_disabled" } });
    vendor.setRollout({ scheduling: true });
    expect.soft((await ask("GET", `${id()}/${action}`)).status, action).toBe(405);
  }
  for (const wrong of ["no JSON", {}, { scheduled_at: 5 }]) {
    expect(await ask("POST", `${id()}/reschedule`, wrong)).toMatchObject({
      status: 422,
      error: { type: "validation_error", field_violations: [{ field: "scheduled_at" }] },
    });
  }
  expect((await ask("GET", id())).data).toMatchObject({ status: "scheduled" });
});

test("cancelling a booking that the vendor will never dial sends its webhook too", async () => {
  const stuck = PENDING.find(({ webhookAt }) => webhookAt === null);
  expect((await ask("POST", `${stuck?.id}/cancel`)).status).toBe(200);
  await expect.poll(() => deliveries.map(({ call_id }) => call_id)).toContain(stuck?.id);
});

test("the records tell dials, outcomes, attempts and contacts, and omit what the vendor has not sent", async () => {
  const records = vendor.records();
  const byId = new Map(records.map((record) => [record.callId, record]));
  for (const call of ENDED) {
    const { payload } = call.webhook;
    expect(byId.get(call.id)).toMatchObject({
      contactId: contactOf(call),
      attempt: call.data.retry_attempt_number,
      outcome: payload.type,
      isDial: payload.type !== "cancelled" && payload.type !== "expired",
      nextRetryAt: call.data.next_retry_at,
      scenarioId: call.data.scenario_id,
      calledOffAt: call.dialledAt === null ? call.data.updated_at : null,
    });
  }
  expect(byId.get(id())).toMatchObject({ outcome: null, isDial: false, status: "scheduled", nextRetryAt: null });
  const overHttp = await fetch(`${vendor.url}/_control/records`);
  expect(await overHttp.json()).toEqual({ records });
});

test("webhooks from before September 2026 have no retry fields; later ones have them", async () => {
  const since = START - 10 * DAY;
  vendor.setRollout({ retryFields: new Date(since).toISOString() });
  let old = 0;
  for (const call of ENDED) {
    const isOld = Date.parse(call.webhookAt ?? "") < since;
    old += Number(isOld);
    const { payload } = vendor.webhookFor(call.id) ?? call.webhook;
    const names = Object.keys(payload).filter((name) => RETRY_FIELDS.includes(name));
    expect(names, call.id).toEqual(isOld ? [] : RETRY_FIELDS);
  }
  expect(old).toBeGreaterThan(50);
  expect((await ask("GET", dialsBefore[0]?.id ?? "")).data).toHaveProperty("is_retry");
  vendor.setRollout({ retryFields: false });
  const names = Object.keys((await ask("GET", dialsBefore[0]?.id ?? "")).data ?? {});
  expect(names.filter((name) => [...RETRY_FIELDS, "is_retry", "scheduled_at"].includes(name))).toEqual([]);
});

test("a history can arrive in any order, retries before their first calls; what lies ahead is sent later", async () => {
  const { calls: sent } = await sendHistory({
    webhookUrl,
    vendor,
    count: 200,
    days: 10,
    now: START,
    order: "shuffled",
    concurrency: 1,
    duplicates: 0,
  });
  const order = deliveries.map(({ call_id }) => call_id);
  expect(order.toSorted()).toEqual(sent.map((call) => call.id).toSorted());
  const early = sent.filter(
    ({ id, data }) => data.root_call_id !== null && order.indexOf(id) < order.indexOf(data.root_call_id),
  );
  expect(early.length).toBeGreaterThan(5);
  vendor.advanceClock((40 * DAY) / 1000);
  await expect.poll(() => deliveries.length).toBeGreaterThan(order.length);
});

test("the vendor remembers across a restart what it has yet to dial, and sends nothing twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vendor-"));
  const options = { now: () => START, webhookUrl, stateFile: join(folder, "calls.jsonl") };
  try {
    const first = await startVendor(options);
    await first.register(ENDED);
    await first.book(PENDING);
    const stuck = PENDING.find(({ webhookAt }) => webhookAt === null);
    const cancel = `${first.apiUrl}/calls/${stuck?.id}/cancel`;
    await fetch(cancel, { method: "POST", headers: { Authorization: `Bearer ${first.apiKey}` } });
    await expect.poll(() => first.records().find(({ callId }) => callId === stuck?.id)?.outcome).toBe("cancelled");
    await first.close();
    const second = await startVendor(options);
    const known = second.records();
    expect(known.map(({ callId, outcome }) => [callId, outcome])).toEqual(
      first.records().map(({ callId, outcome }) => [callId, outcome]),
    );
    second.advanceClock((40 * DAY) / 1000);
    await expect.poll(() => deliveries.map(({ call_id }) => call_id)).toContain(id());
    await second.close();
    expect(deliveries.filter(({ call_id }) => call_id === stuck?.id)).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
