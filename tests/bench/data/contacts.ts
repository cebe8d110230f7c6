import type { Sql } from "postgres";

/** Fills the empty table `contacts` from `calls` in one pass, by the rule of the function `computed_contact` (migration 0008). */
export async function insertContacts(sql: Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`set local work_mem = '1GB'`;
    await transaction.unsafe(`
      insert into contacts (contact_id, state, attempts, last_call_id, reached_call_id, next_retry_at, first_at, last_at, is_inferred)
      with members as (
        select call_id, contact_id, dial_result, occurred_at, has_retry_fields,
          not is_test and enrichment_state <> 'not_found' as is_counted,
          coalesce(attempt, case when root_call_id <> call_id then 2 else 1 end) as place,
          coalesce(started_at, scheduled_at, created_at, ended_at) as told_at,
          case when is_booked then coalesce(scheduled_at, next_retry_at) else next_retry_at end as next_at,
          -- The state of its contact, if this is the last call and none reached the customer.
          case
            when is_booked then 'trying'
            when dial_result = 'not_dialled' then 'called_off'
            when next_retry_at is not null then 'trying'
            else 'not_reached'
          end as state
        from calls, lateral (
          select outcome is null and dial_result = 'not_dialled' and status in ('scheduled', 'queued', 'dialing', 'ringing') as is_booked
        ) booked
      ), judged as (
        select *, is_counted or not bool_or(is_counted) over (partition by contact_id) as is_deciding from members
      ), grouped as (
        select contact_id, min(occurred_at) as first_at, max(occurred_at) as last_at,
          not bool_or(has_retry_fields) filter (where is_deciding) as is_inferred,
          count(*) filter (where is_deciding and dial_result <> 'not_dialled') as attempts,
          (array_agg(call_id order by place desc, told_at desc nulls last, call_id desc) filter (where is_deciding))[1] as last_call_id,
          (array_agg(state order by place desc, told_at desc nulls last, call_id desc) filter (where is_deciding))[1] as last_state,
          (array_agg(next_at order by place desc, told_at desc nulls last, call_id desc) filter (where is_deciding))[1] as next_at,
          (array_agg(call_id order by place, told_at nulls first, call_id) filter (where is_deciding and dial_result = 'reached'))[1] as reached_call_id
        from judged group by contact_id
      )
      select contact_id, state, attempts, last_call_id, reached_call_id, case when state = 'trying' then next_at end, first_at, last_at, is_inferred
      from grouped, lateral (select case when reached_call_id is null then last_state else 'reached' end as state) decided`);
  });
}

/** How many contacts of about `sample` calls differ from what `computed_contact` says, and how many contacts were compared. Needs the indexes. */
export async function compareContacts(sql: Sql, sample: number): Promise<{ compared: number; wrong: number }> {
  const [row] = await sql<{ compared: number; wrong: number }[]>`
    with picked as (
      select distinct contact_id from calls
      tablesample bernoulli (least(100, 100.0 * ${sample}::float / greatest(1, (select reltuples from pg_class where oid = 'calls'::regclass))))
    )
    select count(*)::integer as compared,
      count(*) filter (where (select stored from contacts stored where contact_id = picked.contact_id)
        is distinct from (select expected from computed_contact(picked.contact_id) expected))::integer as wrong
    from picked`;
  return row ?? { compared: 0, wrong: 0 };
}
