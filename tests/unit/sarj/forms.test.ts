import { expect, test } from "@playwright/test";

import type { Json } from "@/lib/call/facts";
import { readAnswer, readCallData, readWebhook } from "@/tests/fixtures/read-body";
import { complete } from "@/tests/fixtures/webhooks";

/** Transcripts and reports in other forms than those of the contract. */

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
