import { expect, test } from "@playwright/test";

import type { CallFacts, Json } from "@/lib/call/facts";
import { readCallAnswer } from "@/lib/sarj/api";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { complete } from "@/tests/fixtures/webhooks";

/** The messages of a transcript and the corrections, in forms that the contract does not name. */

const NOW = new Date("2026-11-26T12:00:00Z");
const MESSAGES = "payload.call_data.enhanced_transcript.transcript.messages[]";
const CORRECTIONS = "payload.call_data.enhanced_transcript.errors";

async function readTranscript(enhanced_transcript: Json): Promise<{ facts: CallFacts; flags: string[] }> {
  const body = Buffer.from(JSON.stringify(complete("c", { enhanced_transcript })));
  const read = await interpret({ body, contentEncoding: null }, { now: NOW, allowedAddresses: ANY_ADDRESS });
  if (!read.understood) {
    throw new Error(`Quarantined: ${read.reason}`);
  }
  return read;
}

/** The messages as read, and their flags without the path to them. */
async function read(messages: Json): Promise<[CallFacts["transcript"], string[]]> {
  const { facts, flags } = await readTranscript({ transcript: { messages }, errors: [] });
  return [facts.transcript, flags.map((flag) => flag.replace(MESSAGES, "~"))];
}

const hi = { type: "message", role: "user", content: "hi", startAt: null };
const other = (data: Json, kind = "") => ({ type: "other", kind, data });

test("a message whose content says nothing does not hide what is beside it", async () => {
  for (const message of [
    { role: "user", content: null, text: "hi" },
    { role: "user", text: "hi" },
    { role: "user", content: "", parts: ["hi"] },
    { role: "user", content: { a: null }, text: "hi" },
  ] as Json[]) {
    const [transcript, flags] = await read([message]);
    expect([transcript, flags[0]]).toEqual([[other(message)], "~: unknown_form"]);
    expect(flags[1]).toMatch(/^~\.(?:text|parts): unknown_field$/);
  }
  const prompt = { type: "instructions", content: null, prompt: "Be kind." };
  expect(await read([prompt])).toEqual([
    [other(prompt, "instructions")],
    ["~: unknown_form", "~.prompt: unknown_field"],
  ]);
  expect(await read([{ role: "user", content: "hi", text: "hello" }])).toEqual([[hi], ["~.text: unknown_field"]]);
});

test("a tool's call and its output stay joined, and show what came in the place of their text", async () => {
  const [transcript] = await read([
    { type: "function_call", tool_name: "t", arguments: null, tool_call_id: "1", args: { a: 1 } },
    { type: "function_call_output", tool_name: "t", output: null, tool_call_id: "1", error: "timeout" },
    { type: "function_call", tool_name: "t", arguments: null, tool_call_id: "2" },
    { type: "function_call_output", tool_name: "t", output: null, tool_call_id: "2" },
    { type: "function_call", tool_name: "t", arguments: "{}", latency: 5 },
  ]);
  expect(transcript).toMatchObject([
    { type: "function_call", arguments: '{"args":{"a":1}}' },
    { type: "function_call_output", output: '{"error":"timeout"}' },
    { type: "function_call", arguments: "" },
    { type: "function_call_output", output: "" },
    { type: "function_call", arguments: "{}" },
  ]);
});

test("an id of a tool call that says nothing is none, and a number is its text", async () => {
  const ids: [sent: Json, read: string | null, flags: string[]][] = [
    ["", null, []],
    ["None", null, []],
    [null, null, []],
    [7, "7", []],
    ["7", "7", []],
    [7.5, null, ["~.tool_call_id: unbelievable"]],
    [["7"], null, ["~.tool_call_id: unbelievable"]],
  ];
  for (const [id, toolCallId, flags] of ids) {
    const [transcript, found] = await read([
      { type: "function_call", tool_name: "t", arguments: "{}", tool_call_id: id },
      { type: "function_call_output", tool_name: "t", output: "x", tool_call_id: id },
    ]);
    expect([transcript, found]).toMatchObject([[{ toolCallId }, { toolCallId }], flags]);
  }
});

test("a message in an unknown form is kept and flagged as that; only an unknown type is flagged as a type", async () => {
  const cases: [message: Json, kind: string, flags: string[]][] = [
    [{ speaker: "user", text: "hi" }, "", ["~: unknown_form", "~.speaker: unknown_field", "~.text: unknown_field"]],
    ["hi", "", ["~: unknown_form"]],
    [["hi"], "", ["~: unknown_form"]],
    [{ content: "hi" }, "", ["~: unknown_form"]],
    [{ type: "message", content: "hi" }, "message", ["~: unknown_form"]],
    [{ role: "user", content: ["hi"] }, "", ["~: unknown_form"]],
    [{ type: "function_call" }, "function_call", ["~: unknown_form"]],
    [{ type: 7, role: "user", content: "hi" }, "", ["~: unknown_form"]],
    [{ type: "dtmf", digit: 1 }, "dtmf", ["~.type=dtmf: unknown_value"]],
  ];
  for (const [message, kind, flags] of cases) {
    expect(await read([message])).toEqual([[other(message, kind)], flags]);
  }
  expect(
    await read([
      { type: "instructions", content: null },
      { role: "user", content: "hi" },
    ]),
  ).toEqual([[{ type: "instructions", content: "" }, hi], []]);
});

