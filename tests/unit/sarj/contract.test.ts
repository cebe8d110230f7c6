import { expect, test } from "@playwright/test";

import type { CallFacts, Json } from "@/lib/call/facts";
import { readCallAnswer } from "@/lib/sarj/api";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** The contract of September 2026, and values that mean one thing only in whatever form they come. */

const NOW = new Date("2026-11-26T12:00:00Z");

async function readWebhook(body: unknown): Promise<{ facts: CallFacts; flags: string[] }> {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const read = await interpret({ body: bytes, contentEncoding: null }, { now: NOW, allowedAddresses: ANY_ADDRESS });
  if (!read.understood) {
    throw new Error(`Quarantined: ${read.reason}`);
  }
  return read;
}

const readCallData = (callData: Record<string, unknown>) => readWebhook(complete("c", callData));

function readAnswer(data: Record<string, unknown>): { facts: CallFacts; flags: string[] } {
  const body = Buffer.from(JSON.stringify({ data: { id: "c", ...data }, meta: { request_id: "r" } }));
  const read = readCallAnswer(body, "c", NOW);
  if (read === null) {
    throw new Error("The answer is not about the call");
  }
  return read;
}

/* ── The retry group ──────────────────────────────────────────────────────────────────────────────────────────────── */

test("the retry fields are read in every payload and in the API's answer", async () => {
  const fields = { retry_attempt_number: 3, root_call_id: "root", next_retry_at: "2026-12-20T08:00:00Z" };
  const facts = { retryAttempt: 3, rootCallId: "root", nextRetryAt: new Date("2026-12-20T08:00:00Z") };
  for (const body of [notCompleted("c"), notCompleted("c", "cancelled"), complete("c")]) {
    const read = await readWebhook({ ...body, payload: { ...body.payload, ...fields } });
    expect(read).toMatchObject({ facts, flags: [] });
  }
  expect(readAnswer({ ...fields, is_retry: true, scheduled_at: "2026-11-20T08:00:00Z" })).toMatchObject({
    facts: { ...facts, scheduledAt: new Date("2026-11-20T08:00:00Z") },
    flags: [],
  });
});

test("times that lie ahead by their meaning are believed up to 60 days, others until tomorrow", () => {
  const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();
  const read = (days: number) => {
    const { facts, flags } = readAnswer({
      next_retry_at: inDays(days),
      scheduled_at: inDays(days),
      started_at: inDays(days),
    });
    return [facts.nextRetryAt, facts.scheduledAt, facts.startedAt].map((at) => at !== null).concat(flags.length > 0);
  };
  expect([read(0.9), read(1.1), read(59), read(61)]).toEqual([
    [true, true, true, false],
    [true, true, false, true],
    [true, true, false, true],
    [false, false, false, true],
  ]);
});

test("an unknown type, status, message type or field is named, on every level", async () => {
  const body = complete("c", {
    status: "teleported",
    new_1: 1,
    enhanced_transcript: {
      transcript: { messages: [{ role: "user", content: "hello", mood: "good" }, { type: "video" }], new_3: 1 },
      errors: [{ incorrect_text: "a", correction: "b", new_4: 1 }],
      new_2: 1,
    },
    report: {
      outcome: { status: "success", new_6: 1, success_criteria: [{ text: "t", achieved: true, new_7: 1 }] },
      callback: { origin: null, new_8: 1 },
      new_5: 1,
    },
  });
  const { flags } = await readWebhook({ ...body, payload: { ...body.payload, type: "busy", new_9: 1 }, new_0: 1 });
  expect(flags.map((flag) => flag.replace("payload.call_data.", "~"))).toEqual([
    "payload.type=busy: unknown_value",
    "payload.new_9: unknown_field",
    "~status=teleported: unknown_value",
    "~report.new_5: unknown_field",
    "~report.outcome.new_6: unknown_field",
    "~report.outcome.success_criteria[].new_7: unknown_field",
    "~report.callback.new_8: unknown_field",
    "~enhanced_transcript.errors[].new_4: unknown_field",
    "~enhanced_transcript.new_2: unknown_field",
    "~enhanced_transcript.transcript.new_3: unknown_field",
    "~enhanced_transcript.transcript.messages[].mood: unknown_field",
    "~enhanced_transcript.transcript.messages[].type=video: unknown_value",
    "~new_1: unknown_field",
    "new_0: unknown_field",
  ]);
  expect(
    readAnswer({ status: "teleported", new_1: 1, transcript: [{ role: "user", content: "hi", new_2: 1 }] }).flags,
  ).toEqual([
    "api.status=teleported: unknown_value",
    "api.transcript[].new_2: unknown_field",
    "api.new_1: unknown_field",
  ]);
});

