import { expect, test } from "@playwright/test";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";

import { cancellable } from "@/db/driver/cancellable";
import { type Database, open } from "@/db/driver/client";
import { parseLsn } from "@/db/driver/lsn";
import { chooseReading, currentReading, readingClient } from "@/db/driver/replica-reads";
import { ReplicaState } from "@/db/driver/replica-state";
import { calls } from "@/db/schema/calls";
import { type Replication, startReplication } from "@/tests/fixtures/streaming-replica";

/** Reads with a real streaming replica. The database is migrated on the oldest PostgreSQL of the machine. */

let replication: Replication;
test.beforeAll(async () => {
  test.setTimeout(90_000);
  replication = await startReplication();
});
test.afterAll(() => replication.stop());

const MAX_BEHIND_MS = 400;
/** Looks again at each read, so that the tests see a change at once. */
function newState(maxBehindMs = MAX_BEHIND_MS) {
  const probe = (url: string) =>
    open({ url, name: "test", max: 1, statementTimeoutSeconds: 5, hasArrays: false }).$client;
  const { primary, replica } = replication;
  return new ReplicaState(probe(primary.url), probe(replica.url), { freshMs: 0, usableMs: 0, maxBehindMs });
}

/** What `db/driver/client.ts` makes. `suffix` is added to the replica's URL. */
function newReader(state = newState(), suffix = "", statementTimeoutSeconds = 20): Database {
  const pool = (url: string) => open({ url, name: "test", max: 4, statementTimeoutSeconds }).$client;
  return drizzle(
    readingClient(pool(replication.primary.url), pool(`${replication.replica.url}${suffix}`), state, () =>
      currentReading(state),
    ),
  ) as Database;
}

const FROM = sql`select pg_is_in_recovery() as "isReplica"`;
async function isFromReplica(reader: Database): Promise<boolean | undefined> {
  const [row] = await reader.execute<{ isReplica: boolean }>(FROM);
  return row?.isReplica;
}

/** Takes half a minute on the replica, and no time on the primary. */
async function readSlowly(reader: Database, callId: string) {
  const rows = await reader.execute<{ isReplica: boolean; count: number }>(sql`
    select pg_is_in_recovery() as "isReplica", (select count(*)::integer from calls where call_id = ${callId}) as count,
      case when pg_is_in_recovery() then pg_sleep(30) end`);
  return rows.map(({ isReplica, count }) => ({ isReplica, count }));
}

let callNumber = 0;
async function addCall(): Promise<string> {
  callNumber += 1;
  const callId = `call-${callNumber}`;
  await replication.primary.sql`insert into calls (call_id) values (${callId})`;
  return callId;
}

test("reads, transactions and builder queries go to the replica, with and without a transaction pooler's limits", async () => {
  const callId = await addCall();
  await replication.caughtUp();
  for (const suffix of ["", "?pgbouncer=true"]) {
    const reader = newReader(newState(), suffix);
    expect(await isFromReplica(reader)).toBe(true);
    expect(await reader.select({ id: calls.callId }).from(calls)).toContainEqual({ id: callId });
    const rows = await reader.transaction((inner) => inner.execute(FROM), { accessMode: "read only" });
    expect(rows).toEqual([{ isReplica: true }]);
  }
});

test("the age of what is read is known without comparing clocks, and a replica far behind is not read", async () => {
  const { primary, replica, caughtUp } = replication;
  const state = newState();
  await caughtUp();
  expect(await state.read()).toMatchObject({ status: "current", isPrimaryAnswering: true });
  await replica.sql`select pg_wal_replay_pause()`;
  try {
    const [before] = await primary.sql<{ at: Date }[]>`select clock_timestamp() as at`;
    await addCall();
    await expect.poll(async () => (await state.read()).status).toBe("behind");
    const condition = await state.read();
    expect(condition.behindMs).toBeGreaterThan(MAX_BEHIND_MS);
    expect(condition.asOf?.getTime()).toBeLessThanOrEqual(before?.at.getTime() ?? 0);
    expect(await isFromReplica(newReader(state))).toBe(false);
  } finally {
    await replica.sql`select pg_wal_replay_resume()`;
  }
  await expect.poll(async () => (await state.read()).status).toBe("current");
  expect(await isFromReplica(newReader(state))).toBe(true);
});

test("an idle primary makes no replica old", async () => {
  await addCall();
  await replication.caughtUp();
  const state = newState();
  const [row] = await replication.primary.sql<{ at: Date }[]>`select clock_timestamp() as at`;
  // Nothing is written until the last change is older than the limit.
  await expect
    .poll(async () => {
      const [age] = await replication.replica.sql<{ ms: number }[]>`
        select (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::float8 as ms`;
      return age?.ms;
    })
    .toBeGreaterThan(MAX_BEHIND_MS);
  const { status, asOf } = await state.read();
  expect(status).toBe("current");
  expect(asOf?.getTime()).toBeGreaterThanOrEqual(row?.at.getTime() ?? Infinity);
});

