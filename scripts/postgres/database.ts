import postgres from "postgres";

import type { Credentials } from "./credentials";

const DATABASE = "callboard";
const OWNER = "callboard";
const APPLICATION = "callboard_app";

/** The URL of the application's database, for the role that owns it. */
export function ownerUrl(credentials: Credentials): string {
  return url(credentials, OWNER, credentials.password, DATABASE);
}

/** The URL of the application's database, for the role of the web server, which owns nothing (`db/driver/application-role.ts`). */
export function applicationUrl(credentials: Credentials): string {
  return credentials.applicationPassword === undefined
    ? ownerUrl(credentials)
    : url(credentials, APPLICATION, credentials.applicationPassword, DATABASE);
}

/** The URL of the database `postgres`, for the superuser. */
export function superuserUrl(credentials: Credentials): string {
  return url(credentials, "postgres", credentials.superuserPassword, "postgres");
}

/**
 * Creates the roles of the owner and of the application, the database and the extension. An earlier start may have been interrupted after any
 * of these steps, so each may be done already. This SQL sets up the server and does not touch the application's data, so it is not in db/.
 */
export async function createDatabase(credentials: Credentials): Promise<void> {
  const superuser = connect(superuserUrl(credentials));
  try {
    await createRole(superuser, OWNER, credentials.password);
    if (credentials.applicationPassword !== undefined) {
      await createRole(superuser, APPLICATION, credentials.applicationPassword);
    }
    const [database] = await superuser`select 1 from pg_database where datname = ${DATABASE}`;
    if (!database) {
      await superuser.unsafe(`create database ${DATABASE} owner ${OWNER}`);
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

/** Creates a role that may do nothing but what it owns or is granted. Sets its password if it exists. */
async function createRole(superuser: postgres.Sql, name: string, password: string): Promise<void> {
  const [role] = await superuser`select 1 from pg_roles where rolname = ${name}`;
  await superuser.unsafe(
    `${role ? "alter" : "create"} role ${name} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${password}'`,
  );
}

function url({ port }: Credentials, role: string, password: string, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

function connect(databaseUrl: string): postgres.Sql {
  return postgres(databaseUrl, { max: 1, onnotice: () => {} });
}
