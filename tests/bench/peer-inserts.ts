import { execFile } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import postgres from "postgres";

import type { BenchContext } from "./context";
import type { FilledDatabase } from "./data/kept";
import { processorSecondsOfTree } from "./processes";

/** Milliseconds a delivery, of its statements and of the server's processors. */
export type PeerTime = { milliseconds: number; cpu: number; clients: number } | { problem: string };

/** The peer inserts copies of at most this many rows, which deliveries wrote before. */
const STAGED = 5_000;
const TABLES = ["call_details", "calls", "deliveries"] as const;

/**
 * Inserts the rows of deliveries by `pgbench -M prepared`, as plainly as SQL allows: one prepared statement a delivery, values that are in the
 * database already, and no question whether a row exists. The triggers run as always.
 */
export async function measureInserts(
  { data, seconds, folder }: BenchContext,
  { superuserUrl, applicationUrl, name }: FilledDatabase,
): Promise<PeerTime> {
  const pgbench = findPgbench();
  if (pgbench === null) {
    return { problem: "there is no pgbench on this machine (package postgresql-contrib or postgresql)" };
  }
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const script = join(folder, "inserts.sql");
    const staged = await stage(sql);
    writeFileSync(script, `\\set n random(1, ${staged})\n${await insertStatement(sql)};\n`);
    const [pool] = await sql<{ clients: number }[]>`
      select count(*)::integer as clients from pg_stat_activity
      where datname = current_database() and application_name = 'callboard-ingest'`;
    const clients = Math.max(1, pool?.clients ?? 1);
    await data.admin`select pg_stat_statements_reset()`;
    const server = data.server.process().pid;
    const before = processorSecondsOfTree(server);
    await run(pgbench, applicationUrl, [
      "-n",
      "-M",
      "prepared",
      "-c",
      String(clients),
      "-j",
      "1",
      "-T",
      String(seconds),
      "-f",
      script,
    ]);
    const cpu = processorSecondsOfTree(server) - before;
    const [row] = await data.admin<{ milliseconds: number; count: number }[]>`
      select ((total_plan_time + total_exec_time) / calls)::float as milliseconds, calls::float as count from pg_stat_statements
      where dbid = (select oid from pg_database where datname = ${name}) and query like 'with staged %'`;
    return row === undefined
      ? { problem: "pg_stat_statements does not know the statement of pgbench" }
      : { milliseconds: row.milliseconds, cpu: (cpu * 1000) / row.count, clients };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Copies rows of the newest deliveries, unless an earlier round did. Returns how many there are. */
async function stage(sql: postgres.Sql): Promise<number> {
  await sql.unsafe(`
    create table if not exists bench_staged as
    select row_number() over () as n, call_details, calls, deliveries
    from deliveries join calls using (call_id) join call_details using (call_id)
    where (deliveries.call_id, deliveries.id) in (select call_id, id from deliveries order by received_at desc limit ${STAGED});
    create unique index if not exists bench_staged_n_idx on bench_staged (n);
    grant select on bench_staged to public;
    analyze bench_staged`);
  const [row] = await sql<{ count: number }[]>`select count(*)::integer as count from bench_staged`;
  return row?.count ?? 0;
}

/** One statement that inserts a staged delivery under a new id. */
async function insertStatement(sql: postgres.Sql): Promise<string> {
  const inserts: string[] = [];
  for (const table of TABLES) {
    const columns = await sql<{ name: string }[]>`
      select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' and is_identity = 'NO' order by ordinal_position`;
    const names = columns.map(({ name }) => name);
    const values = names.map((name) =>
      name === "call_id"
        ? "new_id"
        : table === "deliveries" && name === "id"
          ? "gen_random_uuid()"
          : `(staged.${table}).${name}`,
    );
    inserts.push(`insert into ${table} (${names.join(", ")}) select ${values.join(", ")} from staged`);
  }
  const [details, calls, deliveries] = inserts;
  return (
    "with staged as materialized (select *, gen_random_uuid()::text as new_id from bench_staged where n = :n), " +
    `details as (${details}), told as (${calls}) ${deliveries}`
  );
}

async function run(program: string, url: string, args: string[]): Promise<void> {
  const { username, password, hostname, port, pathname } = new URL(url);
  await promisify(execFile)(program, [...args, "-h", hostname, "-p", port, "-U", username, pathname.slice(1)], {
    env: { ...process.env, PGPASSWORD: decodeURIComponent(password) },
  });
}

/** Debian does not put all programs of PostgreSQL into the PATH. The newest comes first. */
function findPgbench(): string | null {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.map((folder) => join(folder, "pgbench")).find((file) => existsSync(file)) ?? null;
}
