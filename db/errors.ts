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
