import type { Sql } from "postgres";

/** What Postgres did, by its extension pg_stat_statements: the time that statements took to be planned and executed, without that of commits. */

export type StatementTimes = {
  /** Milliseconds of all statements together. */
  total: number;
  /** How often a statement ran. */
  count: number;
  /** The longest single execution, in milliseconds. */
  longest: number;
};

/** The settings of a server whose statements are measured. */
export const STATEMENT_SETTINGS = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track_planning": "on",
  "pg_stat_statements.max": "20000",
};

/** Forgets what was measured. `admin` is a superuser. */
export async function resetStatements(admin: Sql): Promise<void> {
  await admin`select pg_stat_statements_reset()`;
}

/** The statements in a database since the last reset. Those within functions and triggers are parts of the statement that ran them. */
export async function readStatements(admin: Sql, database: string): Promise<StatementTimes> {
  const [row] = await admin<StatementTimes[]>`
    select coalesce(sum(total_plan_time + total_exec_time), 0)::float as total, coalesce(sum(calls), 0)::float as count,
      coalesce(max(max_exec_time), 0)::float as longest
    from pg_stat_statements where dbid = (select oid from pg_database where datname = ${database}) and toplevel`;
  return row ?? { total: 0, count: 0, longest: 0 };
}

/** The text, without values, of the statement that had the longest single execution in a database. */
export async function readLongest(admin: Sql, database: string): Promise<string> {
  const [row] = await admin<{ text: string }[]>`
    select query as text from pg_stat_statements
    where dbid = (select oid from pg_database where datname = ${database}) and toplevel order by max_exec_time desc limit 1`;
  return row?.text ?? "";
}
