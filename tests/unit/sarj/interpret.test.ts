import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { decodeBody } from "@/lib/sarj/body";
import { interpret, type Interpretation, MAX_CALL_ID_LENGTH, QUARANTINE_REASONS } from "@/lib/sarj/interpret";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

/** Total: every input gives a value that can be stored. 10,000 cases each in the normal run. */
const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 10_000) };
const NOW = new Date("2026-06-01T12:00:00Z");
const TOMORROW = NOW.getTime() + 86_400_000;

test("rows 16, 19-26: every sequence of bytes means something", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => isSound(interpret(bytes, NOW))),
    RUNS,
  );
});

test("rows 16, 19-26: every text means something", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 500 }),
    fc.array(
      fc.constantFrom(
        '{"',
        '":',
        "{",
        "}",
        "[",
        "]",
        ",",
        '"',
        "\\u0000",
        "\\ud800",
        "1e999",
        "null",
        "call_id",
        "payload",
      ),
    ),
  );
  fc.assert(
    fc.property(text, (given) => isSound(interpret(Buffer.from(Array.isArray(given) ? given.join("") : given), NOW))),
    RUNS,
  );
});

test("rows 22, 26, 28: every JSON means something", () => {
  fc.assert(
    fc.property(anyJson, (value) => isSound(interpret(Buffer.from(JSON.stringify(value) ?? ""), NOW))),
    RUNS,
  );
});

test("rows 19, 20, 22-25, 28, 31: every distortion of an honest webhook means something", () => {
  fc.assert(
    fc.property(distorted, ({ body, distortions }) => {
      const meaning = interpret(Buffer.from(JSON.stringify(body)), NOW);
      isSound(meaning);
      const untouched = distortions.every(
        ([path]) => path[0] === "payload" && path[1] === "call_data" && path.length > 3,
      );
      if (untouched) {
        expect(meaning.understood, "a field cannot cost the call").toBe(true);
      }
    }),
    RUNS,
  );
});

test("rows 16, 21: an honest webhook with its bytes cut, doubled or replaced means something", () => {
  const honest = Buffer.from(JSON.stringify(complete("call-1")));
  const edit = fc.tuple(fc.nat(honest.length), fc.nat(40), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
      let bytes = honest;
      for (const [at, removed, added] of edits) {
        bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
      }
      isSound(interpret(bytes, NOW));
    }),
    RUNS,
  );
});

test("row 17: every body under every encoding is decoded or it is not, and never throws", async () => {
  const encoding = fc.oneof(
    fc.constantFrom("gzip", "deflate", "br", "x-gzip", "identity", "", "GZIP ", "gzip, gzip", "zstd", "__proto__"),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), encoding, async (bytes, name) => {
      const decoded = await decodeBody(Buffer.from(bytes), name);
      expect(decoded === null || Buffer.isBuffer(decoded)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

/* ── What is drawn ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** JSON with what is awkward about it: odd keys, lone surrogates, NUL, huge and tiny numbers. */
const awkwardText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "\u0000",
    "\ud800",
    "\udc00x",
    "infinity",
    "now",
    "2026-05-04T09:00:00Z",
    "+966500000000",
    "complete",
    "",
  ),
);
const awkwardNumber = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(-1, 1e21, 2 ** 53, -0, 86_401, 1.5));
const awkwardKey = fc.oneof(
  awkwardText,
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "call_id",
    "payload",
    "type",
    "call_data",
    "messages",
    "errors",
  ),
);
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    awkwardNumber,
    awkwardText,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(awkwardKey, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

const PATHS = [
  ["call_id"],
  ["payload"],
  ["payload", "type"],
  ["payload", "call_started"],
  ["payload", "response_body"],
  ["payload", "call_data"],
  ...Object.keys(complete("x").payload.call_data).map((field) => ["payload", "call_data", field]),
  ["payload", "call_data", "enhanced_transcript", "transcript"],
  ["payload", "call_data", "enhanced_transcript", "errors"],
  ["payload", "call_data", "enhanced_transcript", "transcript", "messages"],
  ["payload", "call_data", "enhanced_transcript", "transcript", "messages", "0"],
  ["payload", "call_data", "enhanced_transcript", "transcript", "messages", "1", "content"],
  ["payload", "call_data", "enhanced_transcript", "transcript", "messages", "1", "start_at"],
  ["payload", "call_data", "a_new_field"],
];
const distorted = fc
  .array(fc.tuple(fc.constantFrom(...PATHS), anyJson), { minLength: 1, maxLength: 4 })
  .map((distortions) => {
    const body: unknown = structuredClone(complete("call-1"));
    for (const [path, value] of distortions) {
      setAt(body, path, value);
    }
    return { body, distortions };
  });

function setAt(target: unknown, [field = "", ...rest]: readonly string[], value: unknown): void {
  if (typeof target !== "object" || target === null) {
    return;
  }
  if (rest.length === 0) {
    Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
  } else {
    setAt(Object.getOwnPropertyDescriptor(target, field)?.value, rest, value);
  }
}

/* ── What must hold ──────────────────────────────────────────────────────────────────────────────────────────────── */

const OWN_OF_OBJECT = Object.getOwnPropertyNames(Object.prototype).length;

/** Whatever came in: a value of the declared shape, of which every part can be stored in Postgres. */
function isSound(meaning: Interpretation): void {
  if (Object.getOwnPropertyNames(Object.prototype).length !== OWN_OF_OBJECT) {
    throw new Error("a prototype was touched");
  }
  if (!isStorable(meaning)) {
    throw new Error("a part of it cannot be stored");
  }
  if (!meaning.understood) {
    if (!QUARANTINE_REASONS.includes(meaning.reason) || meaning.callId.length > MAX_CALL_ID_LENGTH) {
      throw new Error(`an unknown reason or a call id too long: ${meaning.reason}`);
    }
    return;
  }
  const { callId, facts, flags } = meaning;
  const seconds = facts.durationSeconds;
  const checks = {
    callId: callId.trim() !== "" && callId.length <= MAX_CALL_ID_LENGTH,
    outcome: facts.outcome.length > 0 && facts.outcome.length <= 200,
    duration: seconds === null || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400),
    instants: [facts.createdAt, facts.startedAt, facts.endedAt].every(
      (at) => at === null || (at.getTime() >= Date.UTC(2020, 0) && at.getTime() <= TOMORROW),
    ),
    flags: flags.length <= 36 && flags.every((flag) => flag.length < 200),
    json: typeof JSON.stringify(facts) === "string",
  };
  const broken = Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
  if (broken.length > 0) {
    throw new Error(`does not hold: ${broken.join(", ")}`);
  }
}

