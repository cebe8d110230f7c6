import type { Sql } from "postgres";

import { BENCH_SCENARIOS } from "./scenarios";
import { chunks, type Hour, timetable } from "./timetable";

/** Contacts have on average 1.459 calls. A little fewer, so that there are enough calls; those too many are deleted. */
const CALLS_PER_CONTACT = 1.45;
const CONTACTS_PER_STATEMENT = 10_000;
/** Two backends fill two cores. */
const WORKERS = 2;

/**
 * Fills the empty table `calls` with `count` calls of the year that ends at `until`. The same arguments give the same calls. `sql` is a superuser,
 * because the triggers stay off: the rows that they would make are made afterwards, for all calls at once.
 *
 * @param onProgress is called with a share from 0 to 1
 */
export async function insertCalls(
  sql: Sql,
  { count, until, onProgress }: { count: number; until: Date; onProgress: (share: number) => void },
): Promise<void> {
  await prepare(sql);
  try {
    const contacts = Math.ceil(count / CALLS_PER_CONTACT) + 100;
    const waiting = chunks(timetable(until, contacts), CONTACTS_PER_STATEMENT).map((hours, index) => ({
      hours,
      index,
    }));
    const total = waiting.length;
    const work = async () => {
      const own = await sql.reserve();
      try {
        await own`set session_replication_role = replica`;
        await own`set work_mem = '256MB'`;
        for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
          await insertChunk(own, chunk.hours, { seed: chunk.index, customers: Math.ceil(count * 0.36), until });
          onProgress(1 - waiting.length / total);
        }
        await own`reset session_replication_role`;
        await own`reset work_mem`;
      } finally {
        own.release();
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    await deleteSurplus(sql, count);
  } finally {
    await sql`drop schema if exists bench cascade`;
  }
}

/** The vendor's words in the order of `OUTCOME_SHARES`, for dials that do not reach the customer. */
const NOT_REACHED = [
  ["no_answer", 0.52],
  ["user_unavailable", 0.15],
  ["user_rejected", 0.13],
  ["automation", 0.11],
  ["failed", 0.04],
  ["invalid_number", 0.03],
  ["rejected_by_carrier", 0.015],
  ["sip_trunk_failure", 0.00499],
  ["line_blocked", 0.00001],
] as const;

/** Tables that the statements join. A word is picked by `width_bucket` among the cumulative shares. */
async function prepare(sql: Sql): Promise<void> {
  await sql.unsafe(`
    drop schema if exists bench cascade;
    create schema bench;
    create table bench.scenarios (
      id text, place integer primary key, weight float, reach float, retries float, arabic float, english float, inbound float, criteria integer
    );
    create table bench.criteria (place integer, mask integer, value jsonb, primary key (place, mask));`);
  await sql`insert into bench.scenarios ${sql(BENCH_SCENARIOS.map((scenario, place) => ({ ...scenario, place })))}`;
  await sql`
    insert into bench.criteria
    select place, mask, (
      select jsonb_object_agg(
        (array['أكد العميل الموعد والعنوان', 'The agent gave the reason of the call', 'تحقق الوكيل من هوية العميل', 'The customer agreed to the next step',
          'أجاب العميل عن كل الأسئلة', 'The call ended politely', 'ذُكر موعد المتابعة'])[1 + bit] || ' (' || id || ')',
        jsonb_build_object('met', (mask >> bit) & 1 = 1, 'primary', bit = 0)
      )
      from generate_series(0, criteria - 1) bit
    )
    from bench.scenarios, lateral generate_series(0, (1 << criteria) - 1) mask`;
  await sql.unsafe("analyze bench.scenarios, bench.criteria");
}

function cumulative(shares: readonly number[]): string {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  return `array[${shares
    .slice(0, -1)
    .map((share) => (sum += share) / total)
    .join(",")}]::float[]`;
}

const OUTCOMES = `(array[${NOT_REACHED.map(([word]) => `'${word}'`).join(",")}])`;
const OUTCOME_SHARES = cumulative(NOT_REACHED.map(([, share]) => share));
const SCENARIO_SHARES = cumulative(BENCH_SCENARIOS.map(({ weight }) => weight));
const DELAYS = "(array[30, 60, 120, 240, 1440, 2880])";
const DELAY_SHARES = cumulative([10, 25, 25, 20, 15, 5]);
const GOALS = "(array['success', 'failure', 'error', 'partial', null])";
const GOAL_SHARES = cumulative([0.5, 0.31, 0.07, 0.00001, 0.12]);
const FIRST_NAMES =
  "محمد عبدالله فهد سلطان خالد تركي ياسر ماجد عبدالرحمن بندر أحمد عمر نايف راكان مشعل يوسف سعود وليد نورة سارة ريم هيفاء منيرة لطيفة أمل العنود دانة شهد مريم هند جواهر فاطمة لمى رنا غادة عبير";
const LAST_NAMES =
  "العتيبي الحربي القحطاني الشمري الدوسري الغامدي الزهراني المطيري السبيعي الشهري العنزي البلوي المالكي الجهني الأحمدي باوزير الحسيني الرشيد";
const words = (text: string) =>
  `(array[${text
    .split(" ")
    .map((word) => `'${word}'`)
    .join(",")}])`;

/** Random numbers for each row. In a step of their own, because a value that is used twice would be drawn twice. */
function drawn(from: string): string {
  return `select *, random() as r_off, random() as r_reach, random() as r_word, random() as r_retry, random() as r_delay, random() as r_stuck,
    random() as r_goal, random() as r_mask, random() as r_mask2, random() as r_rare, random() as r_review, 4 + random() * 30 as ring, random_normal() as r_length from ${from}`;
}

/** One dial of each row of `from`: how and when it ended, and when the next one is booked. `at` is when it is dialled. */
function dialled(from: string, attempt: number): string {
  const reach = [1, 0.68, 0.5][attempt - 1] ?? 0;
  return `
    select told.*, case
        when outcome in ('complete', 'cancelled', 'expired', 'invalid_number') or is_inbound or ${attempt} = 3 or r_retry > retries then null
        else ended_at + ${DELAYS}[1 + width_bucket(r_delay, ${DELAY_SHARES})] * (0.9 + 0.2 * r_length / 10) * interval '1 minute'
      end as next_at
    from (
      select ended.*, ${attempt} as attempt, md5($3 || '-' || contact || '-${attempt}')::uuid::text as call_id, case
          when outcome = 'cancelled' then booked_at + (at - booked_at) * r_mask
          when outcome = 'expired' then at + interval '30 minutes'
          else at + (ring + coalesce(talk, 0)) * interval '1 second'
        end as ended_at
      from (
        select worded.*, case
            when outcome = 'complete' then least(1800, greatest(3, exp(4.25 + 0.75 * r_length)))::integer
            when outcome = 'automation' then 6 + (r_goal * 18)::integer
          end as talk
        from (
          select d.*, s.retries, s.criteria, s.id as scenario_id, case
              when is_booked and r_off < 0.03 then case when r_word < 0.8 then 'cancelled' else 'expired' end
              when is_inbound or r_reach < s.reach * ${reach} then 'complete'
              else ${OUTCOMES}[1 + width_bucket(r_word, ${OUTCOME_SHARES})]
            end as outcome
          from (${drawn(from)} offset 0) d join bench.scenarios s using (place)
        ) worded
      ) ended
    ) told`;
}

/** The dial after each of `from`. A few groups stop although a dial is booked, and some dials lie after the end of the year. */
function booked(from: string): string {
  return `select contact, place, customer, language, is_test, is_inbound, coalesce(root_id, call_id) as root_id, true as is_booked, ended_at as booked_at, next_at as at
    from ${from} where next_at < $4::timestamptz and r_stuck > 0.0008`;
}

/** $1, $2: the hours and how many contacts begin in each. $3: the seed. $4: the end of the year. $5: the number of customers. */
const CHUNK = `
  with hours as (
    select * from unnest($1::timestamptz[], $2::integer[]) as hour(at, contacts)
  ), begun as materialized (
    select row_number() over () as contact, at + random() * interval '1 hour' as at, random() as r_scenario, random() as r_often, random() as r_customer,
      random() as r_language, random() as r_inbound, random() as r_test, random() as r_booked
    from hours, lateral generate_series(1, contacts)
  ), opened as materialized (
    select contact, place,
      -- A third of the contacts are with customers who are called often.
      floor($5::float * case when r_often < 0.3 then power(r_customer, 2) else r_customer end)::bigint as customer,
      case when r_language < arabic then 'ar' when r_language < arabic + english then 'en' when r_language > 0.999998 then 'fr' else 'ur' end as language,
      r_test < 0.0003 as is_test, r_inbound < inbound as is_inbound, null::text as root_id, r_booked < 0.04 and r_inbound > inbound as is_booked,
      case when r_booked < 0.04 then at - r_booked * interval '1200 hours' else at - interval '2 seconds' end as booked_at, at
    from begun join bench.scenarios on place = width_bucket(r_scenario, ${SCENARIO_SHARES})
  ), first as materialized (${dialled("opened", 1)}
  ), second as materialized (${dialled(`(${booked("first")})`, 2)}
  ), third as materialized (${dialled(`(${booked("second")})`, 3)}
  )
  insert into calls (
    call_id, outcome, status, direction, language, interaction_type, phone_number, scenario_id, customer_name, goal, criteria, duration_seconds,
    has_recording, created_at, started_at, ended_at, scheduled_at, called_off_at, root_call_id, attempt, next_retry_at, has_retry_fields,
    first_received_at, last_received_at, enrichment_state, enrichment_attempts, enrichment_due_at, verified_at, is_test, reviewed_at
  )
  select
    call_id, outcome,
    case outcome when 'complete' then 'completed' when 'no_answer' then 'timeout' when 'user_rejected' then 'user_rejected' when 'automation' then 'voicemail'
      when 'cancelled' then 'cancelled' when 'expired' then 'expired' else 'failed' end,
    case when is_inbound then 'inbound' else 'outbound' end,
    case when r_rare > 0.004 then language end,
    'voice',
    case when r_rare < 0.997 then
      case when customer % 25 = 0 then '+9715' || lpad((customer * 61803399 % 100000000)::text, 8, '0')
        when customer % 25 = 1 then '+9661' || lpad((customer * 61803399 % 100000000)::text, 8, '0')
        when customer % 50 = 2 then '+201' || lpad((customer * 61803399 % 1000000000)::text, 9, '0')
        else '+9665' || lpad((customer * 61803399 % 100000000)::text, 8, '0') end
    end,
    case when r_rare > 0.004 then scenario_id end,
    case when customer % 8 > 0 then ${words(FIRST_NAMES)}[1 + customer % 36] || ' ' || ${words(LAST_NAMES)}[1 + customer / 36 % 18] end,
    goal.status,
    case when goal.status in ('success', 'failure', 'partial') then c.value end,
    case when outcome = 'complete' and r_rare < 0.995 then talk end,
    outcome = 'complete' and r_rare < 0.97,
    booked_at, case when outcome = 'complete' then at + ring * interval '1 second' end,
    case when outcome not in ('cancelled', 'expired') then ended_at end,
    case when is_booked then at end,
    case when outcome in ('cancelled', 'expired') then heard_at end,
    root_id, attempt, next_at, true, heard_at, heard_at,
    case when r_rare between 0.5 and 0.5001 then 'not_found' else 'done' end, 1, null,
    case when r_rare between 0.5 and 0.5001 then null else heard_at + interval '3 seconds' end,
    is_test,
    case when outcome = 'complete' and r_review < 0.012 then heard_at + r_review * interval '4000 hours' end
  from (select * from first union all select * from second union all select * from third) dial
    cross join lateral (select case when outcome = 'complete' then ${GOALS}[1 + width_bucket(r_goal, ${GOAL_SHARES})] end as status) goal
    cross join lateral (select ended_at + (1 + r_mask * 5) * interval '1 second' as heard_at) received
    left join bench.criteria c on c.place = dial.place
      -- The first criterion is the primary one, whose judgement is that of the goal. Of the others, three quarters are met.
      and c.mask = (floor(r_mask * (1 << criteria))::integer | floor(r_mask2 * (1 << criteria))::integer) & ~1 | (goal.status = 'success')::integer
  where ended_at < $4::timestamptz
  order by heard_at`;

async function insertChunk(
  sql: Sql,
  hours: readonly Hour[],
  { seed, customers, until }: { seed: number; customers: number; until: Date },
): Promise<void> {
  await sql`select setseed(${(seed % 100_000) / 100_000})`;
  await sql.unsafe(CHUNK, [
    hours.map(({ at }) => at.toISOString()),
    hours.map(({ contacts }) => contacts),
    String(seed),
    until.toISOString(),
    customers,
  ]);
}

/** Deletes calls beyond `count`, of contacts who were reached at once: no other call misses them. Throws if there are too few calls. */
async function deleteSurplus(sql: Sql, count: number): Promise<void> {
  const [row] = await sql<{ count: number }[]>`select count(*)::integer as count from calls`;
  const surplus = (row?.count ?? 0) - count;
  if (surplus < 0) {
    throw new Error(`Only ${row?.count} calls were made instead of ${count}: CALLS_PER_CONTACT is too high`);
  }
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`
      delete from calls where ctid = any(array(
        select ctid from calls where outcome = 'complete' and attempt = 1 order by md5(call_id) limit ${surplus}
      ))`;
  });
}