/* ── Values in another form ───────────────────────────────────────────────────────────────────────────────────────── */

test("a duration and a number are read in every form that can mean one thing only", async () => {
  const durations: [sent: unknown, read: number | null][] = [
    [67, 67],
    ["67", 67],
    [" 67 ", 67],
    [42.7, 43],
    ["42.7", 43],
    ["42.699999999999996", 43],
    ["٦٧", 67],
    ["٤٢٫٧", 43],
    [0, 0],
    ["1:07", null],
    ["67s", null],
    ["0x10", null],
    ["1e3", null],
    [-1, null],
    [86_401, null],
    [true, null],
  ];
  for (const [sent, read] of durations) {
    const webhook = await readCallData({ total_duration: sent });
    expect([sent, webhook.facts.durationSeconds, webhook.flags.length]).toEqual([sent, read, read === null ? 1 : 0]);
    const answer = readAnswer({ duration: sent });
    expect([sent, answer.facts.durationSeconds, answer.flags.length]).toEqual([sent, read, read === null ? 1 : 0]);
  }
  const numbers: [sent: unknown, read: string | null][] = [
    [966500000001, "+966500000001"],
    ["+966500000001", "+966500000001"],
    ["٠٥٠٠٠٠٠٠٠١", "0500000001"],
    // No country has such a number, so the plus sign would make one up.
    [501234567, "501234567"],
    ["966500000001.0", "966500000001"],
    ["+966500000001.00", "+966500000001"],
    [12, null],
    [9665.5, null],
    [-966500000001, null],
  ];
  for (const [sent, read] of numbers) {
    expect([sent, (await readCallData({ phone_number: sent })).facts.phoneNumber]).toEqual([sent, read]);
    expect([sent, readAnswer({ phone_number: sent }).facts.phoneNumber]).toEqual([sent, read]);
  }
});

test("NaN and Infinity, as Python writes them, are null and flagged; the rest of the body is read", async () => {
  const { facts, flags } = await readWebhook(
    `{"call_id": "c", "payload": {"type": "complete", "call_data": {"total_duration": NaN, "status": "completed",
      "report": {"score": -Infinity, "note": "NaN: not a number \\" Infinity"}}}}`,
  );
  expect(facts).toMatchObject({
    durationSeconds: null,
    status: "completed",
    report: { score: null, note: 'NaN: not a number " Infinity' },
  });
  expect(flags).toEqual([
    "payload.call_data.total_duration: unbelievable",
    "payload.call_data.report.score: unbelievable",
  ]);
});

test("a body of unfinished strings is read in a time in proportion to its length", async () => {
  // Quadratic, this would take hours, and the test would time out.
  for (const text of [
    '"' + '\\"'.repeat(1_000_000),
    `{"a":"${'{\\"b\\":\\"c\\",'.repeat(200_000)}`,
    "-".repeat(2_000_000),
  ]) {
    const read = await interpret(
      { body: Buffer.from(text), contentEncoding: null },
      { now: NOW, allowedAddresses: ANY_ADDRESS },
    );
    expect(read).toMatchObject({ understood: false, reason: "not_json" });
  }
});

test("the place of a NaN is named in a form that every index can hold", async () => {
  const key = `x\\u0000\\ud800${"k".repeat(5000)}`;
  const { flags } = await readWebhook(
    `{"call_id": "c", "payload": {"type": "complete", "response_body": {"list": [1, {"${key}": NaN}, {"${key}": NaN}]}}}`,
  );
  expect(flags).toEqual([`payload.response_body.list[].x\uFFFD\uFFFD${"k".repeat(57)}: unbelievable`]);
});

