import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { QUARANTINE_REASONS } from "@/lib/delivery/quarantine-reason";
import { MAX_CALL_ID_LENGTH } from "@/lib/sarj/call-id";
import { ANY_ADDRESS, interpret, type Interpretation } from "@/lib/sarj/interpret";
import { complete } from "@/tests/fixtures/webhooks";

/** Properties of `interpret` that hold for every input. `interpret.test.ts` has the examples. */

/** The number of cases for each property. Every input must give a value that Postgres can store. */
const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 10_000) };
const NOW = new Date("2026-06-01T12:00:00Z");
const ANYONE = { now: NOW, allowedAddresses: ANY_ADDRESS };
const TOMORROW = NOW.getTime() + 86_400_000;

function interpretBody(body: Uint8Array, contentEncoding: string | null = null): Promise<Interpretation> {
  return interpret({ body, contentEncoding }, ANYONE);
}

function interpretJson(value: unknown): Promise<Interpretation> {
  return interpretBody(Buffer.from(JSON.stringify(value) ?? ""));
}

test("rows 16, 19-26: every sequence of bytes can be interpreted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => isSound(await interpretBody(bytes))),
    RUNS,
  );
});

test("rows 16, 19-26: every text can be interpreted, including broken JSON", async () => {
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
  await fc.assert(
    fc.asyncProperty(text, async (given) =>
      isSound(await interpretBody(Buffer.from(Array.isArray(given) ? given.join("") : given))),
    ),
    RUNS,
  );
});

test("rows 22, 26, 28: every JSON value can be interpreted", async () => {
  await fc.assert(
    fc.asyncProperty(anyJson, async (value) => isSound(await interpretJson(value))),
    RUNS,
  );
});

test("rows 19, 20, 22-25, 28, 31: a valid webhook with any of its fields replaced can be interpreted", async () => {
  await fc.assert(
    fc.asyncProperty(distorted, async ({ body, distortions }) => {
      const interpretation = await interpretJson(body);
      isSound(interpretation);
      const untouched = distortions.every(
        ([path]) => path[0] === "payload" && path[1] === "call_data" && path.length > 3,
      );
      if (untouched) {
        expect(interpretation.understood, "an invalid field does not quarantine the call").toBe(true);
      }
    }),
    RUNS,
  );
});

test("rows 16, 21: a valid webhook with bytes removed, inserted or replaced can be interpreted", async () => {
  const valid = Buffer.from(JSON.stringify(complete("call-1")));
  const edit = fc.tuple(fc.nat(valid.length), fc.nat(40), fc.uint8Array({ maxLength: 40 }));
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 4 }), async (edits) => {
      let bytes = valid;
      for (const [at, removed, added] of edits) {
        bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
      }
      isSound(await interpretBody(bytes));
    }),
    RUNS,
  );
});

test("row 17: every body can be interpreted under every content encoding", async () => {
  const encoding = fc.oneof(
    fc.constantFrom("gzip", "deflate", "br", "x-gzip", "identity", "", "GZIP ", "gzip, gzip", "zstd", "__proto__"),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), encoding, async (bytes, name) =>
      isSound(await interpretBody(bytes, name)),
    ),
    { numRuns: 2000 },
  );
});

/* ── Generators ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* Difficult JSON values: odd keys, lone surrogates, NUL, very large and very small numbers. */
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

/* ── Invariants ──────────────────────────────────────────────────────────────────────────────────────────────── */

const OWN_OF_OBJECT = Object.getOwnPropertyNames(Object.prototype).length;

/** Throws unless the interpretation has the declared shape and Postgres can store every part of it. */
function isSound(interpretation: Interpretation): void {
  if (Object.getOwnPropertyNames(Object.prototype).length !== OWN_OF_OBJECT) {
    throw new Error("Object.prototype was changed");
  }
  if (!isStorable(interpretation)) {
    throw new Error("a part of the interpretation cannot be stored");
  }
  if (!interpretation.understood) {
    if (!QUARANTINE_REASONS.includes(interpretation.reason) || interpretation.callId.length > MAX_CALL_ID_LENGTH) {
      throw new Error(`the reason is unknown or the call id is too long: ${interpretation.reason}`);
    }
    return;
  }
  const { callId, facts, flags } = interpretation;
  const seconds = facts.durationSeconds;
  const checks = {
    callId: callId.trim() !== "" && callId.length <= MAX_CALL_ID_LENGTH,
    outcome: facts.outcome.length > 0 && facts.outcome.length <= 200,
    duration: seconds === null || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400),
    instants: [facts.createdAt, facts.startedAt, facts.endedAt].every(
      (at) => at === null || (at.getTime() >= Date.UTC(2020, 0) && at.getTime() <= TOMORROW),
    ),
    flags: flags.length <= 39 && flags.every((flag) => flag.length < 200),
    json: typeof JSON.stringify(facts) === "string",
  };
  const broken = Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
  if (broken.length > 0) {
    throw new Error(`invalid: ${broken.join(", ")}`);
  }
}

/** False for text with NUL or a lone surrogate, and for numbers that JSON cannot express. */
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
