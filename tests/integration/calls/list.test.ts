import { COUNT_BOUND } from "@/db/bounded-count";
import { countCalls, listCalls } from "@/db/calls/list";
import { CALL_SORTS, type CallSort, DEFAULT_VIEW } from "@/lib/call/list-view";
import { encodeCursor } from "@/lib/url/cursor";
import { type CallRow, insertCalls, readFilter } from "@/tests/fixtures/call-rows";
import { plansOf } from "@/tests/fixtures/plans";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, which no test here uses.
test.use({ baseURL: "http://localhost" });

test.beforeEach(async ({ database }) => {
  await database.empty();
});

test.describe("paging", () => {
  const AT = Date.UTC(2026, 4, 4, 9);
  // Five calls at each instant, and repeated or unknown durations, so that the id decides the order of equal values.
  const ROWS: CallRow[] = Array.from({ length: 137 }, (_, index) => ({
    call_id: `call-${(index * 7919) % 1000}`,
    started_at: new Date(AT + Math.floor(index / 5)).toISOString(),
    outcome: index % 3 === 0 ? "no_answer" : "complete",
    duration_seconds: index % 3 === 0 ? null : index % 4,
  }));

  /** Sorts the rows without the database. Returns their ids. */
  function ordered(sort: CallSort, rows: CallRow[]): string[] {
    const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    const key = (row: CallRow) =>
      sort.endsWith("time")
        ? Date.parse(row.started_at)
        : (row.duration_seconds ?? (sort === "duration" ? Number.MAX_SAFE_INTEGER : -1));
    const ascending = rows
      .toSorted((a, b) => key(a) - key(b) || byText(a.call_id, b.call_id))
      .map((row) => row.call_id);
    return sort.startsWith("-") ? ascending.toReversed() : ascending;
  }

  for (const sort of CALL_SORTS) {
    for (const query of ["", "outcome=no_answer", "outcome=complete,no_answer"]) {
      test(`sorted by ${sort} with ${query || "no filter"}, the pages contain every call once, forwards and backwards`, async ({
        database,
      }) => {
        await insertCalls(database.sql, ROWS);
        const filter = readFilter(query);
        const matching = ROWS.filter(
          (row) => filter.outcome.length === 0 || filter.outcome.includes(row.outcome ?? ""),
        );
        const expected = ordered(sort, matching);

        const pages: string[][] = [];
        let place: string | null = null;
        let last: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof listCalls>> = await listCalls(filter, {
            sort,
            perPage: 10,
            cursor: place,
          });
          pages.push(page.rows.map(({ callId }) => callId));
          place = page.nextCursor;
          last = page.previousCursor;
        } while (place !== null);
        expect(pages.flat()).toEqual(expected);

        const back: string[][] = [pages.at(-1) ?? []];
        while (last !== null) {
          const page = await listCalls(filter, { sort, perPage: 10, cursor: last });
          back.unshift(page.rows.map(({ callId }) => callId));
          last = page.previousCursor;
        }
        expect(back).toEqual(pages);
      });
    }
  }

  test("new calls do not shift the next page", async ({ database }) => {
    await insertCalls(database.sql, ROWS);
    const first = await listCalls(readFilter(""), { ...DEFAULT_VIEW, perPage: 20 });
    const expected = ordered("-time", ROWS).slice(20, 40);
    await insertCalls(
      database.sql,
      Array.from({ length: 30 }, (_, index) => ({ call_id: `new-${index}`, started_at: "2026-05-05T00:00:00Z" })),
    );
    const second = await listCalls(readFilter(""), { ...DEFAULT_VIEW, perPage: 20, cursor: first.nextCursor });
    expect(second.rows.map(({ callId }) => callId)).toEqual(expected);
  });

  test("a later page is read from an index without scanning earlier rows", async ({ database: { sql } }) => {
    await sql`
      insert into calls (call_id, outcome, started_at, duration_seconds)
      select 'c' || i, 'complete', timestamptz '2026-05-04 00:00Z' + i * interval '1 second', i % 600
      from generate_series(1, 20000) i`;
    await sql`vacuum analyze calls`;
    for (const [sort, value, index] of [
      ["-time", Date.UTC(2026, 4, 4, 1), "calls_occurred_idx"],
      ["time", Date.UTC(2026, 4, 4, 1), "calls_occurred_idx"],
      ["-duration", 300, "calls_duration_idx"],
      ["duration", 300, "calls_shortest_idx"],
    ] as const) {
      for (const side of ["after", "before"] as const) {
        const cursor = encodeCursor({ side, value, id: "c1" });
        const [plan] = await plansOf(() => listCalls(readFilter(""), { sort, cursor, perPage: 50 }));
        // The ids of the page come in the order of the index, without a sort.
        expect(plan, `${side} by ${sort}`).toMatch(
          new RegExp(`Limit [^\\n]*\\n *->  Index (Only )?Scan.* using ${index} [^]*Index Cond: \\(ROW\\(`),
        );
      }
    }
  });

  test("a cursor of another sort order, or of a row that does not exist, gives a page", async ({ database }) => {
    await insertCalls(database.sql, ROWS);
    for (const sort of CALL_SORTS) {
      for (const value of [-1, 0, 3, AT, Date.UTC(3000, 0)]) {
        const cursor = encodeCursor({ side: "after", value, id: "zzz" });
        const page = await listCalls(readFilter(""), { sort, perPage: 50, cursor });
        expect(page.rows.length).toBeLessThanOrEqual(50);
      }
    }
  });
});

test("the count is exact up to its bound, and marked as bounded above it", async ({ database: { sql } }) => {
  await sql`
    insert into calls (call_id, outcome, started_at)
    select 'c' || i, 'complete', now() from generate_series(1, ${COUNT_BOUND}) i`;
  expect(await countCalls(readFilter(""))).toEqual({ count: COUNT_BOUND, isBounded: false });
  await insertCalls(sql, [{ call_id: "one-more", started_at: "2026-05-04T00:00:00Z" }]);
  expect(await countCalls(readFilter(""))).toEqual({ count: COUNT_BOUND, isBounded: true });
});