test("a silent id inside says nothing, and `call_data` is read as text too", async () => {
  for (const id of ["", " ", "null", "None", null]) {
    expect(await readCallData({ call_id: id, status: "completed" })).toMatchObject({ facts: { status: "completed" } });
  }
  const body = complete("c");
  const { facts, flags } = await readWebhook({
    ...body,
    payload: { ...body.payload, call_data: JSON.stringify(body.payload.call_data) },
  });
  expect([facts.durationSeconds, facts.transcript?.length, flags]).toEqual([61, 2, []]);
});

test("a payload and its `call_data` are read as JSON text and alone in a list too", async () => {
  const { payload } = complete("c");
  const read = await readWebhook({ call_id: "c", payload });
  for (const sent of [JSON.stringify(payload), [payload], JSON.stringify([payload])]) {
    expect(await readWebhook({ call_id: "c", payload: sent })).toEqual(read);
  }
  for (const sent of [JSON.stringify(payload.call_data), [payload.call_data]]) {
    expect(await readWebhook({ call_id: "c", payload: { ...payload, call_data: sent } })).toEqual(read);
  }
  const two = await readWebhook({ call_id: "c", payload: { ...payload, call_data: [payload.call_data, {}, 1] } });
  expect([two.facts.status, two.flags]).toEqual([null, ["payload.call_data: unknown_form"]]);
});

test("a payload in an unknown form is quarantined as that, and one that says nothing as missing", async () => {
  const reasonFor = async (payload: unknown) => {
    const body = Buffer.from(JSON.stringify({ call_id: "c", payload }));
    const read = await interpret({ body, contentEncoding: null }, { now: NOW, allowedAddresses: ANY_ADDRESS });
    return read.understood ? null : [read.callId, read.reason];
  };
  for (const payload of [
    "no_answer",
    '{"type": "no_answer"',
    7,
    false,
    ["no_answer"],
    [{ type: "a" }, { type: "b" }],
  ]) {
    expect([payload, await reasonFor(payload)]).toEqual([payload, ["c", "payload_unknown_form"]]);
  }
  for (const payload of [undefined, null, "", "None", [], [null]]) {
    expect([payload, await reasonFor(payload)]).toEqual([payload, ["c", "payload_missing"]]);
  }
});

test("a direction and a type of interaction outside the contract are kept and named", async () => {
  for (const [direction, type] of [
    ["inbound", "voice"],
    ["outbound", "chat"],
  ]) {
    expect((await readCallData({ direction, interaction_type: type })).flags).toEqual([]);
  }
  expect(await readCallData({ direction: "sideways", interaction_type: "sms" })).toMatchObject({
    facts: { direction: "sideways", interactionType: "sms" },
    flags: [
      "payload.call_data.direction=sideways: unknown_value",
      "payload.call_data.interaction_type=sms: unknown_value",
    ],
  });
});

test("times and answers of messages are read as text too", async () => {
  const messages = [
    { role: "user", content: "hello", start_at: "12.5" },
    {
      type: "function_call_output",
      tool_name: "t",
      output: "",
      is_error: "true",
      duration_ms: "450",
      start_at: "soon",
    },
  ];
  const { facts } = await readCallData({ enhanced_transcript: { transcript: { messages } } });
  expect(facts.transcript).toMatchObject([{ startAt: 12.5 }, { isError: true, durationMs: 450, startAt: null }]);
});

test("an id of a scenario is read as text, with all its digits", () => {
  const read = (id: string) =>
    readCallAnswer(Buffer.from(`{"data": {"id": "c", "scenario_id": ${id}}, "meta": {}}`), "c", NOW)?.facts.scenarioId;
  expect([read('"s"'), read("42"), read("12345678901234567890"), read("4.2"), read("true")]).toEqual([
    "s",
    "42",
    "12345678901234567890",
    null,
    null,
  ]);
});

test("a text of JSON that says nothing is no value", async () => {
  const long = JSON.stringify({ a: Array<null>(50).fill(null) });
  for (const nothing of ['{"a": null}', long]) {
    const body = complete("c", { report: nothing, enhanced_transcript: nothing });
    const { facts, flags } = await readWebhook({ ...body, payload: { ...body.payload, response_body: nothing } });
    expect([facts.responseBody, facts.report, facts.transcript, flags]).toEqual([null, null, null, []]);
    expect(readAnswer({ variables: nothing, report: nothing })).toMatchObject({
      facts: { variables: null, report: null },
      flags: [],
    });
  }
});

