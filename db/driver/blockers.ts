import type { Sql } from "postgres";

/** A session that another one waits for. Says nothing of its query but the first word. */
export type Blocker = {
  pid: number;
  /** `application_name`, or what kind of process it is. */
  application: string;
  /** The command, such as `SELECT` or `ALTER TABLE`; null if it is another one, or if this role may not see it. */
  command: string | null;
  /** The session is in a transaction and does nothing. */
  isIdle: boolean;
  /** How long its transaction has lasted. */
  seconds: number;
};

/** The sessions that hold locks for which sessions with this `application_name` wait. */
export async function readBlockers(sql: Sql, applicationName: string): Promise<Blocker[]> {
  return sql<Blocker[]>`
    select distinct on (holder.pid) ${described(sql)}
    from pg_stat_activity waiting
      cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocking (pid)
      join pg_stat_activity holder on holder.pid = blocking.pid
    where waiting.datname = current_database() and waiting.application_name = ${applicationName}
      and holder.application_name <> ${applicationName}
    order by holder.pid`;
}

/** The sessions that hold an advisory lock. */
export async function readAdvisoryHolders(sql: Sql, lock: number): Promise<Blocker[]> {
  return sql<Blocker[]>`
    select distinct on (holder.pid) ${described(sql)}
    from pg_locks held join pg_stat_activity holder on holder.pid = held.pid
    where held.locktype = 'advisory' and held.granted and held.objid = ${lock}
      and held.database = (select oid from pg_database where datname = current_database())
      and holder.pid <> pg_backend_pid()
    order by holder.pid`;
}

function described(sql: Sql) {
  return sql`
    holder.pid,
    coalesce(nullif(holder.application_name, ''), holder.backend_type, 'another session') as application,
    upper((regexp_match(holder.query,
      '^\\s*(alter\\s+\\w+|create\\s+\\w+|drop\\s+\\w+|select|insert|update|delete|with|vacuum|analyze|copy|lock|truncate|reindex|refresh)\\M',
      'i'))[1]) as command,
    coalesce(holder.state like 'idle in transaction%', false) as "isIdle",
    coalesce(extract(epoch from clock_timestamp() - holder.xact_start), 0)::float8 as seconds`;
}
