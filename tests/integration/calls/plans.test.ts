import { countCalls, listCalls } from "@/db/calls/list";
import { listContacts } from "@/db/contacts/list";
import { listCallsOfNumber } from "@/db/contacts/same-number";
import { ORGANIZATION_DEFAULTS } from "@/db/organization/settings";
import { previewErasure } from "@/db/privacy/erasure-preview";
import { DEFAULT_VIEW, type PageView } from "@/lib/call/list-view";
import { encodeCursor } from "@/lib/url/cursor";
import { readFilter } from "@/tests/fixtures/call-rows";
import { plansOf } from "@/tests/fixtures/plans";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, which no test here uses.
test.use({ baseURL: "http://localhost" });

const CALLS = 200_000;
/** A scan of the table, unless its rows are only counted up to a limit: where most rows match, this stops soon. */
const READS_ALL = /^(?!.*Limit).*\n.*Seq Scan on (calls|contacts)\b/m;
const list = (query: string, view: Partial<PageView> = {}) =>
  listCalls(readFilter(query), { ...DEFAULT_VIEW, ...view });
const contacts = (query: string) => listContacts(readFilter(query), DEFAULT_VIEW);
/** In the middle of the list. */
const cursor = encodeCursor({ side: "after", value: Date.UTC(2026, 4, 4), id: "c" });

/** Each index that lists need, as its comment in `db/schema` says, and questions that use it. Without the index, each of them reads all calls. */
const USES: [index: string, questions: (() => Promise<unknown>)[]][] = [
  [
    "calls_occurred_idx",
    [
      () => list(""),
      () => list("", { cursor }),
      () => list("outcome=complete"),
      () => list("hour=3"),
      () => countCalls(readFilter("hour=3&language=en")),
    ],
  ],
  [
    "calls_kind_idx",
    [() => list("scenario=rare"), () => list("scenario=rare", { cursor }), () => list("outcome=expired&language=en")],
  ],
  [
    "calls_kind_duration_idx",
    [
      () => countCalls(readFilter("outcome=no_answer&min_duration=60")),
      () => list("outcome=no_answer&min_duration=60"),
    ],
  ],
  ["calls_duration_idx", [() => list("", { sort: "-duration" }), () => list("min_duration=9000")]],
  ["calls_shortest_idx", [() => list("", { sort: "duration" })]],
  [
    "calls_phone_groups_idx",
    [
      () => previewErasure({ digits: "966512345678", masked: "" }),
      () => list("phone=123456"),
      () => list("phone=0512345678"),
      () => countCalls(readFilter("phone=34567")),
    ],
  ],
  [
    "calls_phone_digits_idx",
    [() => listCallsOfNumber("+966500000123", "none", 5), () => countCalls(readFilter("phone=9665"))],
  ],
  ["calls_contact_idx", [() => list("contact=c-7"), () => list("state=trying"), () => contacts("outcome=complete")]],
  ["calls_reviewed_idx", [() => list("reviewed=1"), () => countCalls(readFilter("reviewed=1"))]],
  ["calls_enrichment_state_idx", [() => list("enrichment=failed")]],
  ["contacts_last_idx", [() => contacts("")]],
  ["contacts_span_idx", [() => contacts("direction=inbound&language=en")]],
  ["contacts_state_idx", [() => contacts("state=trying"), () => list("state=trying")]],
];

test("each list uses the index that the schema has for it, at 200,000 calls", async ({
  database: { sql, superuser, empty },
}) => {
  test.setTimeout(120_000);
  await empty();
  // An application that an earlier test of this worker started would build the cells meanwhile.
  const blocker = await sql.reserve();
  await blocker`begin`;
  await blocker`lock table statistics_state in row exclusive mode`;
  await superuser.begin(async (transaction) => {
    // Without the triggers, which would take minutes for so many rows.
    await transaction`set local session_replication_role = replica`;
    await transaction`
      insert into calls (
        call_id, outcome, goal, direction, language, scenario_id, attempt, started_at, duration_seconds, phone_number, is_test,
        enrichment_state, enrichment_due_at, reviewed_at
      )
      select
        'c-' || n, case when n % 2 = 0 then 'complete' when n % 4001 = 0 then 'expired' else 'no_answer' end,
        case when n % 2 = 0 then case n % 3 when 0 then 'failure' else 'success' end end,
        case n % 10 when 0 then 'inbound' else 'outbound' end, case n % 9 when 0 then 'en' else 'ar' end,
        case when n % 9973 = 0 then 'rare' else 's' || n % 7 end, 1 + n % 3,
        timestamptz '2026-01-01 06:00Z' + n / 600 * interval '1 day' + n % 600 * interval '1 minute',
        case when n % 2 = 0 then n % 600 end, '+9665' || lpad((n::bigint * 61803399 % 100000000)::text, 8, '0'), n % 5003 = 0,
        case when n % 7001 = 0 then 'failed' else 'done' end, null, case when n % 1009 = 0 then now() end
      from generate_series(1, ${CALLS}::integer) n`;
    await transaction`
      insert into contacts (contact_id, state, attempts, last_call_id, next_retry_at, first_at, last_at, is_inferred)
      select contact_id, case when dial_result = 'reached' then 'reached' when call_id like '%777' then 'trying' else 'not_reached' end,
        1, call_id, null, occurred_at - case when call_id like '%3' then interval '2 hours' else interval '0' end, occurred_at, true
      from calls`;
  });
  await sql`vacuum analyze calls`;
  await sql`vacuum analyze contacts`;
  // As a build does, but only what lists read: the kinds, and how many dials an hour of the week has.
  await sql`
    insert into call_kinds (hash, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted, calls)
    select call_kind(scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted), kinds.* from (
      select scenario_id, outcome, goal, direction, language, attempt, dial_result, not is_test and enrichment_state <> 'not_found' as is_counted, count(*)
      from calls group by 1, 2, 3, 4, 5, 6, 7, 8
    ) as kinds`;
  await sql`
    insert into slice_months (dimension, month, value, is_counted, dials, reached, seconds, counts)
    values ('all', '2026-01-01', '', true, array_fill(${Math.ceil(CALLS / 168)}::integer, array[168]), array_fill(0, array[168]), '{}', '{}')`;
  await sql`
    insert into statistics_state (zone, built_at) values (${ORGANIZATION_DEFAULTS.timeZone}, now()) on conflict do nothing`;
  await sql`analyze call_kinds`;

  try {
    for (const [index, questions] of USES) {
      for (const ask of questions) {
        const plans = await plansOf(ask, true);
        expect(plans.join("\n\n"), `${index}: ${String(ask)}`).toContain(index);
        expect(plans.join("\n\n"), `${index}: ${String(ask)}`).not.toMatch(READS_ALL);
      }
    }
  } finally {
    await blocker`rollback`;
    blocker.release();
  }
});