test("a recording that has no URL is none, and flagged", async () => {
  for (const url of ["pending", "not a url", "/recording", 7]) {
    const { facts, flags } = await readCallData({ recording_url: url, permanent_recording_url: url });
    expect([url, facts.recordingUrl, facts.permanentRecordingUrl, flags]).toEqual([
      url,
      null,
      null,
      ["payload.call_data.recording_url: unbelievable", "payload.call_data.permanent_recording_url: unbelievable"],
    ]);
  }
});

test("placeholders of other languages are no values, and no flags", async () => {
  for (const nothing of ["", " ", "null", "None", "undefined", "\u200B", {}, [], { a: null }, [""]] as Json[]) {
    const { facts, flags } = await readCallData({
      status: nothing,
      direction: nothing,
      phone_number: nothing,
      total_duration: nothing,
      started_at: nothing,
      report: nothing,
      recording_url: nothing,
      permanent_recording_url: nothing,
      enhanced_transcript: { transcript: { messages: nothing }, errors: nothing },
    });
    expect([nothing, facts.status, facts.direction, facts.phoneNumber, facts.durationSeconds, facts.report]).toEqual([
      nothing,
      ...Array<null>(5).fill(null),
    ]);
    expect([facts.recordingUrl, facts.permanentRecordingUrl, facts.transcript, facts.corrections]).toEqual(
      Array<null>(4).fill(null),
    );
    expect([nothing, flags]).toEqual([nothing, []]);
  }
});

test("a transcript is read wherever a list of messages can mean nothing else, and kept in any other form", async () => {
  const messages = [{ role: "user", content: "hello", start_at: 1 }];
  const read = [{ type: "message", role: "user", content: "hello", startAt: 1 }];
  for (const enhanced of [
    { transcript: { messages }, errors: [] },
    { transcript: messages },
    { messages },
    messages,
    JSON.stringify({ transcript: { messages } }),
    { transcript: JSON.stringify(messages) },
    { messages: JSON.stringify(messages) },
    { transcript: { messages: messages.map((message) => JSON.stringify(message)) } },
    { transcript: { messages: [], language: "ar" }, messages },
    { transcript: { messages: [{ role: "user", content: "" }] }, messages },
    { transcript: "None", messages },
    { transcript: { messages }, messages: [{ role: "user", content: "another" }] },
  ]) {
    const { facts } = await readCallData({ enhanced_transcript: enhanced });
    expect([enhanced, facts.transcript]).toEqual([enhanced, read]);
  }
  for (const [enhanced, kept] of [
    ["Agent: hello", "Agent: hello"],
    [{ transcript: "Agent: hello" }, "Agent: hello"],
    [{ transcript: { messages: "Agent: hello" } }, "Agent: hello"],
    [{ transcript: { turns: ["hello"] } }, { turns: ["hello"] }],
    [{ text: "hello" }, { text: "hello" }],
    [{ messages: [], text: "hello" }, { text: "hello" }],
    [7, 7],
  ] as [Json, Json][]) {
    const { facts, flags } = await readCallData({ enhanced_transcript: enhanced });
    expect([enhanced, facts.transcript]).toEqual([enhanced, [{ type: "other", kind: "", data: kept }]]);
    expect(flags.some((flag) => flag.endsWith("unknown_form"))).toBe(true);
  }
  expect(readAnswer({ transcript: "hello" }).facts.transcript).toEqual([{ type: "other", kind: "", data: "hello" }]);
});

test("a report and a response are kept in any form, and one in an unknown form is flagged", async () => {
  const body = complete("c", { report: "All went well" });
  const { facts, flags } = await readWebhook({ ...body, payload: { ...body.payload, response_body: ["yes", 1] } });
  expect([facts.report, facts.responseBody]).toEqual(["All went well", ["yes", 1]]);
  expect(flags).toEqual(["payload.response_body: unknown_form", "payload.call_data.report: unknown_form"]);
  const asText = await readCallData({ report: '{"outcome": {"status": "success"}}' });
  expect(asText).toMatchObject({ facts: { report: { outcome: { status: "success" } } }, flags: [] });
  expect(readAnswer({ report: ["well"], variables: "x" })).toMatchObject({
    facts: { report: ["well"], variables: "x" },
    flags: ["api.variables: unknown_form", "api.report: unknown_form"],
  });
});

