import { gzipSync } from "node:zlib";

import { applyApiFacts } from "@/db/calls/enrichment";
import { previewErasure } from "@/db/privacy/erasure-preview";
import { getErasure, startErasure } from "@/db/privacy/erasures";
import { heldCallIds } from "@/db/privacy/held-data";
import { KEEP_EVERYTHING, previewRetention, type RetentionRules, saveRetention } from "@/db/privacy/retention";
import { foldStatistics } from "@/db/statistics/fold";
import { type CallFacts, NO_FACTS } from "@/lib/call/facts";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { heldDataFile } from "@/server/held-data";
import { eraseDue } from "@/server/jobs/erase";
import { purge } from "@/server/jobs/purge";
import { apiAnswer } from "@/tests/fixtures/api-answer";
import { type Database } from "@/tests/fixtures/database";
import { recordBody } from "@/tests/fixtures/received";
import { compareStatistics } from "@/tests/fixtures/statistics-recount";
import { expect, test } from "@/tests/fixtures/test";

const CANARY = "+966501234567";
const NUMBER = parseSoughtNumber(CANARY) ?? { digits: "", masked: "" };

test.beforeEach(async ({ database }) => {
  await database.empty();
});

async function store(body: unknown, { gzip = false } = {}): Promise<void> {
  const text = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  await (gzip ? recordBody(gzipSync(text), { contentEncoding: "gzip" }) : recordBody(text));
}

const complete = (callId: string, data: Record<string, unknown>) => ({
  call_id: callId,
  payload: { type: "complete", call_data: { call_id: callId, ...data } },
});
const transcriptOf = (content: string) => ({ transcript: { messages: [{ role: "user", content }] } });

