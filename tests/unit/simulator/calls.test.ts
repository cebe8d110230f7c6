import { readdirSync, readFileSync, statSync } from "node:fs";

import { expect, test } from "@playwright/test";
import fc from "fast-check";
import { z } from "zod";

import { CALL_STATUSES, NOT_COMPLETED_TYPES, UNKNOWN_TYPE, type VendorCall } from "@/scripts/simulator/contract";
import { RECORDED_SCRIPTS } from "@/scripts/simulator/dialogues/recorded-scripts";
import { generateCall, generateCalls } from "@/scripts/simulator/generate";
import { recordedDialogues } from "@/scripts/simulator/recorded-dialogues";
import { fill, resolveMishearings } from "@/scripts/simulator/template";

const DAY = 86_400_000;
const NOW = Date.parse("2026-07-14T12:00:00Z");
const history = generateCalls({ seed: "callboard", count: 1500, from: NOW - 45 * DAY, to: NOW });

/** The vendor's contract, from its documentation and the types of its servers. The objects are strict, so that extra fields fail. */
const instant = z.iso.datetime();
const seconds = z.number().nonnegative().nullable();
const json = z.string().refine((text) => {
  JSON.parse(text);
  return true;
});
const message = z.union([
  z.strictObject({ type: z.literal("message"), role: z.string(), content: z.string().min(1), start_at: seconds }),
  z.strictObject({
    type: z.literal("function_call"),
    tool_name: z.string(),
    arguments: json,
    tool_call_id: z.string(),
    start_at: seconds,
  }),
  z.strictObject({
    type: z.literal("function_call_output"),
    tool_name: z.string(),
    output: z.string(),
    tool_call_id: z.string(),
    is_error: z.boolean(),
    start_at: seconds,
    duration_ms: z.int().nonnegative().nullable(),
  }),
  z.strictObject({ type: z.literal("instructions"), role: z.literal("system prompt"), content: z.string() }),
  z.strictObject({ role: z.string(), content: z.string().min(1) }),
]);
const typedReport = z.strictObject({
  generated_at: instant,
  outcome: z.strictObject({
    status: z.enum(["success", "failure", "error"]),
    reason: z.string().min(1),
    success_criteria: z
      .array(z.strictObject({ text: z.string().min(1), achieved: z.boolean(), is_primary: z.boolean() }))
      .refine((criteria) => criteria.filter((criterion) => criterion.is_primary).length === 1),
  }),
});
const status = z.enum(CALL_STATUSES).nullable();
const direction = z.enum(["inbound", "outbound"]).nullable();
const phone = z.string().regex(/^\+[1-9]\d{7,14}$/);
const correction = z.strictObject({
  incorrect_text: z.string().min(1),
  correction: z.string().min(1),
  type: z.enum(["word", "phrase"]),
});
const webhook = z.strictObject({
  call_id: z.uuid(),
  payload: z.union([
    z.strictObject({
      type: z.literal("complete"),
      call_started: instant.nullable(),
      response_body: z.record(z.string(), z.unknown()).nullable(),
      call_data: z
        .strictObject({
          call_id: z.uuid(),
          direction,
          phone_number: phone.nullable(),
          status,
          total_duration: z.int().nonnegative().nullable(),
          interaction_type: z.enum(["voice", "chat"]).nullable(),
          enhanced_transcript: z
            .strictObject({
              transcript: z.strictObject({ messages: z.array(message).min(1) }),
              errors: z.array(correction),
            })
            .nullable(),
          report: z.union([typedReport, z.record(z.string(), z.unknown())]).nullable(),
          recording_url: z.url().nullable(),
          created_at: instant,
          started_at: instant.nullable(),
          ended_at: instant.nullable(),
        })
        .nullable(),
    }),
    z.strictObject({ type: z.enum([...NOT_COMPLETED_TYPES, UNKNOWN_TYPE]) }),
  ]),
});
const apiCall = z.strictObject({
  id: z.uuid(),
  created_at: instant,
  updated_at: instant,
  status,
  phone_number: phone.nullable(),
  scenario_id: z.string().nullable(),
  language: z.enum(["ar", "en", "ur"]).nullable(),
  direction,
  variables: z.record(z.string(), z.unknown()),
  duration: z.int().nonnegative().nullable(),
  recording_url: z.null(),
  transcript: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string() })).nullable(),
  report: typedReport.nullable(),
  started_at: instant.nullable(),
  ended_at: instant.nullable(),
});

