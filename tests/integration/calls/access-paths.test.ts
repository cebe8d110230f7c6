import fc from "fast-check";

import { type AccessPath, hasSource, SOURCES } from "@/db/calls/access-path";
import { type ContactPath, pathsOfContacts, pathsOfCount, pathsOfPage } from "@/db/calls/choose-path";
import { countCalls, listCalls } from "@/db/calls/list";
import { countContacts, listContacts } from "@/db/contacts/list";
import type { Page } from "@/db/keyset";
import { type CallFilter, UNKNOWN } from "@/lib/call/filter";
import { CALL_SORTS, type CallSort, type PageView } from "@/lib/call/list-view";
import { readSoughtDigits } from "@/lib/phone/number-cores";
import { buildStatistics } from "@/tests/fixtures/built-statistics";
import { readFilter } from "@/tests/fixtures/call-rows";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, which no test here uses.
test.use({ baseURL: "http://localhost" });

/** Its clocks go back on 1 November 2026, so that an hour comes twice. */
const ZONE = "America/New_York";
const oneOf = <const Value>(...values: Value[]) => fc.constantFrom(...values);

const call = fc.record({
  minutes: fc.oneof(fc.integer({ min: 0, max: 9 * 24 * 60 }), oneOf(4 * 24 * 60 + 330, 4 * 24 * 60 + 390)),
  /** A few roots, so that contacts have several calls. */
  root: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 1 }),
  outcome: oneOf("complete", "complete", "no_answer", "cancelled", "unknown", null),
  goal: oneOf("success", "failure", null),
  direction: oneOf("outbound", "inbound", null),
  language: oneOf("ar", "en", null),
  scenario_id: oneOf("one", "two", null),
  attempt: oneOf(1, 2, null),
  duration_seconds: oneOf(0, 5, 60, 61, null),
  phone_number: oneOf(
    "+966501234567",
    "0501234567",
    "+966559876543",
    "+201001234567",
    "12345678901234567890",
    "4567",
    null,
  ),
  criteria: oneOf(null, { Polite: { met: true, primary: false } }, { Polite: { met: false, primary: true } }),
  is_test: oneOf(false, false, false, true),
  enrichment_state: oneOf("done", "done", "pending", "not_found"),
  is_reviewed: oneOf(false, false, true),
  next_retry_at: oneOf(null, null, "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
});

const PARTS = [
  ["outcome", "complete", "no_answer,unknown", "cancelled", "none"],
  ["goal", "met", "not_assessed"],
  ["direction", "inbound", "unknown"],
  ["language", "en", "ar,unknown"],
  ["scenario", "one", "unknown,two"],
  ["from", "2026-10-31", "2026-11-01T05:30:00Z"],
  ["to", "2026-11-02", "2026-11-01T06:30:00Z"],
  ["weekday", "7", "1,2,6"],
  ["hour", "1", "0,1,2,23"],
  ["phone", "0501234567", "4567", "567", "67", "0501", "00966501234567", "1234567890123456", "9876543"],
  ["min_duration", "0", "60", "61"],
  ["max_duration", "0", "60"],
  ["dial", "reached", "not_dialled"],
  ["attempt", "1", "2,unknown"],
  ["state", "reached", "trying,called_off", "not_reached", "overdue"],
  ["reviewed", "1", "0"],
  ["criterion", "Polite", "other"],
  ["counted", "1", "0"],
  ["enrichment", "done", "not_found", "pending,failed"],
  ["test", "1", "0"],
] as const;

const filters = fc
  .subarray([...PARTS], { minLength: 0, maxLength: 3 })
  .chain((parts) =>
    fc.tuple(...parts.map(([name, ...values]) => fc.constantFrom(...values).map((value) => [name, value]))),
  )
  .map((pairs) => new URLSearchParams(pairs as [string, string][]).toString());

