import { applyApiFacts } from "@/db/calls/enrichment";
import { listFacets } from "@/db/calls/facets";
import { countCalls, listCalls } from "@/db/calls/list";
import { DEFAULT_VIEW } from "@/lib/call/list-view";
import { apiAnswer } from "@/tests/fixtures/api-answer";
import { insertCalls, readFilter } from "@/tests/fixtures/call-rows";
import { recordBody } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";

async function ids(query: string, zone?: string): Promise<string[]> {
  const filter = readFilter(query, zone);
  const { rows } = await listCalls(filter, { ...DEFAULT_VIEW, sort: "time", perPage: 200 });
  expect(await countCalls(filter), "the count equals the length of the list").toEqual({
    count: rows.length,
    isBounded: false,
  });
  return rows.map(({ callId }) => callId).toSorted();
}

// Prevents the start of the application, which no test here uses.
test.use({ baseURL: "http://localhost" });

test.beforeEach(async ({ database }) => {
  await database.empty();
});

test("a filter with several values matches any of them; `unknown` matches a missing value", async ({ database }) => {
  const at = { started_at: "2026-05-04T09:00:00Z" };
  await insertCalls(database.sql, [
    {
      ...at,
      call_id: "a",
      outcome: "complete",
      goal: "success",
      direction: "outbound",
      language: "ar",
      scenario_id: "s,1",
    },
    {
      ...at,
      call_id: "b",
      outcome: "complete",
      goal: "failure",
      direction: "inbound",
      language: "en",
      scenario_id: "s2",
    },
    { ...at, call_id: "c", outcome: "no_answer", goal: null, direction: null, language: null, scenario_id: null },
    {
      ...at,
      call_id: "d",
      outcome: "brand_new",
      goal: "odd",
      direction: "outbound",
      language: "ur",
      scenario_id: "s2",
    },
    { ...at, call_id: "e", outcome: null, goal: "error", direction: "outbound", language: "ar", scenario_id: "100%" },
  ]);
  expect(await ids("")).toEqual(["a", "b", "c", "d", "e"]);
  expect(await ids("outcome=complete,brand_new")).toEqual(["a", "b", "d"]);
  expect(await ids("outcome=unknown")).toEqual(["e"]);
  expect(await ids("outcome=no_answer,unknown")).toEqual(["c", "e"]);
  expect(await ids("goal=met")).toEqual(["a"]);
  expect(await ids("goal=not_assessed,not_assessable")).toEqual(["c", "e"]);
  expect(await ids("goal=odd")).toEqual(["d"]);
  expect(await ids("direction=outbound&language=ar,ur")).toEqual(["a", "d", "e"]);
  expect(await ids("language=unknown")).toEqual(["c"]);
  expect(await ids("scenario=s2")).toEqual(["b", "d"]);
  expect(await ids(`scenario=${encodeURIComponent("s%2C1,100%25")}`)).toEqual(["a", "e"]);
  expect(await ids("outcome=complete&goal=met&direction=inbound")).toEqual([]);
});

test("a date means a day in the organization's time zone; an instant as the end is exclusive", async ({ database }) => {
  const rows = [
    ["day-before", "2026-04-23T21:59:59.999Z"],
    ["first", "2026-04-23T22:00:00.000Z"],
    ["noon", "2026-04-24T10:00:00.000Z"],
    ["last", "2026-04-24T20:59:59.999Z"],
    ["day-after", "2026-04-24T21:00:00.000Z"],
  ] as const;
  await insertCalls(
    database.sql,
    rows.map(([call_id, started_at]) => ({ call_id, started_at })),
  );
  // Egypt's clocks go forward at midnight of this day, so it starts at 22:00 UTC and ends at 21:00 UTC.
  expect(await ids("from=2026-04-24&to=2026-04-24", "Africa/Cairo")).toEqual(["first", "last", "noon"]);
  expect(await ids("from=2026-04-24", "Africa/Cairo")).toEqual(["day-after", "first", "last", "noon"]);
  expect(await ids("to=2026-04-23", "Africa/Cairo")).toEqual(["day-before"]);
  expect(await ids("from=2026-04-24&to=2026-04-24", "UTC")).toEqual(["day-after", "last", "noon"]);
  expect(await ids("from=2026-04-23T22:00:00Z&to=2026-04-24T20:59:59.999Z")).toEqual(["first", "noon"]);
  expect(await ids("from=2026-04-24T13:00:00%2B03:00&to=2026-04-24T13:00:00.001%2B03:00")).toEqual(["noon"]);
});

test("bounds of the duration are inclusive; an unknown duration never matches", async ({ database }) => {
  const durations = [null, 0, 59, 60, 61, 300];
  await insertCalls(
    database.sql,
    durations.map((duration_seconds) => ({
      call_id: String(duration_seconds),
      started_at: "2026-05-04T09:00:00Z",
      duration_seconds,
    })),
  );
  expect(await ids("min_duration=60")).toEqual(["300", "60", "61"]);
  expect(await ids("max_duration=60")).toEqual(["0", "59", "60"]);
  expect(await ids("min_duration=60&max_duration=61")).toEqual(["60", "61"]);
  expect(await ids("min_duration=0")).toEqual(["0", "300", "59", "60", "61"]);
  expect(await ids("min_duration=61&max_duration=60")).toEqual([]);
});

