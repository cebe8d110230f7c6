import type postgres from "postgres";

import { KEEP_EVERYTHING, saveRetention } from "@/db/privacy/retention";
import { purge, purgeDue, readRetentionStatus } from "@/server/jobs/purge";
import { storeAnswer } from "@/tests/fixtures/api-answer";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, whose jobs would purge too.
test.use({ baseURL: "http://localhost:1" });

const NORA = { id: "u", name: "Nora", email: "nora@example.com" };
const BUDGET_MS = 20_000;
const DONE = { skipped: 0, error: null, isFinished: true };

test.beforeEach(({ database }) => database.empty());

/** Stores calls of 40 days ago, each with a recording and an answer of the API. */
async function storeOldCalls(...ids: string[]): Promise<void> {
  const occurred = new Date(Date.now() - 40 * 86_400_000);
  const recordingUrl = "https://storage.googleapis.com/b/o.mp4";
  for (const id of ids) {
    await storeAnswer(id, { createdAt: occurred, recordingUrl }, occurred);
  }
}

/** Makes Postgres refuse a change, as a damaged row would, until `stack` is disposed. */
async function refuse(sql: postgres.Sql, stack: AsyncDisposableStack, change: string, when = "true"): Promise<void> {
  await sql.unsafe(`create function refuse_change() returns trigger language plpgsql as
    'begin raise exception ''a value that no log may contain'' using errcode = ''XX001''; end'`);
  await sql.unsafe(
    `create trigger refuse_change before ${change} for each row when (${when}) execute function refuse_change()`,
  );
  stack.defer(async () => {
    await sql`drop function refuse_change() cascade`;
  });
}

test("row 74: a kind that fails does not hold up the others, and is named in the audit log and on the page", async ({
  database: { sql },
}) => {
  await storeOldCalls("old");
  await saveRetention({ ...KEEP_EVERYTHING, recordingDays: 30, deliveryDays: 30, callDays: 50 });
  await using stack = new AsyncDisposableStack();
  await refuse(sql, stack, "update on call_details");

  expect(await purge(NORA, BUDGET_MS, "192.0.2.1")).toEqual({ deleted: 1, failed: ["recording"] });

  expect(await sql`select actor_name, source_ip, row_count, detail from audit_events`).toEqual([
    {
      actor_name: "Nora",
      source_ip: "192.0.2.1",
      row_count: 1,
      detail: { recording: 0, recordingFailed: true, delivery: 1, call: 0 },
    },
  ]);
  expect(await readRetentionStatus()).toMatchObject({
    kinds: {
      recording: { deleted: 0, skipped: 1, error: "XX001", isFinished: true },
      delivery: { deleted: 1, ...DONE },
      call: { deleted: 0, ...DONE },
    },
  });
});

test("row 74: a row that cannot be deleted does not hold up the rows behind it", async ({ database: { sql } }) => {
  await storeOldCalls("a", "bad", "c", "d");
  await saveRetention({ ...KEEP_EVERYTHING, callDays: 30 });
  await using stack = new AsyncDisposableStack();
  await refuse(sql, stack, "delete on calls", "old.call_id = 'bad'");

  expect(await purge(null, BUDGET_MS)).toEqual({ deleted: 3, failed: ["call"] });

  expect(await sql`select call_id from calls`).toEqual([{ call_id: "bad" }]);
  expect((await readRetentionStatus())?.kinds.call).toEqual({
    deleted: 3,
    skipped: 1,
    error: "XX001",
    isFinished: true,
  });
});

test("row 74: without time, every kind still deletes one batch, and the rest follows in minutes", async ({
  database: { sql },
}) => {
  // More answers than one batch.
  await sql`insert into api_answers (call_id, body, answered_at)
    select 'call-' || number, '{}', now() - interval '40 days' from generate_series(1, 1200) as number`;
  await storeOldCalls("old");
  await saveRetention({ ...KEEP_EVERYTHING, deliveryDays: 30, callDays: 30 });

  expect(await purgeDue(0)).toBe(501);
  expect(await sql`select call_id from calls`).toEqual([]);
  expect(await readRetentionStatus()).toMatchObject({
    kinds: { delivery: { deleted: 500, isFinished: false }, call: { deleted: 1, isFinished: true } },
  });

  expect(await purgeDue()).toBe(0);
  const minutesAgo = async (minutes: number) => {
    await sql`update states set updated_at = now() - make_interval(mins => ${minutes}) where key = 'turn:purge'`;
  };
  await minutesAgo(6);
  expect(await purgeDue()).toBe(700);
  // Everything is deleted, so the next run is due after an hour.
  await minutesAgo(59);
  const { nextAt } = (await readRetentionStatus()) ?? {};
  const [turn] = await sql<{ due: Date }[]>`
    select updated_at + interval '1 hour' as due from states where key = 'turn:purge'`;
  expect(nextAt).toEqual(turn?.due);
});