type Stored = {
  call_id: string;
  contact_id: string;
  occurred_at: Date;
  outcome: string | null;
  goal: string | null;
  direction: string | null;
  language: string | null;
  scenario_id: string | null;
  attempt: number | null;
  dial_result: CallFilter["dial"][number];
  duration_seconds: number | null;
  phone_digits: string | null;
  criteria: Record<string, { met: boolean }> | null;
  is_test: boolean;
  enrichment_state: CallFilter["enrichment"][number];
  reviewed_at: Date | null;
  state: CallFilter["state"][number];
  is_overdue: boolean;
  last_at: Date;
};

const local = new Intl.DateTimeFormat("en", { timeZone: ZONE, weekday: "short", hour: "numeric", hourCycle: "h23" });
const WEEKDAYS = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Whether a call meets a filter, without the database. `ofContact`: the conditions on its contact too. */
function meets(row: Stored, filter: CallFilter): boolean {
  const isAnyOf = (values: readonly string[], value: string | null) =>
    values.length === 0 || values.includes(value ?? UNKNOWN);
  const parts = Object.fromEntries(local.formatToParts(row.occurred_at).map(({ type, value }) => [type, value]));
  const isCounted = !row.is_test && row.enrichment_state !== "not_found";
  const { from, to, minDuration, maxDuration, criterion } = filter;
  return (
    isAnyOf(filter.outcome, row.outcome) &&
    isAnyOf(filter.goal, row.goal) &&
    isAnyOf(filter.direction, row.direction) &&
    isAnyOf(filter.language, row.language) &&
    isAnyOf(filter.scenario, row.scenario_id) &&
    isAnyOf(filter.attempt, row.attempt === null ? null : String(row.attempt)) &&
    isAnyOf(filter.dial, row.dial_result) &&
    isAnyOf(filter.enrichment, row.enrichment_state) &&
    (from === null || row.occurred_at >= from.at) &&
    (to === null || row.occurred_at < to.at) &&
    (filter.weekday.length === 0 || filter.weekday.includes(WEEKDAYS.indexOf(parts["weekday"] ?? ""))) &&
    (filter.hour.length === 0 || filter.hour.includes(Number(parts["hour"]))) &&
    (filter.phone === null || hasDigits(row.phone_digits, filter.phone)) &&
    (minDuration === null || (row.duration_seconds ?? -1) >= minDuration) &&
    (maxDuration === null || (row.duration_seconds !== null && row.duration_seconds <= maxDuration)) &&
    (filter.reviewed === null || filter.reviewed === (row.reviewed_at !== null)) &&
    (filter.counted === null || filter.counted === isCounted) &&
    (filter.test === null || filter.test === row.is_test) &&
    (criterion === null || row.criteria?.[criterion] !== undefined) &&
    (filter.state.length === 0 ||
      filter.state.includes(row.state) ||
      (filter.state.includes("overdue") && row.is_overdue))
  );
}