test("what is not read of a typed report is named", async () => {
  for (const [report, flags] of [
    [{ outcome: { status: "success", success_criteria: '[{"text":"Booked","achieved":true}]' } }, []],
    [{ outcome: { status: "success", success_criteria: [null, {}, { text: "Booked", achieved: "true" }] } }, []],
    [
      { outcome: { status: "success", success_criteria: { Booked: true } } },
      ["outcome.success_criteria: unknown_form"],
    ],
    [{ outcome: { status: "success", success_criteria: "all met" } }, ["outcome.success_criteria: unknown_form"]],
    [{ outcome: { status: "success", success_criteria: [7, "x"] } }, ["outcome.success_criteria[]: unknown_form"]],
    [
      { outcome: { status: "success", success_criteria: [{ text: "", achieved: true }] } },
      ["outcome.success_criteria[]: unknown_form"],
    ],
    [
      { outcome: { status: "success", success_criteria: [{ text: "Booked", achieved: "partly", is_primary: "yes" }] } },
      ["outcome.success_criteria[].achieved: unbelievable", "outcome.success_criteria[].is_primary: unbelievable"],
    ],
    [{ outcome: { status: "error", reason: null }, generated_at: "2026-11-25T10:00:00Z" }, []],
    [{ outcome: { status: "failure", reason: { code: 7 } } }, ["outcome.reason: unbelievable"]],
    [{ outcome: { status: "maybe" } }, ["outcome.status=maybe: unknown_value"]],
    [{ outcome: { status: "success" }, generated_at: "0001-01-01T00:00:00Z" }, ["generated_at: unbelievable"]],
    [{ outcome: { status: "success" }, generated_at: "9999-12-31T00:00:00Z" }, ["generated_at: unbelievable"]],
    [{ outcome: { status: "success" }, generated_at: "infinity" }, ["generated_at: unbelievable"]],
    [{ outcome: { status: "success" }, callback: "tomorrow at nine" }, ["callback: unknown_form"]],
    [{ callback: { origin: "customer_requested", confidence: "0.9", matches_tool_capture: "true" } }, []],
    [
      { callback: { origin: "guess", callback_at: "soon", confidence: 7, matches_tool_capture: "yes" } },
      [
        "callback.origin=guess: unknown_value",
        "callback.callback_at: unbelievable",
        "callback.confidence: unbelievable",
        "callback.matches_tool_capture: unbelievable",
      ],
    ],
    // A scenario's own report has its own words.
    [{ generated_at: "today", outcome: "good", callback: "no", success_criteria: 3 }, []],
  ] as [Json, string[]][]) {
    const expected = [report, flags.map((flag) => `report.${flag}`)];
    const webhook = await readCallData({ report });
    expect([report, webhook.flags.map((flag) => flag.replace("payload.call_data.", ""))]).toEqual(expected);
    expect([report, readAnswer({ report }).flags.map((flag) => flag.replace("api.", ""))]).toEqual(expected);
  }
});

test("the parts of a report are read as JSON text too", async () => {
  const report = { outcome: { status: "success", reason: "Booked." }, callback: { origin: "customer_requested" } };
  const asText = { outcome: JSON.stringify(report.outcome), callback: JSON.stringify(report.callback) };
  expect(await readCallData({ report: asText })).toMatchObject({ facts: { report }, flags: [] });
});

test("messages of which none says anything are no transcript", async () => {
  const silent = [
    { type: "message", role: "user", content: "" },
    { type: "message", role: "assistant", content: "None", start_at: 1 },
    {},
  ];
  const read = async (messages: unknown[]) =>
    (await readCallData({ enhanced_transcript: { transcript: { messages }, errors: [] } })).facts.transcript;
  expect([await read([]), await read(silent)]).toEqual([null, null]);
  expect(await read([...silent, { type: "message", role: "user", content: "Yes" }])).toHaveLength(4);
});
