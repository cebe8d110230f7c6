import type { Sql } from "postgres";

import { templates } from "../load";

/** So many calls have details and deliveries: an export of a million calls reads no more, and those of ten million would not fit on a small disk. */
export const MOST_WIDE = 1_000_000;

/**
 * The wide rows of the newest calls: `call_details` and `deliveries`. The words of the search and bodies of real size belong to the newest ones only,
 * because an index of ten million transcripts would take hours and tens of gigabytes. The oldest calls have everything, because retention deletes them.
 */
const SEARCHABLE = 200_000;
const REAL_BODIES = 100_000;
const OLDEST = 100_000;
const BATCH = 50_000;

type Position = { occurred_at: string; call_id: string };

/**
 * Inserts the wide rows of the newest `count` calls, and of the oldest ones if those are others. Their table has its indexes, so that Postgres can take
 * calls by their time.
 */
export async function insertWideRows(sql: Sql, count: number, onProgress: (share: number) => void): Promise<void> {
  await sql.unsafe(
    "drop schema if exists bench cascade; create schema bench; create table bench.bodies (n integer primary key, head text, middle text, tail text)",
  );
  const bodies = templates().flatMap(({ body, idsAt }, n) => {
    const text = (from: number, to?: number) => Buffer.from(body.subarray(from, to)).toString("utf8");
    const [first = 0, second = 0] = idsAt;
    return idsAt.length === 2
      ? [{ n, head: text(0, first), middle: text(first + 36, second), tail: text(second + 36) }]
      : [];
  });
  await sql`insert into bench.bodies ${sql(bodies.map((body, n) => ({ ...body, n })))}`;
  try {
    const last = await insertBefore(sql, { occurred_at: "infinity", call_id: "" }, count, (done) => {
      onProgress(Math.min(1, done / count));
      return { isSearchable: done < SEARCHABLE, hasRealBody: done < REAL_BODIES, bodies: bodies.length };
    });
    const [oldest] = await sql<Position[]>`
      select occurred_at::text, call_id from calls order by occurred_at, call_id offset ${OLDEST} limit 1`;
    if (last !== undefined && oldest !== undefined) {
      const [order] = await sql<{ is_older: boolean }[]>`
        select (${oldest.occurred_at}::text::timestamptz, ${oldest.call_id}) < (${last.occurred_at}::text::timestamptz, ${last.call_id}) as is_older`;
      if (order?.is_older === true) {
        await insertBefore(sql, oldest, OLDEST, () => ({
          isSearchable: true,
          hasRealBody: true,
          bodies: bodies.length,
        }));
      }
    }
  } finally {
    await sql`drop schema if exists bench cascade`;
  }
}

type Content = { isSearchable: boolean; hasRealBody: boolean; bodies: number };

/** Inserts the wide rows of `count` calls before a position, newest first. Returns the position of the last one. */
async function insertBefore(
  sql: Sql,
  from: Position,
  count: number,
  contentOf: (done: number) => Content,
): Promise<Position | undefined> {
  let before = from;
  for (let done = 0; done < count; done += BATCH) {
    const last = await insertBatch(sql, before, Math.min(BATCH, count - done), contentOf(done));
    if (last === undefined) {
      return undefined;
    }
    before = last;
  }
  return before;
}