test("a kind that keeps failing writes one event, and another one after it has worked", async ({
  database: { sql },
}) => {
  await storeOldCalls("old");
  await saveRetention({ ...KEEP_EVERYTHING, callDays: 30 });
  const events = () => sql`select row_count, detail from audit_events order by at, row_count`;
  await using stack = new AsyncDisposableStack();
  await refuse(sql, stack, "delete on calls");
  await purge(null, BUDGET_MS);
  await purge(null, BUDGET_MS);
  const failed = { row_count: 0, detail: { call: 0, callFailed: true } };
  expect(await events()).toEqual([failed]);
  await stack.disposeAsync();
  await purge(null, BUDGET_MS);
  expect(await events()).toEqual([failed, { row_count: 1, detail: { call: 1 } }]);
});

test.describe("transcripts and recordings, which are looked for call by call", () => {
  /** More calls than one statement looks at, each a second after the one before. The last one is not due. */
  async function storeMany(sql: postgres.Sql) {
    await sql`
      insert into calls (call_id, created_at, enrichment_state, enrichment_due_at)
      select 'c-' || lpad(i::text, 4, '0'), now() - interval '40 days' + i * interval '1 second', 'done', null::timestamptz from generate_series(1, 4500) i
      union all select 'young', now() - interval '20 days', 'done', null`;
    await sql`insert into call_details (call_id, facts, transcript) select call_id, '{}', '[]' from calls`;
  }
  const withTranscript = async (sql: postgres.Sql) =>
    (
      await sql<{ call_id: string }[]>`select call_id from call_details where transcript is not null order by call_id`
    ).map((row) => row.call_id);
  const restore = (sql: postgres.Sql, id: string) =>
    sql`update call_details set transcript = '[]' where call_id = ${id}`;
  /** As if the sweep had taken more statements than a run begins again for, and had begun some hours ago. */
  const makeLong = (sql: postgres.Sql, hours: number) => sql`
    update states set value = jsonb_set(
      jsonb_set(value, '{transcript,beganAt}', to_jsonb(now() - make_interval(hours => ${hours}))), '{transcript,statements}', '1000'
    ) where key = 'retention sweeps'`;

  test("a run goes on where the last one ended; once a day, one begins again for what has come back", async ({
    database: { sql },
  }) => {
    await storeMany(sql);
    await saveRetention({ ...KEEP_EVERYTHING, transcriptDays: 30 });
    // Without time, a run deletes one batch.
    expect((await purge(null, 0)).deleted).toBe(500);
    expect((await readRetentionStatus())?.kinds.transcript?.isFinished).toBe(false);
    await makeLong(sql, 1);
    expect((await purge(null, BUDGET_MS)).deleted).toBe(4000);
    expect(await withTranscript(sql)).toEqual(["young"]);

    await restore(sql, "c-0001");
    await sql`update calls set created_at = now() - interval '31 days' where call_id = 'young'`;
    expect((await purge(null, BUDGET_MS)).deleted).toBe(1);
    expect(await withTranscript(sql)).toEqual(["c-0001"]);
    await makeLong(sql, 25);
    expect((await purge(null, BUDGET_MS)).deleted).toBe(0);
    expect((await purge(null, BUDGET_MS)).deleted).toBe(1);
    expect(await withTranscript(sql)).toEqual([]);

    // A person who asks for a run does not wait for a day.
    await makeLong(sql, 1);
    await restore(sql, "c-0001");
    expect((await purge(NORA, BUDGET_MS)).deleted).toBe(1);
  });

  test("row 74: a row that cannot be deleted is tried again by the next run, and holds up no other", async ({
    database: { sql },
  }) => {
    await storeMany(sql);
    await saveRetention({ ...KEEP_EVERYTHING, transcriptDays: 30 });
    await using stack = new AsyncDisposableStack();
    await refuse(sql, stack, "update on call_details", "old.call_id = 'c-2500'");
    await purge(null, 0);
    await makeLong(sql, 1);
    expect(await purge(null, BUDGET_MS)).toEqual({ deleted: 3999, failed: ["transcript"] });
    expect(await withTranscript(sql)).toEqual(["c-2500", "young"]);
    expect(await purge(null, BUDGET_MS)).toEqual({ deleted: 0, failed: ["transcript"] });
    await stack.disposeAsync();
    expect(await purge(null, BUDGET_MS)).toEqual({ deleted: 1, failed: [] });
  });
});