/** Returns all tables of the database as text, including the search vectors. */
async function dumpOf(database: Database): Promise<string> {
  const tables = await database.superuser<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`;
  const texts = await Promise.all(
    tables.map(({ name }) =>
      database.superuser.unsafe<{ text: string | null }[]>(
        `select string_agg(row_to_json(t)::text, E'\\n') as text from "${name}" t`,
      ),
    ),
  );
  const bodies = await database.superuser<{ text: string }[]>`
    select encode(body, 'escape') as text from deliveries union all select encode(body, 'escape') from api_answers`;
  return [...texts.map((rows) => rows[0]?.text ?? ""), ...bodies.map((row) => row.text)].join("\n");
}

test("row 63: an erasure removes the number from all tables and search vectors, and keeps other numbers", async ({
  database,
}) => {
  await store(complete("own", { phone_number: CANARY, enhanced_transcript: transcriptOf("hello") }));
  await store(
    complete("mentions", {
      phone_number: "+966555000111",
      enhanced_transcript: transcriptOf("call me on 050 123 4567 or ٠٥٠١٢٣٤٥٦٧"),
    }),
  );
  await store(
    complete("inside-json", { phone_number: "+966555000112", report: { contact: 966501234567, note: "kept" } }),
  );
  await store(complete("zipped", { phone_number: CANARY }), { gzip: true });
  await store(
    complete("other", { phone_number: "+966501234568", enhanced_transcript: transcriptOf("order 1501234567") }),
  );
  await store(`{"call_id": 7, "payload": "0501234567"}`);
  await database.sql`
    insert into reviews (call_id, decision, note) values ('other', 'follow_up', ${`ask ${CANARY}`})`;
  // In a request's header, in a kept answer of the API, and in the name of a field that the contract watch has seen.
  await recordBody(Buffer.from(JSON.stringify(complete("in-header", { phone_number: "+966555000113" }))), {
    headers: { "x-customer": CANARY },
  });
  await database.sql`
    insert into api_answers (call_id, body, answered_at, flags) values
      ('other', ${Buffer.from(`{"data": {"contact": "${CANARY}"}}`)}, now(), '{}'),
      ('other', '{"data": {"kept": "answer"}}', now(), '{}'),
      ('own', ${Buffer.from(`{"data": {"id": "own", "phone_number": "${CANARY}"}}`)}, now(), '{}')`;
  await database.sql`
    insert into contract_sightings (flag, count, first_seen_at, last_seen_at) values
      (${`payload.${CANARY}: unknown_field`}, 1, now(), now()), ('payload.kept: unknown_field', 1, now(), now())`;
  expect(await previewErasure(NUMBER)).toEqual({ calls: 2, deliveries: 2, reviews: 0, mentions: 2, unreadable: 0 });

  const id = await startErasure(NUMBER, "Nora");
  await expect.poll(async () => (await eraseDue(), (await getErasure(id))?.state)).toBe("done");

  expect(await getErasure(id)).toMatchObject({
    masked: "+…67",
    callsDeleted: 2,
    callsRedacted: 2,
    // Two deliveries of calls with the number, two of calls that mention it, the body that could not be interpreted, the one with the number
    // in a header, and an answer of the API.
    deliveriesDeleted: 7,
    notesRedacted: 1,
  });
  const dump = await dumpOf(database);
  for (const form of ["0501234567", "966501234567", "050 123 4567", "٠٥٠١٢٣٤٥٦٧", "'4567'"]) {
    expect(dump, form).not.toContain(form);
  }
  expect(dump).toContain("+966501234568");
  expect(dump).toContain("order 1501234567");
  expect(dump).toContain("ask [erased]");
  expect(dump).toContain('"kept": "answer"');
  expect(dump).toContain("payload.kept: unknown_field");
  const calls = await database.sql`select call_id from calls order by call_id`;
  expect(calls.map((row) => row["call_id"])).toEqual(["in-header", "inside-json", "mentions", "other"]);
});

/** Starts an erasure and works on it until it has ended. */
async function erase(options: { deleteUnreadable?: boolean } = {}) {
  const id = await startErasure(NUMBER, "Nora", options);
  await expect.poll(async () => (await eraseDue(), (await getErasure(id))?.state)).toBe("done");
  return getErasure(id);
}

test("row 63: an erasure finds the number in packed bodies without a header, over two turns, and where it is encoded", async ({
  database,
}) => {
  const turns = {
    transcript: {
      messages: [
        { role: "user", content: "My number is 05 01", start_at: 1 },
        { role: "agent", content: "Go on", start_at: 2.5 },
        { role: "user", content: "23 45 67", start_at: 4 },
        { role: "user", content: "thank you", start_at: 6 },
      ],
    },
  };
  const other = (callId: string, data: Record<string, unknown>) =>
    complete(callId, { phone_number: "+966555000111", ...data });
  await store(other("turns", { enhanced_transcript: turns }));
  await recordBody(gzipSync(JSON.stringify(other("packed", { report: { note: "050 123 4567" } }))));
  await store(other("encoded", { report: { packed: Buffer.from(`tel ${CANARY}`).toString("base64"), kept: "yes" } }));
  await store(other("url", { recording_url: "https://storage.googleapis.com/b/966501234567_1.mp4" }));
  await store(complete("call-0501234567", { phone_number: "+966555000112" }));
  await store(other("kept", { enhanced_transcript: transcriptOf("05 01 is the code and 23 45 68 the order") }));
  await database.sql`insert into imports (id, source, file_name) values ('00000000-0000-4000-8000-000000000001', 'file', '0501234567.csv')`;
  await database.sql`insert into import_items (import_id, call_id, position) values ('00000000-0000-4000-8000-000000000001', '0501234567', 1)`;
  expect(await erase()).toMatchObject({ callsDeleted: 1, callsRedacted: 4, unreadableKept: 0 });

  const dump = await dumpOf(database);
  for (const form of [
    "0501234567",
    "966501234567",
    '05 01\\"',
    "23 45 67",
    "'4567'",
    Buffer.from(`tel ${CANARY}`).toString("base64"),
  ]) {
    expect(dump, form).not.toContain(form);
  }
  const [said] = await database.sql`select transcript, search from call_details where call_id = 'turns'`;
  expect(said?.["transcript"].map((message: { content: string }) => message.content)).toEqual([
    "My number is [erased]",
    "Go on",
    "[erased]",
    "thank you",
  ]);
  expect(said?.["search"]).not.toMatch(/'05'|'67'/);
  expect(await database.sql`select 1 from deliveries`).toHaveLength(1);
  expect(
    await database.sql`select has_recording, recording_url from calls join call_details using (call_id) where call_id = 'url'`,
  ).toEqual([{ has_recording: false, recording_url: null }]);
  expect(await database.sql`select file_name from imports`).toEqual([{ file_name: "[erased].csv" }]);
});

test("row 63: bodies that nobody can read are named on the certificate, or deleted if that was asked for", async ({
  database,
}) => {
  const readable = gzipSync(JSON.stringify(complete("readable", { phone_number: "+966555000111" })));
  const cut = gzipSync(JSON.stringify(complete("cut", { phone_number: CANARY })).repeat(50)).subarray(0, 60);
  await recordBody(readable);
  await recordBody(cut, { contentEncoding: "gzip" });
  await recordBody(Buffer.from([0xff, 0x00, 0x17, 0x91]));
  expect(await previewErasure(NUMBER)).toMatchObject({ unreadable: 2 });
  expect(await erase()).toMatchObject({ deliveriesDeleted: 0, unreadableKept: 2, unreadableDeleted: 0 });
  expect(await database.sql`select 1 from deliveries`).toHaveLength(3);
  expect(await erase({ deleteUnreadable: true })).toMatchObject({
    deliveriesDeleted: 2,
    unreadableKept: 0,
    unreadableDeleted: 2,
  });
  expect(await database.sql`select call_id from deliveries`).toEqual([{ call_id: "readable" }]);
  const events = await database.sql`select detail from audit_events where action = 'erased' order by at`;
  expect(events.map(({ detail }) => [detail.unreadableKept, detail.unreadableDeleted])).toEqual([
    [2, 0],
    [0, 2],
  ]);
});

test("of many calls, the preview counts those that the indexes of numbers find, however the number is written", async ({
  database,
}) => {
  for (const [index, phone_number] of [
    CANARY,
    "0501234567",
    "00966 50-123 4567",
    "٠٥٠١٢٣٤٥٦٧",
    "+966501234568",
  ].entries()) {
    await store(complete(`call-${index}`, { phone_number }));
  }
  await database.superuser`update pg_class set reltuples = 1000000 where oid = 'calls'::regclass`;
  expect(await previewErasure(NUMBER)).toMatchObject({ calls: 4, deliveries: 4, mentions: null });
  await database.superuser`analyze calls`;
  expect(await previewErasure(NUMBER)).toMatchObject({ calls: 4, deliveries: 4, mentions: 0 });
});

test("row 63: an erasure leaves nothing of a call in the statistics, whether it was folded or not", async ({
  database,
}) => {
  const words = (more: string) => ({
    report: {
      outcome: { status: "achieved", success_criteria: [{ text: `Called ${CANARY} ${more}`, achieved: true }] },
    },
  });
  await store(complete("own-folded", { phone_number: CANARY, ...words("folded") }));
  await store(complete("other-folded", { phone_number: "+966555000111", ...words("folded") }));
  await expect
    .poll(async () => (await foldStatistics(), await compareStatistics(database.sql)))
    .toMatchObject({ isBuilt: true, unfolded: 0 });
  await store(complete("own-later", { phone_number: CANARY, ...words("later") }));
  await store(complete("other-later", { phone_number: "+966555000112", ...words("later") }));
  const before = await dumpOf(database);
  expect(before).toContain(`Called ${CANARY} later`);

  await erase();
  const dump = await dumpOf(database);
  expect(dump).not.toContain("501234567");
  expect(dump).not.toContain("own-");
  expect(dump).toContain('"criterion":"Called [erased] folded"');
  const { isBuilt, found, expected, odd } = await compareStatistics(database.sql);
  expect({ isBuilt, odd }).toEqual({ isBuilt: true, odd: [] });
  expect(found).toEqual(expected);
});

test("row 63: an erasure and an access request find calls of a number among more calls than one statement looks at", async ({
  database: { sql },
}) => {
  await sql`
    insert into calls (call_id, phone_number, enrichment_state, enrichment_due_at)
    select 'c-' || lpad(i::text, 5, '0'), case when i % 9 = 0 then '00966 50-123 4567' else '+966507654321' end, 'done', null::timestamptz
    from generate_series(1, 4500) i
    union all select 'x-0501234567', null, 'done', null`;
  await sql`insert into call_details (call_id, facts) select call_id, '{}' from calls`;
  const held: string[] = [];
  for await (const ids of heldCallIds(NUMBER)) {
    expect(ids.length).toBeLessThanOrEqual(200);
    held.push(...ids);
  }
  expect(held).toHaveLength(501);
  await erase();
  expect(await sql`select count(*)::integer as count from calls`).toEqual([{ count: 4000 }]);
  expect(await sql`select calls_deleted, state from erasures`).toEqual([{ calls_deleted: 501, state: "done" }]);
});

test("row 63: answers of the API during an erasure do not restore an erased call", async ({ database }) => {
  await store(complete("own", { phone_number: CANARY }));
  const facts: CallFacts = { ...NO_FACTS, phoneNumber: CANARY, variables: { mobile: CANARY } };
  const next = { state: "done", dueInSeconds: null, resetAttempts: true } as const;
  const answer = () =>
    applyApiFacts("own", apiAnswer(facts), new Date(), next, { mayCreate: false, leasedUntil: null });
  const id = await startErasure(NUMBER, "Nora");
  // Some answers arrive while the erasure holds its lock, one arrives after it.
  await Promise.all([eraseDue(), answer(), answer(), answer()]);
  await expect.poll(async () => (await eraseDue(), (await getErasure(id))?.state)).toBe("done");
  await answer();
  expect(await dumpOf(database)).not.toContain("501234567");
  expect(await database.sql`select 1 from calls`).toHaveLength(0);
});

test("retention deletes a transcript again when it is delivered again", async ({ database }) => {
  const old = new Date(Date.now() - 40 * 86_400_000).toISOString();
  const call = complete("old", { created_at: old, enhanced_transcript: transcriptOf("something") });
  await store(call);
  await saveRetention({ ...KEEP_EVERYTHING, transcriptDays: 30 });
  for (const body of [call, { ...call, again: true }]) {
    await store(body);
    await purge({ id: "u", name: "Nora", email: "nora@example.com" }, 20_000);
    expect(await database.sql`select transcript from call_details`).toEqual([{ transcript: null }]);
  }
});

test("retention deletes what the rules say, and the preview counts it correctly", async ({ database }) => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  for (const [callId, days] of [
    ["old", 100],
    ["middle", 40],
    ["new", 1],
  ] as const) {
    await store(
      complete(callId, {
        created_at: daysAgo(days),
        recording_url: "https://storage.googleapis.com/b/o.mp4",
        enhanced_transcript: transcriptOf("something"),
      }),
    );
  }
  await database.sql`
    update deliveries set received_at = ${daysAgo(20)}, headers = '{"x-old": "header"}' where call_id = 'middle'`;
  await database.sql`
    insert into api_answers (call_id, body, answered_at) values
      ('old', '{}', now()), ('middle', '"aged"', ${daysAgo(20)}), ('new', '"fresh"', now())`;
  const rules = { recordingDays: 30, transcriptDays: 60, callDays: 90, deliveryDays: 10 };
  const exact = (counts: number[]) => counts.map((count) => ({ count, isBounded: false }));
  const preview = async (of: RetentionRules, examined?: number) => {
    const { recording, transcript, delivery, call } = await previewRetention(of, examined);
    return [recording, transcript, delivery, call];
  };
  expect(await preview(rules)).toEqual(exact([2, 1, 1, 1]));
  expect(await preview(KEEP_EVERYTHING)).toEqual(exact([0, 0, 0, 0]));
  // Looking at one call is not enough for any rule but that of deliveries. The latest one under the rule has nothing any more.
  await database.sql`update call_details set transcript = null where call_id = 'middle'`;
  expect(await preview({ ...rules, transcriptDays: 30 }, 1)).toEqual([
    { count: 1, isBounded: true },
    { count: 0, isBounded: true },
    { count: 1, isBounded: false },
    { count: 1, isBounded: true },
  ]);
  await database.sql`
    update call_details set transcript = (select transcript from call_details where call_id = 'new') where call_id = 'middle'`;

  await saveRetention(rules);
  await purge({ id: "u", name: "Nora", email: "nora@example.com" }, 20_000);

  const calls = await database.sql`
    select call_id, has_recording, recording_url is not null as url, transcript is not null as transcript,
      (select count(*)::integer from deliveries where deliveries.call_id = calls.call_id) as bodies
    from calls join call_details using (call_id) order by call_id`;
  expect([...calls]).toEqual([
    { call_id: "middle", has_recording: false, url: false, transcript: true, bodies: 0 },
    { call_id: "new", has_recording: true, url: true, transcript: true, bodies: 1 },
  ]);
  const [run] = await database.sql`select detail, row_count from audit_events where action = 'retention_run'`;
  // The answers are deleted with the deliveries, and count with them.
  expect(run).toEqual({ detail: { recording: 2, transcript: 1, delivery: 2, call: 1 }, row_count: 6 });
  const answers = await database.sql`select convert_from(body, 'utf8') as body from api_answers`;
  expect([...answers]).toEqual([{ body: '"fresh"' }]);
  expect(await dumpOf(database)).not.toContain("x-old");
  expect(await preview(rules)).toEqual(exact([0, 0, 0, 0]));
});

test("an access request contains what is stored about a number, and masks the numbers of others", async ({
  database,
}) => {
  await store(
    complete("own", {
      phone_number: CANARY,
      recording_url: "https://storage.googleapis.com/b/o.mp4?X-Goog-Signature=SECRET",
      enhanced_transcript: transcriptOf("mine is 050 123 4567, my brother has 0555 000 111"),
    }),
    { gzip: true },
  );
  await store(
    complete("mentions", { phone_number: "+966555000111", report: { note: "also 0501234567", kept: "private" } }),
  );
  await store(
    complete("turns", {
      phone_number: "+966555000114",
      enhanced_transcript: {
        transcript: {
          messages: ["private", "his is 05 01", "yes?", "23 45 67", "private"].map((content, at) => ({
            role: at % 2 === 1 ? "user" : "agent",
            content,
          })),
        },
      },
    }),
  );
  await store(complete("other", { phone_number: "+966555000112" }));
  await recordBody(Buffer.from(JSON.stringify(complete("in-header", { phone_number: "+966555000113" }))), {
    headers: { "x-customer": CANARY },
  });
  await database.sql`insert into reviews (call_id, decision, note) values ('own', 'follow_up', 'call +966555000113'),
    ('other', 'follow_up', 'brother of 0501234567, not of +966555000113')`;
  await database.sql`insert into api_answers (call_id, body, answered_at) values ('own', '{"data": {"told": "api"}}', now())`;
  const pieces: string[] = [];
  for await (const piece of heldDataFile(NUMBER, { organization: "Acme" })) {
    pieces.push(piece);
  }
  const text = pieces.join("");
  const file = JSON.parse(text) as { about: unknown; calls: unknown[]; mentions: unknown[] };
  expect(file).toMatchObject({
    about: { number: CANARY, organization: "Acme" },
    calls: [
      {
        call: { callId: "own", phoneNumber: CANARY },
        details: { transcript: [{ content: "mine is 050 123 4567, my brother has •••" }] },
        recording: expect.stringContaining("on request") as unknown,
        decisions: [{ decision: "follow_up", note: "call •••" }],
        deliveries: [{ content: { call_id: "own", payload: { type: "complete" } } }],
        answers: [{ content: { data: { told: "api" } } }],
      },
    ],
    mentions: [
      { call: "mentions", in: "report", text: ["also 0501234567"] },
      { call: "turns", in: "transcript", text: [[{ content: "his is 05 01" }, { content: "yes?" }, {}]] },
      { call: "in-header", in: "delivery", text: null },
      { call: "mentions", in: "delivery", text: null },
      { call: "turns", in: "delivery", text: null },
      { call: "other", in: "note", text: "brother of 0501234567, not of •••" },
    ],
  });
  for (const secret of ["555000111", "0555 000 111", "555000112", "555000113", "private", "SECRET"]) {
    expect(text, secret).not.toContain(secret);
  }
  const nothing: string[] = [];
  for await (const piece of heldDataFile(parseSoughtNumber("+966509999999") ?? NUMBER, {})) {
    nothing.push(piece);
  }
  expect(JSON.parse(nothing.join(""))).toMatchObject({ calls: [], mentions: [] });
});
