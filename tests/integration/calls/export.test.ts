import type { APIRequestContext } from "@playwright/test";
import type { Sql } from "postgres";

import { listCalls } from "@/db/calls/list";
import { parseCallFilter } from "@/lib/call/filter";
import { CALL_SORTS, DEFAULT_VIEW } from "@/lib/call/list-view";
import { storeAnswer } from "@/tests/fixtures/api-answer";
import { ADMIN } from "@/tests/fixtures/environment";
import { downloadCsv } from "@/tests/fixtures/exported-calls";
import { cookieHeader } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";

const ZONE = "Africa/Cairo";
/** Inserts `count` calls with details in two statements. */
async function storeMany(sql: Sql, count: number) {
  await sql`
    insert into calls (call_id, outcome, started_at, duration_seconds, enrichment_state, enrichment_due_at)
    select 'many-' || lpad(i::text, 6, '0'), 'complete', timestamptz '2026-05-04 00:00Z' + (i / 3) * interval '1 second',
      nullif(i % 7, 0), 'done', null
    from generate_series(1, ${count}) i`;
  await sql`
    insert into call_details (call_id, facts, variables)
    select call_id, '{}', jsonb_build_object('order', call_id, 'note', repeat('x', 200)) from calls`;
}

test.beforeEach(async ({ database }) => {
  await database.empty();
  await database.sql`insert into organization (time_zone) values (${ZONE})`;
});

/** Waits until the application uses the new time zone: it caches the organization's settings for some seconds. */
async function untilZoneIsKnown(client: APIRequestContext) {
  await expect
    .poll(async () => (await client.get("/calls/export.csv")).headers()["content-disposition"], { timeout: 15_000 })
    .toContain("Africa-Cairo");
}

test("the file has every column, in UTF-8 with a byte order mark and CRLF line ends", async ({
  adminPage: { request },
}) => {
  await untilZoneIsKnown(request);
  await storeAnswer("call-1", {
    status: "completed",
    direction: "outbound",
    language: "ar",
    interactionType: "voice",
    phoneNumber: "+966500000001",
    scenarioId: "scn_1",
    durationSeconds: 61,
    createdAt: new Date("2026-01-05T08:59:00.250Z"),
    startedAt: new Date("2026-07-05T09:00:00Z"),
    endedAt: new Date("2026-07-05T09:01:01Z"),
    report: { generated_at: "x", outcome: { status: "success", reason: 'وافق العميل، "نعم"', success_criteria: [] } },
    variables: {
      customer_name: "محمد",
      amount: 12.5,
      paid: false,
      note: null,
      tags: ["a", "ب"],
      address: { city: "جدة" },
    },
    retryAttempt: 2,
    nextRetryAt: new Date("2026-01-06T09:00:00Z"),
    recordingUrl: "https://storage.googleapis.com/secret",
    recordingExpiresAt: new Date("2027-01-01T00:00:00Z"),
  });
  await storeAnswer("call-2", {
    createdAt: new Date("2026-01-04T00:00:00Z"),
    variables: { سؤال: "line 1\nline 2", zeta: "=1+1" },
  });

  const { headers, bytes, header, rows } = await downloadCsv(request);
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  expect(headers["content-type"]).toBe("text/csv; charset=utf-8; header=present");
  expect(headers["cache-control"]).toContain("no-store");
  expect(headers["content-disposition"]).toMatch(
    /^attachment; filename="callboard-calls-\d{4}-\d\d-\d\d-\d{4}-Africa-Cairo\.csv"$/,
  );
  expect(headers["x-ignored-parameters"]).toBeUndefined();
  const text = bytes.toString("utf8");
  expect(text.endsWith("\r\n")).toBe(true);
  expect(text.replaceAll("\r\n", "").replace("line 1\nline 2", "")).not.toMatch(/[\r\n]/);
  expect(text).not.toContain("storage.googleapis.com");
  expect(header).toEqual([
    "call_id",
    "occurred_at",
    "outcome",
    "status",
    "goal",
    "goal_reason",
    "phone_number",
    "customer_name",
    "scenario_id",
    "direction",
    "language",
    "interaction_type",
    "duration_seconds",
    "created_at",
    "started_at",
    "ended_at",
    "first_received_at",
    "has_recording",
    "reviewed_at",
    "is_test",
    "contact_id",
    "attempt",
    "scheduled_at",
    "next_retry_at",
    "state",
    "attempts",
    "variables.address",
    "variables.amount",
    "variables.customer_name",
    "variables.note",
    "variables.paid",
    "variables.tags",
    "variables.zeta",
    "variables.سؤال",
  ]);
  const { first_received_at: received, ...first } = rows[0] ?? {};
  expect(first).toEqual({
    call_id: "call-1",
    occurred_at: "2026-07-05T12:00:00+03:00",
    outcome: "",
    status: "completed",
    goal: "success",
    goal_reason: 'وافق العميل، "نعم"',
    phone_number: "'+966500000001",
    customer_name: "محمد",
    scenario_id: "scn_1",
    direction: "outbound",
    language: "ar",
    interaction_type: "voice",
    duration_seconds: "61",
    created_at: "2026-01-05T10:59:00.250+02:00",
    started_at: "2026-07-05T12:00:00+03:00",
    ended_at: "2026-07-05T12:01:01+03:00",
    has_recording: "true",
    reviewed_at: "",
    is_test: "false",
    contact_id: "call-1",
    attempt: "2",
    scheduled_at: "",
    next_retry_at: "2026-01-06T11:00:00+02:00",
    state: "reached",
    attempts: "1",
    "variables.address": '{"city":"جدة"}',
    "variables.amount": "12.5",
    "variables.customer_name": "محمد",
    "variables.note": "",
    "variables.paid": "false",
    "variables.tags": '["a","ب"]',
    "variables.zeta": "",
    "variables.سؤال": "",
  });
  expect(received).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?\+0[23]:00$/);
  expect(rows[1]).toMatchObject({ call_id: "call-2", "variables.سؤال": "line 1\nline 2", "variables.zeta": "'=1+1" });

  const plain = await downloadCsv(request, "bom=0");
  expect(plain.bytes.subarray(0, 7).toString()).toBe("call_id");
  expect(plain.bytes).toEqual(bytes.subarray(3));
});

