import postgres from "postgres";

import type { Credentials } from "./credentials";

const DATABASE = "callboard";
const ROLE = "callboard";

/** The URL of the application's database, for the role that owns it. */
export function databaseUrl(credentials: Credentials): string {
  return url(credentials, ROLE, credentials.password, DATABASE);
}

/** The URL of the database `postgres`, for the superuser. */
export function superuserUrl(credentials: Credentials): string {
  return url(credentials, "postgres", credentials.superuserPassword, "postgres");
}

/**
 * Creates the application's role, database and extension. An earlier start may have been interrupted after any of these steps, so
 * each may be done already. This SQL sets up the server and does not touch the application's data, so it is not in db/.
 */
export async function createDatabase(credentials: Credentials): Promise<void> {
  const superuser = connect(superuserUrl(credentials));
  try {
    const [role] = await superuser`select 1 from pg_roles where rolname = ${ROLE}`;
    await superuser.unsafe(`${role ? "alter" : "create"} role ${ROLE} login password '${credentials.password}'`);
    const [database] = await superuser`select 1 from pg_database where datname = ${DATABASE}`;
    if (!database) {
      await superuser.unsafe(`create database ${DATABASE} owner ${ROLE}`);
    }
  } finally {
    await superuser.end();
  }
  const inDatabase = connect(url(credentials, "postgres", credentials.superuserPassword, DATABASE));
  try {
    await inDatabase`create extension if not exists pg_trgm`;
  } finally {
    await inDatabase.end();
  }
}

function url({ port }: Credentials, role: string, password: string, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

function connect(databaseUrl: string): postgres.Sql {
  return postgres(databaseUrl, { max: 1, onnotice: () => {} });
}