test("a phone number is found by any part of it and in any notation", async ({ database }) => {
  const numbers = ["+966501234567", "+966550012345", "+201001234567", null];
  await insertCalls(
    database.sql,
    numbers.map((phone_number) => ({
      call_id: phone_number ?? "none",
      started_at: "2026-05-04T09:00:00Z",
      phone_number,
    })),
  );
  expect(await ids("phone=0501234567")).toEqual(["+966501234567"]);
  expect(await ids("phone=00966501234567")).toEqual(["+966501234567"]);
  expect(await ids("phone=%2B966 50 123 4567")).toEqual(["+966501234567"]);
  expect(await ids("phone=1234567")).toEqual(["+201001234567", "+966501234567"]);
  expect(await ids("phone=0012")).toEqual(["+201001234567", "+966550012345"]);
  expect(await ids(`phone=${encodeURIComponent("٠٥٠١٢٣٤٥٦٧")}`)).toEqual(["+966501234567"]);
  expect(await ids("phone=999")).toEqual([]);
});

test("a phone number is compared as a number, however it is typed or stored", async ({ database: { sql, empty } }) => {
  await empty();
  const stored = [
    "+966501112233",
    "0501112244",
    "00966 50 111 2255",
    "+966 (0) 50 111 2266",
    "966501112277",
    "+966 (050) 111 2288",
    "+966 0501112299",
  ];
  await insertCalls(
    sql,
    stored.map((phone_number, index) => ({
      call_id: `call ${index}`,
      started_at: "2026-11-23T10:00:00Z",
      phone_number,
    })),
  );
  const found = async (phone: string) => {
    const { rows } = await listCalls(readFilter(`phone=${encodeURIComponent(phone)}`), DEFAULT_VIEW);
    return rows.map((row) => row.phoneNumber);
  };
  for (const [index, ending] of ["33", "44", "55", "66", "77", "88", "99"].entries()) {
    for (const typed of [
      `+9665011122${ending}`,
      `+966 (0) 50 111 22${ending}`,
      `+966 050 111 22${ending}`,
      `0119665011122${ending}`,
      `009665011122${ending}`,
      `05011122${ending}`,
      `50 111-22.${ending}`,
      `٠٥٠ ١١١ ٢٢${ending}`,
      `\u202a+9665011122${ending}\u202c`,
      `tel:+9665011122${ending}`,
      `11122${ending}`,
    ]) {
      expect([typed, await found(typed)]).toEqual([typed, [stored[index]]]);
    }
  }
  expect((await found("05011")).toSorted()).toEqual(stored.toSorted());
  expect(await found("05012")).toEqual([]);
  expect(await found("+966509999999")).toEqual([]);
  // A short number is not the end of every longer one.
  expect(await found("96650111223")).toEqual(["+966501112233"]);
});

test("calls are filtered by review and by whether statistics count them", async ({ database }) => {
  const at = { started_at: "2026-05-04T09:00:00Z" };
  await insertCalls(database.sql, [
    { ...at, call_id: "plain" },
    { ...at, call_id: "reviewed", reviewed_at: "2026-05-05T00:00:00Z" },
    { ...at, call_id: "test", is_test: true },
    { ...at, call_id: "forged", enrichment_state: "not_found" },
  ]);
  expect(await ids("reviewed=1")).toEqual(["reviewed"]);
  expect(await ids("reviewed=0")).toEqual(["forged", "plain", "test"]);
  expect(await ids("counted=1")).toEqual(["plain", "reviewed"]);
  expect(await ids("counted=0")).toEqual(["forged", "test"]);
});

test("a search finds spoken words and call ids in any spelling", async () => {
  const deliver = (callId: string, content: string) => {
    const messages = [{ type: "message", role: "user", content }];
    const call_data = {
      call_id: callId,
      created_at: "2026-05-04T08:00:00Z",
      enhanced_transcript: { transcript: { messages }, errors: [] },
    };
    const body = Buffer.from(JSON.stringify({ call_id: callId, payload: { type: "complete", call_data } }));
    return recordBody(body);
  };
  await deliver("call-1", "أَهلاً، أريد تأجيل الموعد إلى الغد");
  await deliver("call-2", "Please hold the delivery until Monday");
  await deliver("call-3", "الطلب رقم ٤٥٦");
  expect(await ids(`q=${encodeURIComponent("الموعد")}`)).toEqual(["call-1"]);
  expect(await ids(`q=${encodeURIComponent("اهلا")}`)).toEqual(["call-1"]);
  expect(await ids(`q=${encodeURIComponent("تاجيل الغد")}`)).toEqual(["call-1"]);
  expect(await ids(`q=${encodeURIComponent('"hold the delivery"')}`)).toEqual(["call-2"]);
  expect(await ids(`q=${encodeURIComponent('"delivery the hold"')}`)).toEqual([]);
  expect(await ids("q=456")).toEqual(["call-3"]);
  expect(await ids("q=call-2")).toEqual(["call-2"]);
  for (const odd of ["'", "&|!()", "a & ", ":*", "\\", '"', "<->", "%", "زرافة"]) {
    expect(await ids(`q=${encodeURIComponent(odd)}`), odd).toEqual([]);
  }
});

