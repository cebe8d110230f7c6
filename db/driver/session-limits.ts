import postgres from "postgres";

import { endpoint } from "./endpoint";
import { limitsOf } from "./limits";

const SECONDS = 19;

/**
 * Whether a session gets the limits that it asks for when it starts. A transaction pooler that is not recognized as one may drop them
 * (`ignore_startup_parameters` of PgBouncer), and then nothing would end a statement. Rejects with the driver's error if it cannot connect.
 *
 * @param ca as for `endpoint`
 */
export async function keepsLimits(databaseUrl: string, ca?: string): Promise<boolean> {
  const { href, ssl } = endpoint(databaseUrl, ca);
  const limits = limitsOf(SECONDS);
  const sql = postgres(href, {
    max: 1,
    prepare: false,
    connect_timeout: 10,
    onnotice: () => {},
    ssl,
    connection: limits,
  });
  try {
    const [row] = await sql<{ ms: string }[]>`select setting as ms from pg_settings where name = 'statement_timeout'`;
    return Number(row?.ms) === limits.statement_timeout;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
