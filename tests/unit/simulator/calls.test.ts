import { readdirSync, readFileSync, statSync } from "node:fs";

import { expect, test } from "@playwright/test";
import fc from "fast-check";

import {
  CALL_STATUSES,
  NEVER_DIALLED_TYPES,
  NOT_COMPLETED_TYPES,
  UNKNOWN_TYPE,
  type VendorCall,
} from "@/scripts/simulator/contract";
import { RECORDED_SCRIPTS } from "@/scripts/simulator/dialogues/recorded-scripts";
import { generateCall, generateCalls, generateHistory, generateLiveContact } from "@/scripts/simulator/generate";
import { recordedDialogues } from "@/scripts/simulator/recorded-dialogues";
import { fill, resolveMishearings } from "@/scripts/simulator/template";
import { apiCall, role, webhook, webhookReport } from "@/tests/fixtures/vendor-contract";

const DAY = 86_400_000;
const NOW = Date.parse("2026-07-14T12:00:00Z");
const { calls: history, pending } = generateHistory({ seed: "callboard", count: 1500, from: NOW - 45 * DAY, to: NOW });

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
  for (const call of [...history, ...pending]) {
    expect.soft(webhook.safeParse(call.webhook).error?.issues, call.id).toBeUndefined();
    expect.soft(apiCall.safeParse(call.data).error?.issues, call.id).toBeUndefined();
  }
  expect(new Set([...history, ...pending].map(({ id }) => id)).size).toBe(history.length + pending.length);
});

