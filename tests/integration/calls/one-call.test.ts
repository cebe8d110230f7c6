import { listCalls } from "@/db/calls/list";
import { readNeighbours } from "@/db/calls/neighbours";
import { addReview, listReviews, undoReview } from "@/db/calls/reviews";
import { NO_FILTER } from "@/lib/call/filter";
import { CALL_SORTS, DEFAULT_VIEW } from "@/lib/call/list-view";
import type { Database } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";

async function makeCalls(database: Database, count: number): Promise<void> {
  await database.sql`
    insert into calls (call_id, outcome, duration_seconds, started_at, enrichment_state, enrichment_due_at)
    select
      'call-' || n, case when n % 3 = 0 then 'no_answer' else 'complete' end, nullif(n % 4, 0) * 10,
      timestamptz '2026-05-04T09:00:00Z' + (n / 2) * interval '1 minute', 'done', null
    from generate_series(1, ${count}::integer) n`;
}

async function makeUser(database: Database, id: string): Promise<void> {
  await database.sql`
    insert into "user" (id, name, email, role) values (${id}, ${id}, ${`${id}@callboard.example`}, 'operator')`;
}

async function reviewedAt(database: Database, callId: string): Promise<Date | null> {
  const [row] = await database.sql`select reviewed_at from calls where call_id = ${callId}`;
  return row?.["reviewed_at"] ?? null;
}

test.beforeEach(async ({ database }) => {
  await database.empty();
  await database.sql`delete from "user" where email like 'op-%'`;
});

test("the neighbours of a call are the previous and next rows of the list, for every sort order and filter", async ({
  database,
}) => {
  await makeCalls(database, 17);
  for (const filter of [NO_FILTER, { ...NO_FILTER, outcome: ["complete"] }]) {
    for (const sort of CALL_SORTS) {
      const { rows } = await listCalls(filter, { ...DEFAULT_VIEW, sort });
      for (const [index, row] of rows.entries()) {
        expect(await readNeighbours(row, filter, sort), `${sort} ${row.callId}`).toEqual({
          previous: rows[index - 1]?.callId ?? null,
          next: rows[index + 1]?.callId ?? null,
        });
      }
    }
  }
});

test("a call that the filter excludes has neighbours too", async ({ database }) => {
  await makeCalls(database, 6);
  const { rows } = await listCalls(NO_FILTER, DEFAULT_VIEW);
  const missed = rows.find(({ callId }) => callId === "call-3");
  const filter = { ...NO_FILTER, outcome: ["complete"] };
  expect(missed && (await readNeighbours(missed, filter, "-time"))).toEqual({ previous: "call-4", next: "call-2" });
});

test("the latest decision takes effect and sets `reviewed_at`", async ({ database }) => {
  await makeCalls(database, 1);
  await makeUser(database, "op-1");
  const by = { callId: "call-1", userId: "op-1", note: null };
  expect(await addReview({ ...by, decision: "follow_up", note: "tomorrow" })).not.toBeNull();
  expect(await reviewedAt(database, "call-1")).not.toBeNull();
  await addReview({ ...by, decision: "cleared" });
  expect(await reviewedAt(database, "call-1")).toBeNull();
  await addReview({ ...by, decision: "resolved" });
  expect((await listReviews("call-1")).map(({ decision, userName }) => [decision, userName])).toEqual([
    ["resolved", "op-1"],
    ["cleared", "op-1"],
    ["follow_up", "op-1"],
  ]);
  expect(await addReview({ ...by, callId: "no-such-call", decision: "resolved" })).toBeNull();
});

test("the last of many concurrent decisions takes effect and sets `reviewed_at`", async ({ database }) => {
  await makeCalls(database, 1);
  await makeUser(database, "op-1");
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      addReview({
        callId: "call-1",
        userId: "op-1",
        note: null,
        decision: index % 2 === 0 ? "resolved" : "cleared",
      }),
    ),
  );
  const [latest] = await listReviews("call-1");
  expect(await reviewedAt(database, "call-1")).toEqual(latest?.decision === "cleared" ? null : latest?.createdAt);
});

test("the author can undo a decision while it is the latest and less than ten minutes old", async ({ database }) => {
  await makeCalls(database, 1);
  await makeUser(database, "op-1");
  await makeUser(database, "op-2");
  const decideAs = async (userId: string, decision: "resolved" | "follow_up") =>
    (await addReview({ callId: "call-1", userId, note: null, decision })) ?? "";

  const first = await decideAs("op-1", "resolved");
  const firstAt = await reviewedAt(database, "call-1");
  const second = await decideAs("op-2", "follow_up");
  expect(await undoReview("call-1", first, "op-1")).toBe(false);
  expect(await undoReview("call-1", second, "op-1")).toBe(false);
  expect(await undoReview("call-1", second, "op-2")).toBe(true);
  expect(await reviewedAt(database, "call-1")).toEqual(firstAt);

  await database.sql`update reviews set created_at = created_at - interval '11 minutes'`;
  expect(await undoReview("call-1", first, "op-1")).toBe(false);
  await database.sql`update reviews set created_at = now()`;
  expect(await undoReview("call-1", first, "op-1")).toBe(true);
  expect(await reviewedAt(database, "call-1")).toBeNull();
  expect(await listReviews("call-1")).toEqual([]);
});