function hasDigits(stored: string | null, sought: string): boolean {
  const { anywhere, beginning } = readSoughtDigits(sought);
  return (
    stored !== null &&
    (anywhere.some((typed) => stored.includes(typed) || (stored.length >= 7 && typed.endsWith(stored))) ||
      (beginning !== null && new RegExp(`^[0-9]{0,3}${beginning}`).test(stored)))
  );
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function sorted<Row>(
  rows: Row[],
  key: (row: Row) => number,
  id: (row: Row) => string,
  isDescending: boolean,
): string[] {
  const ids = rows.toSorted((a, b) => key(a) - key(b) || byText(id(a), id(b))).map(id);
  return isDescending ? ids.toReversed() : ids;
}

function expectedCalls(rows: Stored[], sort: CallSort): string[] {
  const unknown = sort === "duration" ? Number.MAX_SAFE_INTEGER : -1;
  return sorted(
    rows,
    (row) => (sort.endsWith("time") ? row.occurred_at.getTime() : (row.duration_seconds ?? unknown)),
    (row) => row.call_id,
    sort.startsWith("-"),
  );
}

/** Reads all pages forwards, then backwards from the last one. Both must be the same. */
async function walk<Row>(
  read: (view: Pick<PageView, "cursor" | "perPage">) => Promise<Page<Row>>,
  id: (row: Row) => string,
) {
  const forwards: string[][] = [];
  let page = await read({ cursor: null, perPage: 4 });
  forwards.push(page.rows.map(id));
  while (page.nextCursor !== null) {
    page = await read({ cursor: page.nextCursor, perPage: 4 });
    forwards.push(page.rows.map(id));
  }
  const backwards: string[][] = [page.rows.map(id)];
  while (page.previousCursor !== null) {
    page = await read({ cursor: page.previousCursor, perPage: 4 });
    backwards.unshift(page.rows.map(id));
  }
  expect(backwards).toEqual(forwards);
  return forwards.flat();
}

/** Every way to find the calls of a filter. The first ones of a list of paths give up early, so that the next ones are tried too. */
function allPaths(filter: CallFilter, sort: CallSort) {
  const sources = SOURCES.filter((source) => hasSource(source, filter));
  const merges = sort.endsWith("time")
    ? (["kinds", "hours"] as const).filter((source) => sources.includes(source))
    : [];
  const of = sources.map((source): AccessPath[] => [{ by: source }]);
  const plain: AccessPath[][] = [[{ by: "plain" }], [{ by: "order", bound: 5 }, { by: "plain" }]];
  const merged = merges.map((source): AccessPath[] => [{ by: "merge", source }]);
  const isOfState = sort.endsWith("time") && sources.includes("state");
  return { counts: [...plain, ...of], pages: [...plain, ...of, ...merged], merged, isOfState };
}

test("each way to find calls and contacts finds those that an evaluation without the database finds", async ({
  database: { sql, empty },
}) => {
  test.setTimeout(120_000);
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 60, maxLength: 60 }),
      fc.array(filters, { minLength: 8, maxLength: 8 }),
      async (calls, queries) => {
        await empty();
        const rows = calls.map(({ minutes, root, is_reviewed, ...facts }, index) => ({
          ...facts,
          call_id: `call-${(index * 7919) % 1000}`,
          root_call_id: root === null ? null : `root-${root}`,
          // Some at the same instant, and around the end of summer time.
          started_at: new Date(Date.UTC(2026, 9, 28) + Math.floor(minutes / 30) * 30 * 60_000),
          called_off_at: new Date(Date.UTC(2026, 9, 28) + minutes * 60_000),
          reviewed_at: is_reviewed ? new Date() : null,
          enrichment_due_at: null,
        }));
        // The driver's type wants one type for all columns.
        const insert = (some: typeof rows) => sql`insert into calls ${sql(some as never)}`;
        // Half of them are in the cells, the others still wait.
        await insert(rows.slice(0, 30));
        await buildStatistics();
        await insert(rows.slice(30));
        const stored = await sql<Stored[]>`
        select calls.*, contacts.state, contacts.last_at, (contacts.state = 'trying' and contacts.next_retry_at < now()) as is_overdue
        from calls join contacts using (contact_id)`;

        for (const query of [...queries, "hour=1", "outcome=complete", "phone=567"]) {
          const filter = readFilter(query, ZONE);
          const matching = stored.filter((row) => meets(row, filter));
          for (const sort of CALL_SORTS) {
            const { pages } = allPaths(filter, sort);
            const onlyState = query.startsWith("state=") && !query.includes("&") && sort.endsWith("time");
            const chosen = await pathsOfPage(filter, sort, 9);
            for (const paths of [chosen, ...pages, ...(onlyState ? [[{ by: "people" as const }]] : [])]) {
              const found = await walk(
                (view) => listCalls(filter, { ...view, sort }, paths),
                (row) => row.callId,
              );
              expect(found, `${query} by ${sort} ${JSON.stringify(paths)}`).toEqual(expectedCalls(matching, sort));
            }
          }
          expect(await countCalls(filter), `count of ${query} ${JSON.stringify(await pathsOfCount(filter))}`).toEqual({
            count: matching.length,
            isBounded: false,
          });
          const people = [...new Map(matching.map((row) => [row.contact_id, row])).values()];
          for (const sort of ["-time", "time"] as const) {
            const expected = sorted(
              people,
              (row) => row.last_at.getTime(),
              (row) => row.contact_id,
              sort === "-time",
            );
            const { pages, merged } = allPaths(filter, sort);
            const ofContacts: ContactPath[][] = [
              await pathsOfContacts(filter, 4),
              ...pages.filter(([path]) => path?.by !== "merge"),
              ...merged.flatMap(([path]): ContactPath[][] =>
                path === undefined ? [] : [[{ by: "window", calls: path }, { by: "plain" }]],
              ),
              [{ by: "window", calls: { by: "plain" } }, { by: "plain" }],
            ];
            for (const paths of ofContacts) {
              const found = await walk(
                (view) => listContacts(filter, { ...view, sort }, paths),
                (row) => row.contactId,
              );
              expect(found, `contacts of ${query} by ${sort} ${JSON.stringify(paths)}`).toEqual(expected);
            }
          }
          const digits: AccessPath[][] =
            query.startsWith("phone=") && !query.includes("&")
              ? [[{ by: "digits", bound: 5 }, { by: "plain" }], [{ by: "digits", bound: 1000 }]]
              : [];
          for (const paths of [undefined, ...digits, ...allPaths(filter, "-time").counts]) {
            expect(await countCalls(filter, paths), `count of ${query} ${JSON.stringify(paths)}`).toEqual({
              count: matching.length,
              isBounded: false,
            });
            if (paths?.some(({ by }) => by === "digits")) {
              continue;
            }
            expect(await countContacts(filter, paths), `contacts of ${query} ${JSON.stringify(paths)}`).toEqual({
              count: people.length,
              isBounded: false,
            });
          }
        }
      },
    ),
    { numRuns: 2 },
  );
});

