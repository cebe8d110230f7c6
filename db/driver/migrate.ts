import { join } from "node:path";

import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** An arbitrary number that stands for "Callboard migrates" among the advisory locks of the database. */
const MIGRATION_LOCK = 7_225_301;

/**
 * Brings the schema up to date. Several processes may call it at once: a transaction-level advisory lock lets one work
 * and the others find nothing left to do; it also holds behind a transaction pooler.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.searchParams.delete("pgbouncer");
  // One connection holds the lock while the other works: the migrator opens a transaction of its own.
  const client = postgres(url.href, { max: 2, prepare: false, onnotice: () => {}, connect_timeout: 10 });
  const db = drizzle(client);
  try {
    await db.transaction(async (transaction) => {
      await transaction.execute(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
      await applyMigrations(db, { migrationsFolder: join(process.cwd(), "db/migrations") });
    });
  } finally {
    await client.end({ timeout: 5 });
  }
}
