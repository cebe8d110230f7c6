import { join } from "node:path";

import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** An arbitrary number that identifies the advisory lock. */
const MIGRATION_LOCK = 7_225_301;

/**
 * Applies the pending migrations. Several processes may call this at once: an advisory lock lets one of them work while the
 * others wait and then find no pending migration. The lock is transaction-level, so it also works behind a transaction
 * pooler. Throws the errors of the driver and of the migrations.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.searchParams.delete("pgbouncer");
  // Two connections: one holds the lock, the other runs the migrator, which opens its own transaction.
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