test("with `by=contacts`, a row is a contact, with the call that decides its state", async ({
  adminPage: { request },
}) => {
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 5, hour));
  const base = { direction: "outbound", phoneNumber: "+966500000001", variables: { customer_name: "Nora" } };
  await storeAnswer("first", { ...base, status: "failed", createdAt: at(8), retryAttempt: 1, nextRetryAt: at(9) });
  await storeAnswer("second", {
    ...base,
    status: "failed",
    createdAt: at(9),
    rootCallId: "first",
    retryAttempt: 2,
    nextRetryAt: at(11),
    variables: { customer_name: "Nora", order: "7" },
  });
  await storeAnswer("booked", { ...base, status: "scheduled", createdAt: at(7), scheduledAt: at(12) });
  const { header, headers, rows } = await downloadCsv(request, "by=contacts&sort=time");
  expect(headers["content-disposition"]).toContain('filename="callboard-contacts-');
  expect(header).toContain("variables.order");
  const shown = ["contact_id", "call_id", "attempt", "attempts", "state", "next_retry_at", "variables.order"];
  expect(rows.map((row) => shown.map((name) => row[name]))).toEqual([
    ["booked", "booked", "", "0", "trying", "2026-01-05T14:00:00+02:00", ""],
    ["first", "second", "2", "2", "trying", "2026-01-05T13:00:00+02:00", "7"],
  ]);
  const { rows: found } = await downloadCsv(request, "by=contacts&attempt=1&state=trying");
  expect(found.map((row) => row["contact_id"])).toEqual(["first"]);
});

test("only variables of the exported calls become columns, and ignored parameters are listed in a header", async ({
  adminPage: { request },
}) => {
  await storeAnswer("call-1", {
    direction: "inbound",
    createdAt: new Date("2026-01-05T00:00:00Z"),
    variables: { a: "1" },
  });
  await storeAnswer("call-2", {
    direction: "outbound",
    createdAt: new Date("2026-01-04T00:00:00Z"),
    variables: { b: "2" },
  });
  await storeAnswer("call-3", { direction: "outbound", createdAt: new Date("2026-01-03T00:00:00Z"), variables: null });

  const { headers, header, rows } = await downloadCsv(
    request,
    `direction=outbound&from=soon&bom=maybe&${encodeURIComponent("لون")}=1`,
  );
  expect(header.filter((name) => name.startsWith("variables."))).toEqual(["variables.b"]);
  expect(rows.map((row) => [row["call_id"], row["variables.b"]])).toEqual([
    ["call-2", "2"],
    ["call-3", ""],
  ]);
  expect(headers["x-ignored-parameters"]?.split(", ").map(decodeURIComponent).toSorted()).toEqual([
    "bom",
    "from",
    "لون",
  ]);

  const none = await downloadCsv(request, "direction=sideways");
  expect(none.rows).toEqual([]);
  expect(none.header).toHaveLength(26);
});