test("what one has changed is read from the primary until the replica has it", async () => {
  const { primary, replica, caughtUp } = replication;
  const state = newState(60_000);
  await caughtUp();
  expect(await state.read()).toMatchObject({ status: "current" });
  await replica.sql`select pg_wal_replay_pause()`;
  try {
    await addCall();
    const [row] = await primary.sql<{ lsn: string }[]>`select pg_current_wal_insert_lsn()::text as lsn`;
    const changed = parseLsn(row?.lsn ?? "");
    expect(await chooseReading(state, changed)).toMatchObject({ from: "primary" });
    expect(await chooseReading(state, null), "of people who changed nothing").toMatchObject({ from: "replica" });
    await replica.sql`select pg_wal_replay_resume()`;
    await caughtUp();
    expect(await chooseReading(state, changed)).toMatchObject({ from: "replica" });
  } finally {
    await replica.sql`select pg_wal_replay_resume()`;
  }
});

test("a statement that is in the way of the replay is done again on the primary", async () => {
  const { primary, caughtUp } = replication;
  const callId = await addCall();
  await caughtUp();
  const reader = newReader();
  const ended = readSlowly(reader, callId);
  await expect.poll(() => sleepers(replication)).toBe(1);
  await primary.sql`delete from calls where call_id = ${callId}`;
  await primary.sql`vacuum calls`;
  expect(await ended).toEqual([{ isReplica: false, count: 0 }]);
});

test("what takes too long on the replica is not begun again on the primary", async () => {
  const callId = await addCall();
  await expect(readSlowly(newReader(newState(), "", 1), callId)).rejects.toMatchObject({ cause: { code: "57014" } });
});

test("a cancelled export ends on the replica and does not begin again on the primary", async () => {
  const leaving = new AbortController();
  const reader = cancellable(newReader(), leaving.signal);
  const ended = expect(reader.execute(sql`select pg_sleep(30)`)).rejects.toMatchObject({ cause: { code: "57014" } });
  await expect.poll(() => sleepers(replication)).toBe(1);
  leaving.abort();
  await ended;
  await expect.poll(() => sleepers(replication)).toBe(0);
  expect(
    await replication.primary.sql`select 1 from pg_stat_activity where query like 'select pg_sleep%'`,
  ).toHaveLength(0);
});

test("a replica that stops answering, also in the middle of a statement, is left for the primary, and read again later", async () => {
  const { replica, caughtUp } = replication;
  const state = newState();
  const reader = newReader(state);
  const callId = await addCall();
  await caughtUp();
  const ended = readSlowly(reader, callId);
  await expect.poll(() => sleepers(replication)).toBe(1);
  const backends = await replica.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  const stopped = backends.filter(({ pid }) => signal(pid, "SIGSTOP"));
  try {
    expect(await ended).toEqual([{ isReplica: false, count: 1 }]);
    expect(await isFromReplica(reader)).toBe(false);
    expect((await state.read()).status).toBe("unavailable");
  } finally {
    stopped.forEach(({ pid }) => signal(pid, "SIGCONT"));
  }
  await expect.poll(() => isFromReplica(reader)).toBe(true);
});

/** Returns false if the process has ended. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

test("a replica that is away is left for the primary, and a primary that is away for the replica", async () => {
  const { primary, replica } = replication;
  const state = newState();
  const reader = newReader(state);
  expect(await isFromReplica(reader)).toBe(true);
  await replica.kill();
  expect(await isFromReplica(reader)).toBe(false);
  expect((await state.read()).status).toBe("unavailable");
  await replica.start();
  await expect.poll(() => isFromReplica(reader)).toBe(true);
  await primary.kill();
  try {
    await expect.poll(async () => (await state.read()).isPrimaryAnswering).toBe(false);
    // By now, what the replica has is older than the limit.
    await expect.poll(async () => (await state.read()).status).toBe("behind");
    expect(await isFromReplica(reader)).toBe(true);
    expect(await isFromReplica(newReader(newState())), "of a process that has just started").toBe(true);
  } finally {
    await primary.start();
  }
});

test("a server that takes writes is no replica", async () => {
  const { primary, replica } = replication;
  const twice = new ReplicaState(primary.sql, primary.sql, { freshMs: 0, usableMs: 0, maxBehindMs: MAX_BEHIND_MS });
  expect(await twice.read()).toMatchObject({ status: "not_a_replica", asOf: null });
  await replica.sql`select pg_promote()`;
  const state = newState();
  await expect.poll(async () => (await state.read()).status).toBe("not_a_replica");
  // The breaker may still count the end of the primary in the test before.
  await expect.poll(() => isFromReplica(newReader(state)).catch(() => null)).toBe(false);
});

async function sleepers({ replica }: Replication): Promise<number> {
  const rows = await replica.sql`
    select 1 from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()`;
  return rows.length;
}