for (const count of [100, 1500]) {
  test(`every type, every status and every payload variant occurs among ${count} calls`, () => {
    const { calls, pending } = generateHistory({ seed: "x", count, from: NOW - 30 * DAY, to: NOW });
    expect(new Set(calls.map(({ webhook: { payload } }) => payload.type))).toEqual(
      new Set(["complete", ...NOT_COMPLETED_TYPES, UNKNOWN_TYPE]),
    );
    const completes = calls.flatMap(({ webhook: { payload } }) => (payload.type === "complete" ? [payload] : []));
    const statuses = new Set([
      ...[...calls, ...pending].map(({ data }) => data.status),
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
    const spoken = data.flatMap((each) => each?.enhanced_transcript?.transcript.messages ?? []);
    const roles = new Set(spoken.flatMap((m) => ("role" in m ? [m.role] : [])));
    if (count > 1000) expect(roles).toEqual(new Set(role.options));
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

test("times are consistent: created, dialled, answered, ended, then the webhook; only completed calls have a report", () => {
  // Use one assertion for all calls. Thousands of assertions took most of the time of the unit tests.
  const withReport = new Set(["completed", "max_duration_reached"]);
  const broken = history.flatMap(({ id, data, dialledAt, webhookAt, reportAt, webhook: sent }) => {
    const created = Date.parse(data.created_at);
    const scheduled = data.scheduled_at === null ? created : Date.parse(data.scheduled_at);
    const dialled = dialledAt === null ? null : Date.parse(dialledAt);
    const ended = data.ended_at === null ? null : Date.parse(data.ended_at);
    const started = data.started_at === null ? null : Date.parse(data.started_at);
    const isCompleted = data.status !== null && withReport.has(data.status) && sent.payload.type === "complete";
    const isNeverDialled = NEVER_DIALLED_TYPES.some((type) => type === sent.payload.type);
    const rules = {
      "created within 45 days": created >= NOW - 45 * DAY,
      "ended by now": Math.max(ended ?? 0, Date.parse(data.updated_at) - 300_000) <= NOW,
      "sent after the end": Date.parse(webhookAt ?? "") >= (ended ?? Date.parse(data.updated_at)),
      "never dialled means no dial, no end, and a booking": isNeverDialled
        ? dialled === null && ended === null && started === null && data.duration === null && data.scheduled_at !== null
        : dialled !== null && ended !== null,
      "cancelled before its time, expired after it":
        !isNeverDialled || Date.parse(data.updated_at) < scheduled === (sent.payload.type === "cancelled"),
      "booked before it was dialled": dialled === null || (scheduled <= dialled && dialled - scheduled < 60_000),
      "created when it was booked": data.scheduled_at === null ? dialled === created : created < scheduled,
      "answered after it was dialled": started === null || started > (dialled ?? Infinity),
      "as long as its duration": started === null || (ended ?? 0) - started === (data.duration ?? 0) * 1000,
      "a report where a time is set for one": (data.report === null) === (reportAt === null),
      "a report only of a completed call": data.report === null || isCompleted,
    };
    return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${id}: ${rule}`]));
  });
  expect(broken).toEqual([]);
  const waiting = completed.filter(({ call, data }) => data.report === null && call.reportAt !== null);
  expect(waiting.length).toBeGreaterThan(50);
});

/** The calls of each contact in the order of their attempts, with those that lie ahead. */
function contactsOf(calls: readonly VendorCall[]): VendorCall[][] {
  const groups = Map.groupBy(calls, ({ id, data }) => data.root_call_id ?? id);
  return [...groups.values()].map((group) =>
    group.toSorted((a, b) => a.data.retry_attempt_number - b.data.retry_attempt_number),
  );
}

test("every dial of a contact is a call of its own: the same person and matter, with a pause of at least 45 minutes", () => {
  const broken = contactsOf([...history, ...pending]).flatMap((calls) =>
    calls.flatMap((call, index) => {
      const { data } = call;
      const previous = calls[index - 1];
      const next = calls[index + 1];
      const { retry_attempt_number, root_call_id, next_retry_at } = call.webhook.payload;
      const common = ({ data: d }: VendorCall) => [d.phone_number, d.scenario_id, d.language, d.variables];
      const rules = {
        "attempts count from 1": data.retry_attempt_number === index + 1,
        "the root is the first call": data.root_call_id === (index === 0 ? null : calls[0]?.id),
        "a retry": data.is_retry === index > 0,
        "the webhook says the same as the API":
          JSON.stringify([retry_attempt_number, root_call_id, next_retry_at]) ===
          JSON.stringify([data.retry_attempt_number, data.root_call_id, data.next_retry_at]),
        "next_retry_at announces the next call": data.next_retry_at === (next?.data.scheduled_at ?? null),
        "a retry is booked when the dial before it ends":
          previous === undefined || data.created_at === previous.data.ended_at,
        "a pause": previous === undefined || wait(previous, data.scheduled_at) >= 45 * 60_000,
        "within the hours of the retry policy, and not on a Friday":
          previous === undefined || isAllowed(data.scheduled_at),
        "at most 30 days": previous === undefined || wait(previous, data.scheduled_at) < 30 * DAY,
        "the same person and matter": JSON.stringify(common(call)) === JSON.stringify(common(calls[0] ?? call)),
        "nobody is called again after a conversation": call.webhook.payload.type !== "complete" || next === undefined,
      };
      return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${call.id}: ${rule}`]));
    }),
  );
  expect(broken).toEqual([]);
  function isAllowed(scheduledAt: string | null) {
    const local = new Date(Date.parse(scheduledAt ?? "") + 3 * 3_600_000);
    return local.getUTCHours() >= 9 && local.getUTCHours() < 21 && local.getUTCDay() !== 5;
  }
  function wait(previous: VendorCall, scheduledAt: string | null) {
    return Date.parse(scheduledAt ?? "") - Date.parse(previous.data.ended_at ?? "");
  }
});

test("contacts end in every way, in realistic shares, and reach falls with every attempt", () => {
  const contacts = contactsOf(history);
  const sizes = contacts.map((calls) => calls.length);
  expect(new Set(sizes)).toEqual(new Set([1, 2, 3, 4, 5]));
  const states = contacts.map((calls) => {
    const { type, next_retry_at } = calls.at(-1)?.webhook.payload ?? {};
    const isReached = calls.some(({ webhook: { payload } }) => payload.type === "complete");
    if (isReached) return "reached";
    if (type === "cancelled" || type === "expired") return calls.length > 1 ? "called off after dials" : "called off";
    if (next_retry_at == null) return calls.length > 1 ? "exhausted" : "given up at once";
    return Date.parse(next_retry_at) > NOW ? "trying" : "overdue";
  });
  const share = (state: string) => states.filter((each) => each === state).length / states.length;
  expect(share("reached")).toBeGreaterThan(0.6);
  expect(share("reached")).toBeLessThan(0.85);
  expect(share("exhausted")).toBeGreaterThan(0.04);
  for (const state of ["given up at once", "called off", "called off after dials", "trying", "overdue"]) {
    expect.soft(share(state), state).toBeGreaterThan(0);
    expect.soft(share(state), state).toBeLessThan(0.1);
  }
  const dials = history.filter(({ dialledAt }) => dialledAt !== null);
  const reach = [1, 2, 3].map((attempt) => {
    const these = dials.filter(({ data }) => data.retry_attempt_number === attempt);
    return these.filter(({ webhook: { payload } }) => payload.type === "complete").length / these.length;
  });
  expect(reach.toSorted((a, b) => b - a)).toEqual(reach);
  const booked = contacts.filter(([first]) => first?.data.scheduled_at !== null);
  expect(booked.length / contacts.length).toBeGreaterThan(0.03);
  expect(booked.some((calls) => calls.length > 1)).toBe(true);
  // Some bookings and retries are still ahead, and one is stuck at the vendor.
  expect(pending.some(({ data, dialledAt }) => data.is_retry && Date.parse(dialledAt ?? "") > NOW)).toBe(true);
  expect(pending.some(({ data, dialledAt }) => !data.is_retry && Date.parse(dialledAt ?? "") > NOW)).toBe(true);
  expect(pending.some(({ data, webhookAt }) => data.status === "scheduled" && webhookAt === null)).toBe(true);
});

test("some reports name a callback: every origin, times after the call, and some without a time", () => {
  const callbacks = completed.flatMap(({ data }) => {
    const parsed = webhookReport.safeParse(data.report);
    return parsed.success && parsed.data.callback !== null ? [{ data, callback: parsed.data.callback }] : [];
  });
  expect(callbacks.length).toBeGreaterThan(15);
  expect(new Set(callbacks.map(({ callback: { origin } }) => origin))).toEqual(
    new Set(["customer_requested", "inferred_follow_up", null]),
  );
  const ahead = callbacks.flatMap(({ data, callback: { callback_at } }) =>
    callback_at === null ? [] : [Date.parse(callback_at) - Date.parse(data.ended_at ?? "")],
  );
  expect(Math.min(...ahead)).toBeGreaterThan(0);
  expect(ahead.length).toBeLessThan(callbacks.length);
  expect(history.some(({ data }) => "callback" in (data.report ?? {}))).toBe(false);
});

test("after a transfer a person speaks, and what nobody says is not in the API's transcript", () => {
  const transferred = completed.filter(({ call }) => call.data.status === "transferred");
  const people = (messages: ReturnType<typeof messagesOf>) =>
    messages.filter((m) => "role" in m && (m.role === "transfer agent" || m.role === "human agent"));
  expect(transferred.some(({ data }) => people(messagesOf(data)).length > 0)).toBe(true);
  const unspoken = completed.flatMap(({ call, data }) =>
    messagesOf(data).flatMap((m) =>
      "role" in m && (m.role === "system" || m.role === "developer") ? [{ call, content: m.content }] : [],
    ),
  );
  expect(unspoken.length).toBeGreaterThan(10);
  for (const { call, content } of unspoken) {
    expect
      .soft(
        call.data.transcript?.map((m) => m.content),
        call.id,
      )
      .not.toContain(content);
  }
});

test("a live contact begins with a dial or a booking now; its retries follow after minutes", () => {
  const contacts = Array.from({ length: 60 }, (_, index) => generateLiveContact(`live ${index}`, NOW, 60, 20));
  const now = new Date(NOW).toISOString();
  const firsts = contacts.flatMap((calls) => calls.slice(0, 1));
  const booked = firsts.filter(({ data }) => data.scheduled_at !== null);
  expect(booked.length).toBeGreaterThan(0);
  expect(booked.length).toBeLessThan(15);
  for (const { data } of firsts) expect.soft(data.scheduled_at === null ? data.ended_at : data.created_at).toBe(now);
  for (const { data } of booked) expect.soft(Date.parse(data.scheduled_at ?? "")).toBeGreaterThanOrEqual(NOW + 30_000);
  const retries = contacts.flatMap((calls) => calls.slice(1));
  expect(retries.length).toBeGreaterThan(10);
  for (const { data } of retries) {
    const wait = Date.parse(data.scheduled_at ?? "") - Date.parse(data.created_at);
    expect.soft(wait).toBeGreaterThanOrEqual(45_000);
    expect.soft(wait).toBeLessThanOrEqual(24 * 60_000);
  }
});

test("a history is realistic: working hours and weekdays of Riyadh, shares of outcomes, recordings, some long calls", () => {
  const share = (matches: (call: VendorCall) => boolean) => history.filter(matches).length / history.length;
  const local = (call: VendorCall) => new Date(Date.parse(call.dialledAt ?? call.data.created_at) + 3 * 3_600_000);
  expect(share((call) => local(call).getUTCHours() >= 8 && local(call).getUTCHours() <= 21)).toBeGreaterThan(0.9);
  expect(share((call) => local(call).getUTCDay() === 5)).toBeLessThan(0.04);
  // Of dials. Most people are reached, but several dials may be needed.
  const reached = share(({ webhook: { payload } }) => payload.type === "complete");
  expect(reached).toBeGreaterThan(0.4);
  expect(reached).toBeLessThan(0.6);
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

test("a call has the requested outcome, language, scenario, place in its retry group and report delay", () => {
  const retry = { retry_attempt_number: 2, root_call_id: "root", next_retry_at: "2026-07-14T14:00:00.000Z" };
  const second = generateCall({ seed: "second", endedAt: NOW, outcome: "no_answer", retry });
  expect(second.webhook.payload).toEqual({ type: "no_answer", ...retry });
  expect(second.data).toMatchObject({ ...retry, is_retry: true, scheduled_at: expect.any(String) });
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
          expect(Date.parse(call.data.ended_at ?? call.data.updated_at)).toBeLessThanOrEqual(NOW);
        }
      },
    ),
    { numRuns: 40 },
  );
});
