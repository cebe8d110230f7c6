import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

import { migrate } from "@/db/driver/migrate";
import { type Database, restoreDatabase } from "@/tests/fixtures/database";
import { environment } from "@/tests/fixtures/environment";
import { expect, test } from "@/tests/fixtures/test";

/**
 * The dump is of a database that the last version before the retry groups filled through its own webhook code, its API client and its retention
 * (commit 882709a). Each call shows one kind of difference between its rules and today's.
 */
const DUMP = readFileSync("tests/fixtures/before-retry-groups.sql", "utf8");

test.describe.configure({ timeout: 120_000 });

test("a database of the version before the retry groups has the right contacts, calls and goals after the upgrade", async () => {
  const database = await restoreDatabase(DUMP);
  const reviews = await database.sql`select call_id, id, decision, note, user_id, created_at from reviews order by id`;
  expect(reviews).toHaveLength(2);
  expect(await reinterpret(database)).toEqual({ code: 0, lastLine: "23 of 23 read" });

  expect(
    await database.sql`
    select contact_id, state, attempts, last_call_id, reached_call_id, is_inferred from contacts
    where not is_inferred or contact_id = 'before-the-fields' order by contact_id
  `,
  ).toEqual([
    contact("before-the-fields", "not_reached", 1, "before-the-fields", { is_inferred: true }),
    contact("expired", "called_off", 0, "expired"),
    contact("group-1", "reached", 3, "group-3", { reached_call_id: "group-3" }),
    contact("missed-1", "not_reached", 2, "missed-2"),
    contact("off-1", "called_off", 1, "off-2"),
    contact("trying-1", "trying", 1, "trying-1"),
  ]);
  expect(await database.sql`select count(*)::integer from contacts where is_inferred`).toEqual([{ count: 14 }]);
  expect(
    await database.sql`
    select call_id, attempt, root_call_id, next_retry_at, occurred_at from calls
    where has_retry_fields and call_id <> 'group-3' order by call_id
  `,
  ).toEqual([
    // Never dialled, so they stand at the moment at which the delivery came.
    dial("expired", 1, null, null, "2026-11-20T09:08:00Z"),
    dial("group-1", 1, null, "2026-11-20T10:00:00Z", "2026-11-20T09:01:00Z"),
    dial("group-2", 2, "group-1", "2026-11-20T11:00:00Z", "2026-11-20T09:02:00Z"),
    dial("missed-1", 1, null, "2026-11-20T07:00:00Z", "2026-11-20T09:03:00Z"),
    dial("missed-2", 2, "missed-1", null, "2026-11-20T09:04:00Z"),
    dial("off-1", 1, null, "2026-11-21T10:00:00Z", "2026-11-20T09:06:00Z"),
    dial("off-2", 2, "off-1", null, "2026-11-20T09:07:00Z"),
    dial("trying-1", 1, null, "2026-12-15T10:00:00Z", "2026-11-20T09:05:00Z"),
  ]);
  expect(
    await database.sql`
    select
      call_id, goal, phone_number as phone, direction, duration_seconds as seconds, customer_name as name, has_recording as recording,
      transcript -> 0 ->> 'content' as said, report is not null as report, enrichment_due_at is not null as due
    from calls join call_details using (call_id) where outcome = 'complete' order by call_id
  `,
  ).toEqual([
    completed("dates", { phone: "+966500000028" }),
    // The API had a report and a transcript, which were not stored. So these calls are fetched again.
    completed("empty-values", { phone: "+966500000021", said: null, due: true }),
    completed("gone", { phone: "+966500000042", goal: "failure", report: true }),
    completed("group-3", { phone: "+966500000011", goal: "success", report: true }),
    completed("name", { phone: "+966500000024", name: "Fallback Name" }),
    completed("no-status", { phone: "+966500000025", report: true }),
    // Was quarantined, and is a new call.
    completed("not-a-number", { phone: "+966500000029", seconds: null, due: true }),
    completed("numbers", { phone: "+966500000027", seconds: 67 }),
    completed("partly-gone", { phone: "+966500000043", goal: "success", report: true, said: "From the deleted body" }),
    completed("placeholders", { phone: null, direction: null, seconds: 0, due: true }),
    completed("purged", { phone: "+966500000041", said: null }),
    completed("text-transcript", { phone: "+966500000026", report: true, said: null }),
    completed("twice", { phone: "+966500000023", said: "The second delivery has the words" }),
    completed("unknown-field", { phone: "+966500000031" }),
  ]);
  const [dates] = await database.sql`select created_at, started_at, ended_at from calls where call_id = 'dates'`;
  expect(dates).toEqual({
    created_at: new Date("2026-11-20T08:59:00Z"),
    started_at: new Date("2026-11-20T09:00:00Z"),
    ended_at: new Date("2026-11-20T09:01:01Z"),
  });
  expect(
    await database.sql`select transcript -> 0 as turn from call_details where call_id = 'text-transcript'`,
  ).toEqual([{ turn: { type: "other", kind: "", data: "Everything was said in one text" } }]);
  expect(
    await database.sql`select call_id, verdict, reason, flags from deliveries where flags <> '{}' or verdict = 'quarantined' order by call_id`,
  ).toEqual([
    { call_id: "elsewhere", verdict: "quarantined", reason: "unexpected_address", flags: [] },
    delivery("not-a-number", "payload.call_data.total_duration: unbelievable"),
    delivery(
      "text-transcript",
      "payload.call_data.report: unknown_form",
      "payload.call_data.enhanced_transcript: unknown_form",
    ),
    delivery("unknown-field", "payload.permanent: unknown_field", "payload.call_data.mood: unknown_field"),
  ]);
  // One delivery of each call is applied: the one that its outcome came from, unless that one was deleted.
  expect(
    await database.sql`
      select verdict, count(*)::integer, count(distinct call_id)::integer as calls, array_agg(call_id order by call_id) filter (where verdict = 'superseded') as ids
      from deliveries group by verdict order by verdict`,
  ).toEqual([
    { verdict: "applied", count: 21, calls: 21, ids: null },
    { verdict: "quarantined", count: 1, calls: 1, ids: null },
    { verdict: "superseded", count: 2, calls: 2, ids: ["partly-gone", "twice"] },
  ]);
  // What people decided stays.
  expect(await database.sql`select call_id, id, decision, note, user_id, created_at from reviews order by id`).toEqual(
    reviews,
  );
  expect(await database.sql`select call_id from calls where is_test`).toEqual([{ call_id: "unknown-field" }]);
  expect(await database.sql`select call_id from calls where reviewed_at is not null order by 1`).toEqual([
    { call_id: "empty-values" },
    { call_id: "group-3" },
  ]);

  // A second time changes nothing: not a single row is written.
  const versions = () => database.sql`
    select 'call' as kind, call_id, xmin::text from calls union all select 'details', call_id, xmin::text from call_details
    union all select 'delivery', id::text, xmin::text from deliveries union all select 'contact', contact_id, xmin::text from contacts
    order by 1, 2`;
  const before = await versions();
  expect(await reinterpret(database)).toEqual({ code: 0, lastLine: "23 of 23 read" });
  expect(await versions()).toEqual(before);
  await database.close();
});

