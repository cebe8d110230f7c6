import postgres from "postgres";

/** The SQLSTATE with which Postgres refused a statement; null where the error is no answer of Postgres's. */
export function sqlState(error: unknown): string | null {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 6; inner = inner.cause, depth += 1) {
    if (inner instanceof postgres.PostgresError) {
      return inner.code;
    }
  }
  return null;
}

/**
 * Whether Postgres refused the statement for what is in it. Not for what may be otherwise later: the connection (08), a read-only server
 * (25), a password (28), a database that is not there (3D), another transaction (40), a migration that is still to come or a right
 * (42), too little of something (53), a lock (55), a time-out or a shutdown (57), the system (58), Postgres itself (XX).
 */
export function isRefused(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && !/^(08|25|28|3D|40|42|53|55|57|58|XX)/.test(code);
}