test("the file contains the calls of the list in the same order, for every sort order", async ({
  adminPage: { request },
  database: { sql },
}) => {
  test.slow();
  await storeMany(sql, 3_100);
  for (const sort of CALL_SORTS) {
    const query = `sort=${sort}&min_duration=2&from=2026-05-04T00:01:00Z&cursor=WyJhZnRlciIsMSwieCJd&per_page=25`;
    const { filter } = parseCallFilter(Object.fromEntries(new URLSearchParams(query)), ZONE);
    const listed: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listCalls>> = await listCalls(filter, {
        ...DEFAULT_VIEW,
        sort,
        cursor,
        perPage: 200,
      });
      listed.push(...page.rows.map(({ callId }) => callId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(listed.length).toBeGreaterThan(2_000);
    const { rows } = await downloadCsv(request, query);
    expect(rows.map((row) => row["call_id"])).toEqual(listed);
    expect(rows.every((row) => row["variables.order"] === row["call_id"])).toBe(true);
  }
});

test("the audit log contains the number of exported calls, even above the bound of the count", async ({
  adminPage: { request },
  database: { sql },
}) => {
  await storeMany(sql, 10_100);
  const { rows } = await downloadCsv(request);
  expect(rows).toHaveLength(10_100);
  // Before the first byte, the exact number above the bound is unknown.
  expect(await sql`select row_count, detail from audit_events where action = 'calls_exported' order by at`).toEqual([
    { row_count: 10_000, detail: { rows: "more" } },
    { row_count: 10_100, detail: { rows: "all" } },
  ]);
});

test("row 53: operators and administrators can export; viewers and visitors without a session cannot", async ({
  adminPage: { request },
  app,
  database: { sql },
}) => {
  expect((await fetch(`${app.url}/calls/export.csv`)).status).toBe(401);
  try {
    for (const [role, status] of [
      ["viewer", 403],
      ["operator", 200],
      ["administrator", 200],
    ] as const) {
      await sql`update "user" set role = ${role} where email = ${ADMIN.email}`;
      expect((await request.get("/calls/export.csv")).status(), role).toBe(status);
    }
  } finally {
    await sql`update "user" set role = 'administrator' where email = ${ADMIN.email}`;
  }
});

test.describe("row 58: when the client disconnects", () => {
  /** The queries on `call_details` that the application is running. */
  const running = (superuser: Sql) => superuser`
    select state, wait_event_type from pg_stat_activity
    where application_name = 'callboard-pages' and datname = current_database() and state <> 'idle' and query like '%call_details%'`;

  test("before the first byte, the query ends in Postgres", async ({
    adminPage,
    app,
    database: { sql, superuser },
  }) => {
    await storeAnswer("call-1", { variables: { a: 1 } });
    const cookie = cookieHeader(await adminPage.context().cookies());
    const reader = new AbortController();
    await sql.begin(async (transaction) => {
      // The export waits for this lock. While it is held, the query ends only if it is cancelled.
      await transaction`lock table call_details in access exclusive mode`;
      const answer = fetch(`${app.url}/calls/export.csv`, { headers: { cookie }, signal: reader.signal }).catch(
        (error: unknown) => (error as Error).name,
      );
      await expect.poll(async () => (await running(superuser)).length).toBe(1);
      reader.abort();
      expect(await answer).toBe("AbortError");
      await expect.poll(async () => (await running(superuser)).length).toBe(0);
    });
  });

  test("in the middle of the file, reading from the database stops", async ({
    adminPage,
    app,
    database: { sql, superuser },
  }) => {
    test.slow();
    await storeMany(sql, 60_000);
    const cookie = cookieHeader(await adminPage.context().cookies());
    const reader = new AbortController();
    const answer = await fetch(`${app.url}/calls/export.csv`, { headers: { cookie }, signal: reader.signal });
    expect(answer.status).toBe(200);
    const stream = answer.body?.getReader();
    await stream?.read();
    await sql.begin(async (transaction) => {
      await transaction`lock table call_details in access exclusive mode`;
      // Reads until the next batch waits for the lock.
      const draining = (async () => {
        while ((await stream?.read())?.done === false);
      })().catch((error: unknown) => (error as Error).name);
      await expect.poll(async () => (await running(superuser)).length).toBe(1);
      reader.abort();
      expect(await draining).toBe("AbortError");
      await expect.poll(async () => (await running(superuser)).length).toBe(0);
    });
    // The export does not continue after the lock is released.
    expect(await running(superuser)).toEqual([]);
  });
});
