import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import postgres, { type Sql } from "postgres";

import { type Blocker, readAdvisoryHolders, readBlockers } from "./blockers";
import { endpoint } from "./endpoint";
import { indexBuiltBy, type Migration, readMigrations } from "./migration-files";
import { isLockTimeout } from "./sql-state";

/**
 * Applies migrations beside a running application, without making it wait.
 *
 * A statement that waits for a lock makes everything wait that comes after it. So each migration's transaction gives up after two seconds,
 * and is tried again after a pause in which the others go on. Indexes are built concurrently, and constraints are validated, after the
 * transaction and outside of it. A process that dies in between leaves a mark in drizzle's table, and the next one continues there.
 */

/** An arbitrary number that identifies the advisory lock. */
const MIGRATION_LOCK = 7_225_301;
const APPLICATION = "callboard-migration";
const LOCK_TIMEOUT_MS = 2000;
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
/** After this long without the locks it needs, a migration fails with 55P03. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_EVERY_MS = 1000;

/** What a migration waits for: sessions with the locks it needs, or another process that migrates. */
export type Wait = { for: "locks" | "other_migration"; blockers: Blocker[] };

export type MigrateOptions = {
  /** The folder of the migrations, with their journal. */
  folder?: string;
  /** PEM certificates of the authorities that may sign the server's certificate; otherwise the usual ones. */
  ca?: string | undefined;
  /** Called about every second while a migration waits. */
  onWait?: (wait: Wait) => void;
};

/**
 * Applies the pending migrations. Several processes may call this at once: an advisory lock lets one of them work while the
 * others wait and then find no pending migration. The lock is transaction-level, so it also works behind a transaction
 * pooler. Throws the errors of the driver and of the migrations.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<void> {
  const { folder = join(process.cwd(), "db/migrations"), ca, onWait = () => {} } = options;
  const { href, isPooled, ssl } = endpoint(databaseUrl, ca);
  // Three connections: one holds the lock, one migrates, and one looks whom that waits for.
  const client = postgres(href, {
    max: 3,
    prepare: false,
    onnotice: () => {},
    connect_timeout: 10,
    ssl,
    connection: { application_name: APPLICATION, ...(isPooled ? {} : NO_LIMITS) },
  });
  try {
    await client.begin(async (transaction) => {
      await transaction.unsafe("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
      // Tried again and again: a statement that waits would have a snapshot, and the build of an index waits for older snapshots.
      while (!(await tryLock(transaction))) {
        onWait({ for: "other_migration", blockers: await readAdvisoryHolders(client, MIGRATION_LOCK) });
        await pause(LOOK_EVERY_MS);
      }
      await applyPending(client, readMigrations(folder), onWait);
    });
  } finally {
    await client.end({ timeout: 5 });
  }
}

const NO_LIMITS = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };

/** As a simple query: after any other one, the session would keep its snapshot until the next, and the build of an index would wait for it. */
async function tryLock(transaction: postgres.TransactionSql): Promise<boolean> {
  const [row] = await transaction.unsafe<{ locked: boolean }[]>(
    `select pg_try_advisory_xact_lock(${MIGRATION_LOCK}) as locked`,
  );
  return row?.locked === true;
}

/** The mark of a migration whose transaction is committed and whose other statements may not all have run. */
const UNFINISHED = "unfinished:";

async function applyPending(
  client: Sql,
  migrations: readonly Migration[],
  onWait: (wait: Wait) => void,
): Promise<void> {
  const [table] = await client<{ name: string | null }[]>`select to_regclass('drizzle.__drizzle_migrations') as name`;
  if (table?.name == null) {
    // The same table as drizzle's own migrator makes, which earlier versions used.
    await client.unsafe(`
      create schema if not exists drizzle;
      create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`);
  }
  const rows = await client<{ hash: string; created_at: string }[]>`
    select hash, created_at from drizzle.__drizzle_migrations order by created_at`;
  const last = Number(rows.at(-1)?.created_at ?? 0);
  const unfinished = new Set(
    rows.filter(({ hash }) => hash.startsWith(UNFINISHED)).map((row) => Number(row.created_at)),
  );
  for (const migration of migrations) {
    const isPending = migration.createdAt > last;
    await watched(client, onWait, async () => {
      if (isPending) {
        await patiently(() => applyTransaction(client, migration));
      }
      if (migration.alone.length > 0 && (isPending || unfinished.has(migration.createdAt))) {
        for (const statement of migration.alone) {
          await runAlone(client, statement);
        }
        await client`
          update drizzle.__drizzle_migrations set hash = ${migration.hash} where created_at = ${migration.createdAt}`;
      }
    });
  }
}

async function applyTransaction(client: Sql, { inTransaction, alone, hash, createdAt }: Migration): Promise<void> {
  await client.begin(async (transaction) => {
    await transaction.unsafe(`set local statement_timeout = 0; set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    for (const statement of inTransaction) {
      await transaction.unsafe(statement);
    }
    const mark = alone.length > 0 ? UNFINISHED : "";
    await transaction`
      insert into drizzle.__drizzle_migrations (hash, created_at) values (${mark + hash}, ${createdAt})`;
  });
}

/** Runs `attempt` again, after growing pauses, as long as it does not get a lock in time. */
async function patiently(attempt: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() > deadline) {
        throw error;
      }
      await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  }
}

/** Running the same statement again changes nothing. An index whose build was interrupted is invalid, and is built again. */
async function runAlone(client: Sql, statement: string): Promise<void> {
  const index = indexBuiltBy(statement);
  if (index !== null) {
    const [existing] = await client<{ isValid: boolean }[]>`
      select indisvalid as "isValid" from pg_index where indexrelid = to_regclass(${index})`;
    if (existing?.isValid === true) {
      return;
    }
    if (existing !== undefined) {
      await client.unsafe(`drop index concurrently ${index}`);
    }
  }
  await client.unsafe(statement);
}

/** Calls `onWait` about every second in which `work` waits for locks. */
async function watched(client: Sql, onWait: (wait: Wait) => void, work: () => Promise<void>): Promise<void> {
  const ended = new AbortController();
  const look = async () => {
    for (;;) {
      await pause(LOOK_EVERY_MS, undefined, { signal: ended.signal });
      const blockers = await readBlockers(client, APPLICATION);
      if (blockers.length > 0) {
        onWait({ for: "locks", blockers });
      }
    }
  };
  // Looking is no part of the work: when it fails, the work goes on unseen.
  const looking = look().catch(() => {});
  try {
    await work();
  } finally {
    ended.abort();
    await looking;
  }
}