async function insertBatch(
  sql: Sql,
  before: Position,
  limit: number,
  { isSearchable, hasRealBody, bodies }: Content,
): Promise<Position | undefined> {
  return sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`
      create temporary table batch on commit drop as
      select *, (hashtext(call_id) & 2147483647) % ${bodies}::integer as n,
        (case when outcome = 'complete' then 2 else 1 end) * 1000000000000000 + extract(epoch from coalesce(ended_at, first_received_at))::bigint * 1000 as rank
      from calls where (occurred_at, call_id) < (${before.occurred_at}::text::timestamptz, ${before.call_id})
      order by occurred_at desc, call_id desc limit ${limit}`;
    await transaction`
      insert into call_details (call_id, facts, transcript, report, variables, search, name_search)
      select call_id, facts.value, transcript.value, report.value, variables.value,
        case when ${isSearchable} and transcript.value is not null then to_tsvector('simple', spoken) end,
        case when ${isSearchable} then to_tsvector('simple', coalesce(customer_name, '')) end
      from batch
        cross join lateral (select jsonb_strip_nulls(jsonb_build_object('customer_name', customer_name, 'order_id', 'RF-' || n, 'branch', (array['الرياض', 'جدة', 'الدمام'])[1 + n % 3])) as value) variables
        cross join lateral (
          select 'السلام عليكم معك نور من رفوف بخصوص الطلب ' || n || '. نعم ' || coalesce(customer_name, 'تفضل') ||
            '. ' || (array['أحتاج تأجيل الموعد إلى الغد', 'تمام بانتظاركم اليوم', 'لم أستلم الرسالة بعد', 'العنوان تغير إلى حي النرجس'])[1 + n % 4] as spoken
        ) said
        cross join lateral (select case when outcome = 'complete' then jsonb_build_array(
          jsonb_build_object('type', 'message', 'role', 'assistant', 'content', spoken, 'startAt', 0.5),
          jsonb_build_object('type', 'message', 'role', 'user', 'content', 'شكراً، مع السلامة', 'startAt', 12.25)
        ) end as value) transcript
        cross join lateral (select case when goal is not null then jsonb_build_object('outcome', jsonb_build_object(
          'status', goal, 'reason', 'The customer agreed to the next step',
          'success_criteria', (select jsonb_agg(jsonb_build_object('text', key, 'achieved', value -> 'met', 'is_primary', value -> 'primary')) from jsonb_each(criteria))
        ), 'generated_at', first_received_at) end as value) report
        cross join lateral (select jsonb_strip_nulls(jsonb_build_object(
          'outcome', jsonb_build_object('v', outcome, 'k', rank, 'd', md5(call_id)::uuid),
          'status', jsonb_build_object('v', status, 'k', rank), 'direction', jsonb_build_object('v', direction, 'k', rank),
          'language', case when language is not null then jsonb_build_object('v', language, 'k', rank) end,
          'phoneNumber', case when phone_number is not null then jsonb_build_object('v', phone_number, 'k', rank) end,
          'scenarioId', case when scenario_id is not null then jsonb_build_object('v', scenario_id, 'k', rank) end,
          'durationSeconds', case when duration_seconds is not null then jsonb_build_object('v', duration_seconds, 'k', rank) end,
          'createdAt', jsonb_build_object('v', created_at, 'k', rank),
          'startedAt', case when started_at is not null then jsonb_build_object('v', started_at, 'k', rank) end,
          'endedAt', case when ended_at is not null then jsonb_build_object('v', ended_at, 'k', rank) end,
          'variables', jsonb_build_object('v', customer_name, 'k', rank),
          'report', case when goal is not null then jsonb_build_object('v', jsonb_build_object('goal', goal, 'criteria', criteria), 'k', rank) end
        )) as value) facts`;
    await transaction`
      insert into deliveries (call_id, id, body, body_sha256, content_type, headers, received_at, last_received_at, secret_label, outcome, verdict, stored_at)
      select call_id, md5(call_id)::uuid, bytes, encode(sha256(bytes), 'hex'), 'application/json', '{"content-type": "application/json"}',
        first_received_at, first_received_at, '12345678', outcome, 'applied', first_received_at
      from batch left join bench.bodies using (n)
        cross join lateral (select convert_to(
          case when ${hasRealBody} and outcome = 'complete' then head || call_id || middle || call_id || tail
            else json_build_object('call_id', call_id, 'payload', json_build_object('type', outcome, 'retry_attempt_number', attempt, 'root_call_id', root_call_id, 'next_retry_at', next_retry_at))::text end,
          'UTF8') as bytes) body`;
    const [last] = await transaction<Position[]>`
      select occurred_at::text, call_id from batch order by occurred_at, call_id limit 1`;
    return last;
  });
}