test("contacts that end at one moment are in their order, also where a window of calls ends among them", async ({
  database: { sql, empty },
}) => {
  await empty();
  // The order of the calls is not that of their contacts.
  const rows = Array.from({ length: 30 }, (_, index) => ({
    call_id: `call-${10 + index}`,
    root_call_id: `root-${99 - index}`,
    outcome: "complete",
    started_at: new Date(Date.UTC(2026, 9, 28)),
  }));
  await sql`insert into calls ${sql(rows)}`;
  const filter = readFilter("outcome=complete", ZONE);
  for (const sort of ["-time", "time"] as const) {
    const found = await walk(
      (view) => listContacts(filter, { ...view, sort }, [{ by: "window", calls: { by: "plain" } }, { by: "plain" }]),
      (row) => row.contactId,
    );
    const ids = rows.map((row) => row.root_call_id);
    expect(found).toEqual(sort === "time" ? ids.toReversed() : ids);
  }
});

test("contacts beyond those that are looked at first do not come after the ones around the end of the period", async ({
  database: { sql, empty },
}) => {
  await empty();
  const at = (day: number, minute: number) => new Date(Date.UTC(2026, 9, day, 0, minute));
  const row = (name: string, language: string, started_at: Date) => ({
    call_id: `${name}-${started_at.getTime()}`,
    root_call_id: name,
    outcome: "complete",
    language,
    started_at,
  });
  const numbers = Array.from({ length: 8 }, (_, index) => index + 10);
  await sql`insert into calls ${sql([
    ...numbers.map((n) => row(`early-${n}`, "ar", at(1, n))),
    ...numbers.map((n) => row(`late-${n}`, "en", at(2, n))),
    ...numbers.flatMap((n) => [row(`around-${n}`, "en", at(3, n)), row(`around-${n}`, "ar", at(28, n))]),
  ])}`;
  const filter = readFilter("language=en&to=2026-10-20", ZONE);
  const inOrder = [...numbers.map((n) => `late-${n}`), ...numbers.map((n) => `around-${n}`)];
  for (const sort of ["-time", "time"] as const) {
    for (const bound of [3, 6, 9, 12]) {
      const found = await walk(
        (view) => listContacts(filter, { ...view, sort }, [{ by: "order", bound }, { by: "plain" }]),
        (contact) => contact.contactId,
      );
      expect(found, `${sort}, the first ${bound}`).toEqual(sort === "time" ? inOrder : inOrder.toReversed());
    }
  }
});