test("an interrupted reinterpretation continues where it was and gives the same; a call that cannot be stored is set aside", async () => {
  const [whole, parts] = await Promise.all([restoreDatabase(DUMP), restoreDatabase(DUMP)]);
  expect(await reinterpret(whole)).toMatchObject({ code: 0 });

  // The command waits for the lock of a call in the second batch when it is killed. The migrations would wait for it too.
  await migrate(parts.ownerUrl);
  const reserved = await parts.sql.reserve();
  await reserved`begin`;
  await reserved`select 1 from call_details where call_id = 'unknown-field' for update`;
  const command = start(parts);
  await expect
    .poll(
      () => parts.superuser`select 1 from pg_stat_activity where datname = ${parts.name} and wait_event_type = 'Lock'`,
      {
        timeout: 60_000,
      },
    )
    .toHaveLength(1);
  command.kill("SIGKILL");
  await once(command, "exit");
  await reserved`rollback`;
  reserved.release();
  const [state] = await parts.sql`select value from states where key = 'reinterpretation'`;
  expect(state?.["value"]).toMatchObject({ phase: "calls", done: 20, cursor: "trying-1", finishedAt: null });
  // As if the time of the lease had passed.
  await parts.sql`update states set value = value || '{"leasedUntil": null}' where key = 'reinterpretation'`;
  // Enforced for rows that are written from now on.
  await parts.sql`alter table calls add constraint refused check (call_id <> 'unknown-field') not valid`;
  await parts.sql`update call_details set facts = jsonb_set(facts, '{status,v}', '"null"') where call_id = 'unknown-field'`;
  expect(await reinterpret(parts)).toEqual({ code: 1, lastLine: "23 of 23 read, 1 failed" });

  await parts.sql`alter table calls drop constraint refused`;
  expect(await reinterpret(parts)).toEqual({ code: 0, lastLine: "23 of 23 read" });
  expect(await contentOf(parts)).toEqual(await contentOf(whole));
  await Promise.all([whole.close(), parts.close()]);
});

/** All that a reinterpretation may change, except the times at which it did. */
async function contentOf({ sql }: Database) {
  return {
    calls:
      await sql`select to_jsonb(calls) - 'enrichment_due_at' as call, enrichment_due_at is not null as due from calls order by call_id`,
    details: await sql`select * from call_details order by call_id`,
    contacts: await sql`select * from contacts order by contact_id`,
    deliveries:
      await sql`select to_jsonb(deliveries) - 'replayed_at' - 'stored_at' as delivery from deliveries order by id`,
  };
}

function start(database: Database): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", "scripts/reinterpret.ts"], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NODE_ENV: "production",
      ...environment({ databaseUrl: database.url, appPort: 1, vendorPort: 1 }),
      DATABASE_OWNER_URL: database.ownerUrl,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Runs the command to its end. */
async function reinterpret(database: Database): Promise<{ code: number | null; lastLine: string | undefined }> {
  const command = start(database);
  let output = "";
  command.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(command, "close");
  const lines = output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  return { code: command.exitCode, lastLine: lines.at(-1) };
}

const contact = (id: string, state: string, attempts: number, last: string, more: Record<string, unknown> = {}) => ({
  contact_id: id,
  state,
  attempts,
  last_call_id: last,
  reached_call_id: null,
  is_inferred: false,
  ...more,
});

const dial = (id: string, attempt: number, root: string | null, next: string | null, at: string) => ({
  call_id: id,
  attempt,
  root_call_id: root,
  next_retry_at: next === null ? null : new Date(next),
  occurred_at: new Date(at),
});

const completed = (id: string, more: Record<string, unknown>) => ({
  call_id: id,
  goal: null,
  direction: "outbound",
  seconds: 61,
  name: null,
  recording: false,
  said: "مرحبا، معك فريق التوصيل",
  report: false,
  due: false,
  ...more,
});

const delivery = (id: string, ...flags: string[]) => ({ call_id: id, verdict: "applied", reason: null, flags });
