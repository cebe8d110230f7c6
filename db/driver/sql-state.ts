import postgres from "postgres";

/**
 * Classifies errors by their SQLSTATE (PostgreSQL manual, appendix A), whose first two characters are the class. Every
 * predicate is false for an error that Postgres did not send.
 */

/** The SQLSTATE of an error from Postgres, even if libraries wrapped the error. Null for any other error. */
function sqlState(error: unknown): string | null {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 6; inner = inner.cause, depth += 1) {
    if (inner instanceof postgres.PostgresError) {
      return inner.code;
    }
  }
  return null;
}

/**
 * Postgres answered and the connection can be used again. False after a connection exception (08) or a shutdown (57P), and
 * after an invalid transaction state (25), because a session that began on a read-only server stays read-only.
 */
export function isConnectionUsable(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && !/^(08|25|57P)/.test(code);
}

/**
 * Postgres refused the statement because of its content. False for failures with other causes: connection (08), read-only
 * server (25), password (28), missing database (3D), transaction rollback (40), missing migration or privilege (42),
 * insufficient resources (53), lock (55), time-out or shutdown (57), system (58), internal error (XX).
 */
export function isStatementRefused(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && !/^(08|25|28|3D|40|42|53|55|57|58|XX)/.test(code);
}

/** Data exception (22), constraint violation (23) or program limit exceeded (54): the same statement would fail again. */
export function isDataRefused(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? "");
}

/** Data exception (22) or program limit exceeded (54). Unlike `isDataRefused`, excludes constraint violations. */
export function isValueRefused(error: unknown): boolean {
  return /^(22|54)/.test(sqlState(error) ?? "");
}

/** 23505: another row has the same key. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === "23505";
}

/**
 * The failure is transient, so the same statement may succeed later: connection to the server or a pooler (08), read-only
 * server (25), transaction rollback (40), insufficient resources (53), object not in the required state (55), operator
 * intervention or restart (57), system (58), internal error (XX).
 */
export function isTemporary(error: unknown): boolean {
  return /^(08|25|40|53|55|57|58|XX)/.test(sqlState(error) ?? "");
}

/** 55P03: a lock was not available within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

/** 40001 or 40P01: the transaction was undone because of one at the same time. */
export function isRolledBack(error: unknown): boolean {
  return sqlState(error)?.startsWith("40") === true;
}

/**
 * The statement may succeed for other rows: its content was refused (22, 23, 54), or it waited for a lock too long (55P03), or in a circle
 * (40P01), or a transaction at the same time won (40001).
 */
export function isAboutOneRow(error: unknown): boolean {
  return isDataRefused(error) || isLockTimeout(error) || isRolledBack(error);
}

/** 57014: the statement was cancelled, by us or by its time limit. A replica whose replay is in its way cancels with another code, 40001. */
export function isCancelled(error: unknown): boolean {
  return sqlState(error) === "57014";
}