const completed = history.flatMap((call) => {
  const { payload } = call.webhook;
  return payload.type === "complete" && payload.call_data !== null ? [{ call, data: payload.call_data }] : [];
});
const messagesOf = (data: (typeof completed)[number]["data"]) => data.enhanced_transcript?.transcript.messages ?? [];

test("the same seed gives the same calls, different seeds give different calls", () => {
  const options = { seed: "a", count: 120, from: NOW - 10 * DAY, to: NOW };
  expect(generateCalls(options)).toEqual(generateCalls(options));
  expect(generateCalls({ ...options, seed: "b" }).map(({ id }) => id)).not.toEqual(
    generateCalls(options).map(({ id }) => id),
  );
  const one = { seed: "a", endedAt: NOW };
  expect(generateCall(one)).toEqual(generateCall(one));
});

test("every webhook and every response of the API matches the contract", () => {
  for (const call of history) {
    expect.soft(webhook.safeParse(call.webhook).error?.issues, call.id).toBeUndefined();
    expect.soft(apiCall.safeParse(call.data).error?.issues, call.id).toBeUndefined();
  }
  expect(new Set(history.map(({ id }) => id)).size).toBe(history.length);
});

for (const count of [100, 1500]) {
  test(`every type, every status and every payload variant occurs among ${count} calls`, () => {
    const calls = generateCalls({ seed: "x", count, from: NOW - 30 * DAY, to: NOW });
    expect(new Set(calls.map(({ webhook: { payload } }) => payload.type))).toEqual(
      new Set(["complete", ...NOT_COMPLETED_TYPES, UNKNOWN_TYPE]),
    );
    const completes = calls.flatMap(({ webhook: { payload } }) => (payload.type === "complete" ? [payload] : []));
    const statuses = new Set([
      ...calls.map(({ data }) => data.status),
      ...completes.map((payload) => payload.call_data?.status),
    ]);
    for (const name of CALL_STATUSES) expect.soft(statuses, name).toContain(name);
    const data = completes.map((payload) => payload.call_data);
    expect(data).toContain(null);
    const direction = new Set(data.map((each) => each?.direction));
    expect(direction).toEqual(new Set([undefined, null, "inbound", "outbound"]));
    expect(new Set(data.map((each) => each?.interaction_type))).toEqual(new Set([undefined, null, "voice", "chat"]));
    const kinds = new Set(
      data.flatMap((each) =>
        (each?.enhanced_transcript?.transcript.messages ?? []).map((m) => ("type" in m ? m.type : "old")),
      ),
    );
    expect(kinds).toEqual(new Set(["message", "function_call", "function_call_output", "instructions", "old"]));
    const languages = calls.map(({ data }) => data.language);
    for (const language of ["ar", "en", "ur"]) expect.soft(languages).toContain(language);
  });
}

test("the misheard text of a correction is in the transcript, in the script of the call's language", () => {
  let corrections = 0;
  for (const { call, data } of completed) {
    const text = messagesOf(data)
      .map((m) => ("content" in m ? m.content : ""))
      .join("\n");
    expect(text, call.id).not.toMatch(/[{}[\]|]/);
    for (const error of data.enhanced_transcript?.errors ?? []) {
      corrections += 1;
      expect.soft(text, call.id).toContain(error.incorrect_text);
      expect.soft(error.type, call.id).toBe(/\s/.test(error.incorrect_text) ? "phrase" : "word");
    }
    const name = String(call.data.variables["customer_name"]);
    expect.soft(/\p{Script=Arabic}/u.test(name), call.id).toBe(call.data.language !== "en" && !/[A-Za-z]/.test(name));
  }
  expect(corrections).toBeGreaterThan(100);
});

