import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { ANY_ADDRESS, interpret, type Interpretation } from "@/lib/sarj/interpret";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

const NOW = new Date("2026-06-01T12:00:00Z");
const ANYONE = { now: NOW, allowedAddresses: ANY_ADDRESS };

function interpretBody(body: Uint8Array, contentEncoding: string | null = null): Promise<Interpretation> {
  return interpret({ body, contentEncoding }, ANYONE);
}

function interpretJson(value: unknown): Promise<Interpretation> {
  return interpretBody(Buffer.from(JSON.stringify(value) ?? ""));
}

/* ── The bodies in tests/fixtures/bodies ────────────────────────────────────────────────────────────────────────────── */

type Body = { file: string; row: number; headers?: Record<string, string>; reason?: string; flags?: string[] };
const FOLDER = "tests/fixtures/bodies";
const bodies = JSON.parse(readFileSync(join(FOLDER, "manifest.json"), "utf8")) as Body[];

for (const [row, ofRow] of Map.groupBy(bodies, (body) => body.row)) {
  test(`row ${row}: the bodies of this row are interpreted as the manifest says`, async () => {
    for (const { file, headers, reason, flags } of ofRow) {
      const body = readFileSync(join(FOLDER, file));
      const contentEncoding = headers?.["content-encoding"] ?? null;
      const interpretation = await interpret(
        { body, contentEncoding },
        { now: new Date(), allowedAddresses: ANY_ADDRESS },
      );
      if (interpretation.understood) {
        expect([file, reason], "the body is understood").toEqual([file, undefined]);
        expect([file, interpretation.flags]).toEqual([file, flags ?? interpretation.flags]);
      } else {
        expect([file, interpretation.reason]).toEqual([file, reason]);
      }
    }
  });
}

/* ── Examples ───────────────────────────────────────────────────────────────────────────────────────────── */

test("row 28: a valid webhook is understood completely", async () => {
  const interpretation = await interpretJson(complete("call-1"));
  expect(interpretation).toEqual({
    understood: true,
    callId: "call-1",
    flags: [],
    facts: {
      outcome: "complete",
      status: "completed",
      direction: "outbound",
      language: null,
      interactionType: "voice",
      phoneNumber: "+966500000001",
      scenarioId: null,
      durationSeconds: 61,
      createdAt: new Date("2026-05-04T08:59:00Z"),
      startedAt: new Date("2026-05-04T09:00:00Z"),
      endedAt: new Date("2026-05-04T09:01:01Z"),
      scheduledAt: null,
      updatedAt: null,
      rootCallId: null,
      retryAttempt: null,
      nextRetryAt: null,
      transcript: [
        { type: "message", role: "assistant", content: "مرحبا، معك فريق التوصيل", startAt: 0.5 },
        { type: "message", role: "user", content: "Yes, please come tomorrow", startAt: 4.25 },
      ],
      corrections: null,
      report: null,
      responseBody: { confirmed: true },
      variables: null,
      recordingUrl: null,
      recordingExpiresAt: null,
      permanentRecordingUrl: null,
    },
  });
});

test("row 29: a webhook of a call that was not completed contains only the outcome", async () => {
  const interpretation = await interpretJson(notCompleted("call-2", "sip_trunk_failure"));
  expect(interpretation).toMatchObject({
    understood: true,
    callId: "call-2",
    flags: [],
    facts: { outcome: "sip_trunk_failure", phoneNumber: null, startedAt: null, transcript: null },
  });
});

test("row 23: outside the known fields, numbers that JavaScript cannot represent become text with all digits", async () => {
  const text =
    '{"call_id":"n","payload":{"type":"complete","response_body":{"order":12345678901234567890,"x":1e400,"y":0.1}}}';
  expect(await interpretBody(Buffer.from(text))).toMatchObject({
    facts: { responseBody: { order: "12345678901234567890", x: "1e400", y: 0.1 } },
  });
});