test("a customer name is found by the beginnings of its words", async ({ database: { sql } }) => {
  const named = (callId: string, variables: Record<string, string>) =>
    applyApiFacts(
      callId,
      apiAnswer({ variables }),
      new Date(),
      { state: "done", dueInSeconds: null, resetAttempts: true },
      { mayCreate: true, leasedUntil: null },
    );
  await named("call-1", { customer_name: "محمّد أحمد العتيبي" });
  await named("call-2", { full_name: "Sara Malik", note: "Mohammed" });
  await named("call-3", { order: "17" });
  expect(await sql`select customer_name from calls order by call_id`).toEqual([
    { customer_name: "محمّد أحمد العتيبي" },
    { customer_name: "Sara Malik" },
    { customer_name: null },
  ]);
  expect(await ids(`q=${encodeURIComponent("محمد")}`)).toEqual(["call-1"]);
  expect(await ids(`q=${encodeURIComponent("احمد الع")}`)).toEqual(["call-1"]);
  expect(await ids("q=sara mal")).toEqual(["call-2"]);
  expect(await ids("q=mohammed")).toEqual([]);
  // A later answer of the API contains another name, which replaces the old one.
  await named("call-2", { full_name: "Nora Malik" });
  expect(await ids("q=sara")).toEqual([]);
  expect(await ids("q=nor")).toEqual(["call-2"]);
});

test("a search for a word in thousands of calls is counted and paged like any filter", async ({
  database: { sql },
}) => {
  await sql`
    insert into calls (call_id, outcome, started_at, enrichment_state)
    select 'many-' || lpad(i::text, 5, '0'), 'complete', timestamptz '2026-05-04 00:00Z' + i * interval '1 second', 'done'
    from generate_series(1, 6000) i`;
  await sql`
    insert into call_details (call_id, facts, search)
    select call_id, '{}', to_tsvector('simple', case when call_id < 'many-05500' then 'hello there' else 'there' end) from calls`;
  await sql`analyze calls, call_details`;
  const few = readFilter("q=hello");
  const all = readFilter("q=there");
  expect(await countCalls(few)).toEqual({ count: 5499, isBounded: false });
  expect(await countCalls(all)).toEqual({ count: 6000, isBounded: false });
  const first = await listCalls(few, { ...DEFAULT_VIEW, perPage: 3 });
  expect(first.rows.map(({ callId }) => callId)).toEqual(["many-05499", "many-05498", "many-05497"]);
  const second = await listCalls(few, { ...DEFAULT_VIEW, perPage: 3, cursor: first.nextCursor });
  expect(second.rows.map(({ callId }) => callId)).toEqual(["many-05496", "many-05495", "many-05494"]);
});

test("facets count every value, including missing ones", async ({ database: { sql } }) => {
  const at = { started_at: "2026-05-04T09:00:00Z" };
  await insertCalls(sql, [
    {
      ...at,
      call_id: "a",
      outcome: "complete",
      goal: "success",
      direction: "outbound",
      language: "ar",
      scenario_id: "s1",
    },
    { ...at, call_id: "b", outcome: "complete", direction: "outbound", language: "en", scenario_id: "s1" },
    { ...at, call_id: "c", outcome: "no_answer" },
  ]);
  expect(await listFacets()).toEqual({
    outcome: [
      { value: "complete", count: 2 },
      { value: "no_answer", count: 1 },
    ],
    goal: [
      { value: null, count: 2 },
      { value: "success", count: 1 },
    ],
    direction: [
      { value: "outbound", count: 2 },
      { value: null, count: 1 },
    ],
    language: expect.arrayContaining([
      { value: "ar", count: 1 },
      { value: "en", count: 1 },
      { value: null, count: 1 },
    ]),
    scenario: [
      { value: "s1", count: 2 },
      { value: null, count: 1 },
    ],
  });
});

test("hundreds of scenarios do not displace rare outcomes from the facets", async ({ database: { sql } }) => {
  await sql`
    insert into calls (call_id, outcome, scenario_id, started_at)
    select 'c' || i, 'complete', 's' || i % 700, now() from generate_series(1, 1400) i`;
  await insertCalls(sql, [{ call_id: "rare", outcome: "sip_trunk_failure", started_at: "2026-05-04T09:00:00Z" }]);
  const { outcome, scenario } = await listFacets();
  expect(outcome).toEqual([
    { value: "complete", count: 1400 },
    { value: "sip_trunk_failure", count: 1 },
  ]);
  expect(scenario).toHaveLength(500);
  expect(scenario.every(({ value, count }) => value !== null && count === 2)).toBe(true);
});