test("turns are in order and within the call, and every tool output has its call", () => {
  for (const { call, data } of completed) {
    const messages = messagesOf(data);
    const times = messages.flatMap((m) => ("start_at" in m && m.start_at !== null ? [m.start_at] : []));
    expect.soft(times, call.id).toEqual(times.toSorted((a, b) => a - b));
    expect.soft(times.at(-1) ?? 0, call.id).toBeLessThanOrEqual(data.total_duration ?? 0);
    const asked = messages.flatMap((m) => ("type" in m && m.type === "function_call" ? [m.tool_call_id] : []));
    const answered = messages.flatMap((m) =>
      "type" in m && m.type === "function_call_output" ? [m.tool_call_id] : [],
    );
    expect.soft(answered, call.id).toEqual(asked);
  }
  const outputs = completed.flatMap(({ data }) => messagesOf(data).filter((m) => "is_error" in m && m.is_error));
  expect(outputs.length).toBeGreaterThan(0);
});

test("times are consistent: created, answered, ended, then the webhook; only completed calls have a report", () => {
  // Use one assertion for all calls. Thousands of assertions took most of the time of the unit tests.
  const withReport = new Set(["completed", "max_duration_reached"]);
  const broken = history.flatMap(({ id, data, webhookAt, reportAt, webhook: sent }) => {
    const created = Date.parse(data.created_at);
    const ended = Date.parse(data.ended_at ?? "");
    const started = data.started_at === null ? null : Date.parse(data.started_at);
    const isCompleted = data.status !== null && withReport.has(data.status) && sent.payload.type === "complete";
    const rules = {
      "created within 45 days": created >= NOW - 45 * DAY,
      "ended by now": ended <= NOW,
      "sent after the end": Date.parse(webhookAt) >= ended,
      "answered after it was created": started === null || started > created,
      "as long as its duration": started === null || ended - started === (data.duration ?? 0) * 1000,
      "a report where a time is set for one": (data.report === null) === (reportAt === null),
      "a report only of a completed call": data.report === null || isCompleted,
    };
    return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${id}: ${rule}`]));
  });
  expect(broken).toEqual([]);
  const waiting = completed.filter(({ call, data }) => data.report === null && call.reportAt !== null);
  expect(waiting.length).toBeGreaterThan(50);
});

test("a history is realistic: working hours and weekdays of Riyadh, shares of outcomes, recordings, some long calls", () => {
  const share = (matches: (call: VendorCall) => boolean) => history.filter(matches).length / history.length;
  const local = (call: VendorCall) => new Date(Date.parse(call.data.created_at) + 3 * 3_600_000);
  expect(share((call) => local(call).getUTCHours() >= 8 && local(call).getUTCHours() <= 21)).toBeGreaterThan(0.9);
  expect(share((call) => local(call).getUTCDay() === 5)).toBeLessThan(0.04);
  const reached = share(({ webhook: { payload } }) => payload.type === "complete");
  expect(reached).toBeGreaterThan(0.5);
  expect(reached).toBeLessThan(0.7);
  expect(share(({ webhook: { payload } }) => payload.type === "no_answer")).toBeGreaterThan(0.12);
  const talked = history.filter(({ data }) => data.status === "completed");
  expect(talked.filter(({ recording }) => recording !== null).length / talked.length).toBeGreaterThan(0.6);
  expect(history.filter(({ data }) => (data.duration ?? 0) > 180).length).toBeGreaterThan(10);
  const numbers = history.map(({ data }) => data.phone_number);
  expect(new Set(numbers).size).toBeLessThan(numbers.length * 0.7);
});

test("recordings are small, and their turns match the recorded scripts", () => {
  const folder = "scripts/simulator/recordings";
  const files = readdirSync(folder).filter((name) => name.endsWith(".mp4"));
  const sizes = files.map((name) => statSync(`${folder}/${name}`).size);
  expect(Math.max(...sizes)).toBeLessThan(150_000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
  for (const name of files) expect(readFileSync(`${folder}/${name}`).subarray(4, 8).toString()).toBe("ftyp");
  expect(recordedDialogues().map(({ file }) => file)).toEqual(RECORDED_SCRIPTS.map(({ id }) => `${id}.mp4`));
  for (const source of RECORDED_SCRIPTS) {
    const made = recordedDialogues().find(({ id }) => id === source.id);
    const written = source.turns.map((turn) =>
      "tool" in turn ? turn.tool : turn.text.replace(/[\u064C-\u0652\u0670]/g, ""),
    );
    expect(
      made?.turns.map((turn) => ("tool" in turn ? turn.tool : turn.text)),
      `${source.id}: run make-recordings.ts again`,
    ).toEqual(written);
  }
  for (const { call, data } of completed) {
    if (call.recording === null) continue;
    const dialogue = recordedDialogues().find(({ file }) => file === call.recording);
    expect(data.total_duration, call.id).toBe(Math.round(dialogue?.seconds ?? -1));
    expect(call.data.status).toBe("completed");
  }
});

test("a call has the requested outcome, language, scenario and report delay", () => {
  for (const outcome of ["complete", ...NOT_COMPLETED_TYPES, UNKNOWN_TYPE] as const) {
    expect(generateCall({ seed: outcome, endedAt: NOW, outcome }).webhook.payload.type).toBe(outcome);
  }
  for (const language of ["ar", "en", "ur"] as const) {
    const call = generateCall({ seed: language, endedAt: NOW, language, recorded: true, reportDelaySeconds: 3 });
    expect(call.recording).toMatch(new RegExp(`^${language}-`));
    expect(call.data.ended_at).toBe(new Date(NOW).toISOString());
    expect(call.webhook).toMatchObject({ payload: { call_data: { recording_url: null } } });
    if (call.reportAt !== null) expect(Date.parse(call.reportAt)).toBe(NOW + 3000);
  }
  const leads = generateCall({ seed: "l", endedAt: NOW, outcome: "complete", scenario: "real-estate-lead" });
  expect(leads.data.scenario_id ?? "real-estate-lead").toBe("real-estate-lead");
});

test("templates contain facts, forms for a man and a woman, and misheard words", () => {
  const facts = { name: "Omar" };
  expect(fill("{name}, {his|her} order", facts, "man")).toBe("Omar, his order");
  expect(fill("{name}, {his|her} order", facts, "woman")).toBe("Omar, her order");
  expect(() => fill("{nobody}", facts, "man")).toThrow("unknown placeholder {nobody}");
  expect(resolveMishearings("a [[mother card|mada card]].", true)).toEqual({
    text: "a mother card.",
    corrections: [{ incorrect_text: "mother card", correction: "mada card", type: "phrase" }],
  });
  expect(resolveMishearings("a [[mother card|mada card]].", false)).toEqual({ text: "a mada card.", corrections: [] });
});

test("for any seed, time span and count, calls match the contract and end by the end of the span", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 400 }),
      (seed, count, hours) => {
        const calls = generateCalls({ seed, count, from: NOW - hours * 3_600_000, to: NOW });
        expect(calls).toHaveLength(count);
        for (const call of calls) {
          webhook.parse(call.webhook);
          apiCall.parse(call.data);
          expect(Date.parse(call.data.ended_at ?? "")).toBeLessThanOrEqual(NOW);
        }
      },
    ),
    { numRuns: 40 },
  );
});