test("a message without a word is no message, and one whose type says nothing is plain", async () => {
  for (const messages of [
    [{ role: "user" }],
    [{ role: "user", content: {} }],
    [{ role: "user", content: [""] }],
    [{ type: "message", role: null, content: null }],
    [{ type: null, role: "user", start_at: 4 }],
    [null, {}, [], ""],
  ] as Json[]) {
    expect(await read(messages)).toEqual([null, []]);
  }
  for (const type of ["", "None", null, {}] as Json[]) {
    expect(await read([{ type, role: "user", content: "hi" }])).toEqual([[hi], []]);
  }
});

test("a time of a message that is not credible is null and flagged", async () => {
  const times: [sent: Json, read: number | null][] = [
    ["12.345678901234567", 12.345678901234567],
    ["٦٧", 67],
    [-5, null],
    ["soon", null],
    [86_401, null],
    [true, null],
  ];
  for (const [start_at, startAt] of times) {
    const messages = [{ role: "user", content: "hello", start_at }];
    expect(await read(messages)).toEqual([
      [{ type: "message", role: "user", content: "hello", startAt }],
      startAt === null ? ["~.start_at: unbelievable"] : [],
    ]);
  }
});

test("instructions and messages of an unknown type have a time", async () => {
  expect(
    await read([
      { type: "dtmf", start_at: "2" },
      { type: "instructions", content: "Be kind.", start_at: 0 },
      { type: "dtmf", start_at: "soon" },
    ]),
  ).toEqual([
    [
      { ...other({ type: "dtmf", start_at: "2" }, "dtmf"), startAt: 2 },
      { type: "instructions", content: "Be kind.", startAt: 0 },
      other({ type: "dtmf", start_at: "soon" }, "dtmf"),
    ],
    ["~.type=dtmf: unknown_value"],
  ]);
});

test("an unknown role is taken as it is, and flagged", async () => {
  const roles = ["Human_Agent", "system prompt", "robot", ""];
  const [transcript, flags] = await read(roles.map((role) => ({ role, content: "hi" })));
  expect(transcript).toMatchObject(roles.map((role) => ({ role })));
  expect(flags).toEqual(["~.role=robot: unknown_value"]);
});

test("a message may come as JSON text; another text that begins like JSON is kept", async () => {
  expect(await read(['{"role": "user", "content": "hi"}', "[laughs]"])).toEqual([
    [hi, other("[laughs]")],
    ["~: unknown_form"],
  ]);
});

test("of two lists, the one that belongs there is read; what is not read is flagged", async () => {
  const { facts, flags } = await readTranscript({
    transcript: { messages: [{ role: "user", content: "hi" }] },
    messages: [{ role: "user", content: "another" }],
  });
  expect([facts.transcript, flags]).toEqual([[hi], ["payload.call_data.enhanced_transcript.messages: unknown_field"]]);
  for (const transcript of ["Agent: hello", { messages: "Agent: hello" }] as Json[]) {
    const upper = await readTranscript({ transcript, messages: [{ role: "user", content: "hi" }] });
    expect([upper.facts.transcript, upper.flags.map((flag) => flag.split(": ")[1])]).toEqual([[hi], ["unknown_form"]]);
  }
  const body = JSON.stringify({ data: { id: "c", transcript: [{ role: "user", text: "hi" }] }, meta: {} });
  expect(readCallAnswer(Buffer.from(body), "c", NOW)?.flags).toContain("api.transcript[]: unknown_form");
});

test("corrections that say nothing or cannot be read are none", async () => {
  const good = { incorrect_text: "teh", correction: "the", type: "word" };
  const kept = { incorrectText: "teh", correction: "the", type: "word" };
  const cases: [errors: Json, read: Json, flags: string[]][] = [
    [[], null, []],
    [["teh"], null, ["[]: unbelievable"]],
    [[null, "", {}, { incorrect_text: "", correction: "", type: "word" }], null, []],
    [[null, good], [kept], []],
    [JSON.stringify([good]), [kept], []],
    [[JSON.stringify(good)], [kept], []],
    [[{ incorrect_text: " ", correction: "the" }], null, ["[]: unbelievable"]],
    [
      [{ wrong: "teh", right: "the" }],
      null,
      ["[]: unbelievable", "[].wrong: unknown_field", "[].right: unknown_field"],
    ],
    [[{ ...good, type: null }], [{ ...kept, type: "phrase" }], []],
    [[{ ...good, type: "letter" }], [{ ...kept, type: "phrase" }], ["[].type=letter: unknown_value"]],
    // A word for "no value" may be what was misheard.
    [
      [{ incorrect_text: "nil", correction: "Neil" }],
      [{ incorrectText: "nil", correction: "Neil", type: "phrase" }],
      [],
    ],
    // What was heard and not said.
    [[{ incorrect_text: "uh", correction: "" }], [{ incorrectText: "uh", correction: "", type: "phrase" }], []],
    ["teh", null, [": unknown_form"]],
  ];
  for (const [errors, corrections, flags] of cases) {
    const { facts, flags: found } = await readTranscript({
      transcript: { messages: [{ role: "user", content: "hi" }] },
      errors,
    });
    expect([errors, facts.corrections, found]).toEqual([errors, corrections, flags.map((flag) => CORRECTIONS + flag)]);
  }
});