/** No NUL, no lone surrogate, no number that JSON has no word for. */
function isStorable(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() && !value.includes("\u0000");
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value instanceof Date) {
        return !Number.isNaN(value.getTime());
      }
      return value === null || Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
    default:
      return typeof value === "boolean";
  }
}

/* ── The bodies that are kept as files ────────────────────────────────────────────────────────────────────────────── */

type Kept = { file: string; row: number; headers?: Record<string, string>; reason?: string; flags?: string[] };
const FOLDER = "tests/fixtures/bodies";
const kept = JSON.parse(readFileSync(join(FOLDER, "manifest.json"), "utf8")) as Kept[];

for (const [row, bodies] of Map.groupBy(kept, (body) => body.row)) {
  test(`row ${row}: its bodies mean what their manifest says`, async () => {
    for (const { file, headers, reason, flags } of bodies) {
      const decoded = await decodeBody(readFileSync(join(FOLDER, file)), headers?.["content-encoding"] ?? null);
      const meaning = decoded === null ? null : interpret(decoded, new Date());
      if (meaning?.understood) {
        expect([file, reason], "it is understood").toEqual([file, undefined]);
        expect([file, meaning.flags]).toEqual([file, flags ?? meaning.flags]);
      } else {
        expect([file, meaning?.reason ?? "undecodable"]).toEqual([file, reason]);
      }
    }
  });
}

/* ── Single statements ───────────────────────────────────────────────────────────────────────────────────────────── */

test("row 28: an honest webhook is understood whole", () => {
  const meaning = interpret(Buffer.from(JSON.stringify(complete("call-1"))), NOW);
  expect(meaning).toEqual({
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
      transcript: [
        { type: "message", role: "assistant", content: "مرحبا، معك فريق التوصيل", startAt: 0.5 },
        { type: "message", role: "user", content: "Yes, please come tomorrow", startAt: 4.25 },
      ],
      corrections: [],
      report: null,
      responseBody: { confirmed: true },
      variables: null,
      recordingUrl: null,
      recordingExpiresAt: null,
    },
  });
});

test("row 29: a call that was not completed is an outcome and nothing else", () => {
  const meaning = interpret(Buffer.from(JSON.stringify(notCompleted("call-2", "sip_trunk_failure"))), NOW);
  expect(meaning).toMatchObject({
    understood: true,
    callId: "call-2",
    flags: [],
    facts: { outcome: "sip_trunk_failure", phoneNumber: null, startedAt: null, transcript: null },
  });
});

test("row 23: long numbers keep their digits where they are no field of ours", () => {
  const text =
    '{"call_id":"n","payload":{"type":"complete","response_body":{"order":12345678901234567890,"x":1e400,"y":0.1}}}';
  expect(interpret(Buffer.from(text), NOW)).toMatchObject({
    facts: { responseBody: { order: "12345678901234567890", x: "1e400", y: 0.1 } },
  });
});

test("row 24: a time is believed until tomorrow, and not the day after", () => {
  const startedAt = (at: string) => {
    const meaning = interpret(Buffer.from(JSON.stringify(complete("t", { started_at: at }))), NOW);
    return meaning.understood ? meaning.flags : ["not understood"];
  };
  expect(startedAt("2026-06-02T11:59:59Z")).toEqual([]);
  expect(startedAt("2026-06-02T12:00:01Z")).toEqual(["payload.call_data.started_at: unbelievable"]);
  expect(startedAt("2019-12-31T23:59:59Z")).toEqual(["payload.call_data.started_at: unbelievable"]);
});

test("row 28: a transcript that is blown up is cut, and says so", () => {
  const messages = `[${"0,".repeat(60_000)}0]`;
  const text = `{"call_id":"big","payload":{"type":"complete","call_data":{"enhanced_transcript":{"transcript":{"messages":${messages}}}}}}`;
  const meaning = interpret(Buffer.from(text), NOW);
  expect(meaning.understood && [meaning.facts.transcript?.length, meaning.flags]).toEqual([
    50_000,
    ["payload.call_data.enhanced_transcript.messages: cut"],
  ]);
});