test("rows 23, 25: a number that is too large for a double is no word, no id, no phone number and no URL", async () => {
  const read = (fields: string) =>
    interpretBody(Buffer.from(`{"call_id":"n","payload":{"type":"complete","call_data":{${fields}}}}`));
  for (const field of ["phone_number", "status", "direction", "recording_url", "root_call_id"]) {
    for (const number of ["1e400", "12345678901234567890"]) {
      const interpretation = await read(`"${field}":${number}`);
      expect(interpretation.understood && [interpretation.flags, JSON.stringify(interpretation.facts)]).toEqual([
        [`payload.call_data.${field}: unbelievable`],
        expect.not.stringContaining(number),
      ]);
    }
  }
  expect(await read('"call_id":1e400')).toMatchObject({ reason: "call_id_mismatch" });
  for (const [text, reason] of [
    ['{"call_id":1e400,"payload":{"type":"failed"}}', "call_id_not_text"],
    ['{"call_id":12345678901234567890,"payload":{"type":"failed"}}', "call_id_not_text"],
    ['{"call_id":"n","payload":{"type":1e400}}', "type_missing"],
  ]) {
    expect(await interpretBody(Buffer.from(String(text)))).toMatchObject({ understood: false, reason });
  }
});

test("rows 25, 26: a call id or a type that says nothing is missing", async () => {
  for (const nothing of ["None", "null", "undefined", "{}", "\u200B", '"null"', "<nil>", "\u0000", ""]) {
    const missing = (reason: string) => ({ understood: false, reason });
    expect([nothing, await interpretJson(notCompleted(nothing))]).toMatchObject([nothing, missing("call_id_missing")]);
    expect([nothing, await interpretJson(notCompleted("c", nothing))]).toMatchObject([
      nothing,
      missing("type_missing"),
    ]);
  }
});

test("row 28: that there are more flags than are kept is said", async () => {
  const more = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`new_${index}`, index]));
  const flagsOf = async (body: unknown) => {
    const interpretation = await interpretJson(body);
    return interpretation.understood ? interpretation.flags : ["not understood"];
  };
  expect((await flagsOf(complete("c", more))).slice(11)).toEqual([
    "payload.call_data.new_11: unknown_field",
    "payload.call_data.*: cut",
  ]);
  const { new_12: _last, ...twelve } = more;
  expect(await flagsOf({ ...notCompleted("c"), ...twelve })).toHaveLength(12);
  expect((await flagsOf({ ...notCompleted("c"), ...more })).at(-1)).toBe("*: cut");
});

test("row 24: a time after tomorrow or before 2020 is flagged", async () => {
  const startedAt = async (at: string) => {
    const interpretation = await interpretJson(complete("t", { started_at: at }));
    return interpretation.understood ? interpretation.flags : ["not understood"];
  };
  expect(await startedAt("2026-06-02T11:59:59Z")).toEqual([]);
  expect(await startedAt("2026-06-02T12:00:01Z")).toEqual(["payload.call_data.started_at: unbelievable"]);
  expect(await startedAt("2019-12-31T23:59:59Z")).toEqual(["payload.call_data.started_at: unbelievable"]);
});

test("row 28: a transcript with too many messages is truncated and flagged", async () => {
  const messages = `[${'{"role":"user","content":"x"},'.repeat(60_000)}0]`;
  const text = `{"call_id":"big","payload":{"type":"complete","call_data":{"enhanced_transcript":{"transcript":{"messages":${messages}}}}}}`;
  const interpretation = await interpretBody(Buffer.from(text));
  expect(interpretation.understood && [interpretation.facts.transcript?.length, interpretation.flags]).toEqual([
    50_000,
    ["payload.call_data.enhanced_transcript.transcript.messages: cut"],
  ]);
});

test("row 17: a body that cannot be decoded is quarantined as undecodable", async () => {
  expect(await interpretBody(Buffer.from([0x1f, 0x8b, 8, 0, 0xff]), "gzip")).toEqual({
    understood: false,
    callId: "",
    reason: "undecodable",
  });
});

test("row 8: a body from an address that is not allowed is quarantined with its call's id", async () => {
  const body = Buffer.from(JSON.stringify(notCompleted("call-3")));
  const from = (sourceIp: string | null, allowedAddresses: readonly string[]) =>
    interpret({ body, contentEncoding: null, sourceIp }, { now: NOW, allowedAddresses });
  const ranges = ["192.0.2.0/24", "2001:db8::1"];
  const unexpected = { understood: false, callId: "call-3", reason: "unexpected_address" };
  for (const address of ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"]) {
    expect(await from(address, ranges)).toMatchObject({ understood: true });
  }
  for (const address of ["198.51.100.7", "2001:db8::2", null, "not an address"]) {
    expect(await from(address, ranges)).toEqual(unexpected);
    expect(await from(address, ANY_ADDRESS)).toMatchObject({ understood: true });
  }
});
