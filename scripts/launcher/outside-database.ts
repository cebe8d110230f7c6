import postgres from "postgres";

import { migrate } from "../../db/driver/migrate";
import { Refusal } from "./terminal";

const OLDEST_POSTGRES = 150_000;

/** Codes of Node and of PostgreSQL that pass by themselves: the server is not up yet, or is full. */
const PASSING = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
]);
/**
 * Classes of SQLSTATE: the connection, also to a pooler (08), a server that is read-only for now (25), a conflict with somebody else (40),
 * not enough of something (53), not in a state for it (55), an operator or a restart (57), the system beneath (58, XX).
 */
const PASSING_CLASSES = /^(08|25|40|53|55|57|58|XX)...$/;

/** What only the owner of the database can mend. */
const LASTING: Record<string, string> = {
  "28P01": "the password is wrong",
  "28000": "this user is not known there, or may not connect from here, or only with TLS (add ?sslmode=require)",
  "3D000": "there is no such database: create it first",
  "42501": "this user may not create tables there: make it the owner of the database",
};

/** Applies the migrations. Returns the code if the database cannot be reached for now; throws a Refusal if it never will. */
export async function bringUpToDate(databaseUrl: string): Promise<string | null> {
  try {
    await refuseOldServer(databaseUrl);
    await migrate(databaseUrl);
    return null;
  } catch (error) {
    if (error instanceof Refusal) {
      throw error;
    }
    const code = codeOf(error);
    if (code !== null && (PASSING.has(code) || PASSING_CLASSES.test(code))) {
      return code;
    }
    const { hostname, pathname } = new URL(databaseUrl);
    const why = (code !== null && LASTING[code]) || `${innermost(error).message}${code === null ? "" : `, ${code}`}`;
    throw new Refusal(`The database ${pathname.slice(1)} on ${hostname} cannot be used: ${why}.`);
  }
}

/** Whether anybody can sign in yet. */
export async function hasUsers(databaseUrl: string): Promise<boolean> {
  const sql = connect(databaseUrl);
  try {
    const [row] = await sql<{ found: boolean }[]>`select exists (select 1 from "user") as found`;
    return row?.found ?? false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function refuseOldServer(databaseUrl: string): Promise<void> {
  const sql = connect(databaseUrl);
  try {
    const [row] = await sql<{ number: number; version: string }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as version`;
    if (row !== undefined && row.number < OLDEST_POSTGRES) {
      throw new Refusal(`Callboard needs PostgreSQL 15 or newer; DATABASE_URL leads to ${row.version}.`);
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function connect(databaseUrl: string): postgres.Sql {
  const url = new URL(databaseUrl);
  url.searchParams.delete("pgbouncer");
  return postgres(url.href, { max: 1, prepare: false, connect_timeout: 10, onnotice: () => {} });
}

function codeOf(error: unknown): string | null {
  const { code } = innermost(error) as NodeJS.ErrnoException;
  return code ?? null;
}

/** Drizzle wraps what the driver threw in an error whose message repeats the query. */
function innermost(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error) {
    inner = inner.cause;
  }
  return inner;
}
