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
 * Whether Postgres refused the statement itself. Not when it is out of reach (08), short of something (53), locked (55), going down
 * (57P) or ill (58): then the same statement may succeed later.
 */
export function isRefused(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && !/^(08|53|55|57P|58)/.test(code);
}
