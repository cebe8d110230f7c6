import { expect, test } from "@playwright/test";

import type { Json } from "@/lib/call/facts";
import { readCallAnswer } from "@/lib/sarj/api";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { NOW, readAnswer, readCallData, readWebhook } from "@/tests/fixtures/read-body";
import { complete } from "@/tests/fixtures/webhooks";

/** Values that mean one thing only, in whatever form they come. */

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
