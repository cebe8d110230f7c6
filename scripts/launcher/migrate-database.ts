import { setTimeout as wait } from "node:timers/promises";

import { grantToApplication } from "../../db/driver/application-role";
import { migrate } from "../../db/driver/migrate";
import { serverVersion } from "../../db/driver/server-version";
import { isTemporary } from "../../db/driver/sql-state";
import { CommandError } from "./command-error";
import type { Interruption } from "./interruption";

const OLDEST_POSTGRES = 150_000;
const RETRY_MILLISECONDS = 5_000;

/** Error codes of Node and the driver that are transient: the server is still starting, or the network is down. */
const TEMPORARY_CODES = new Set([
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

/** SQLSTATEs of problems that only the owner of the database can fix. */
const EXPLANATIONS: Record<string, string> = {
  "28P01": "the password is wrong",
  "28000":
    "it does not know this user, or does not let it connect from here or without TLS (for TLS add ?sslmode=require)",
  "3D000": "the database does not exist: create it first",
  "42501": "this user may not create tables there: make it the owner of the database",
};

/** The URL of the owner of the database, who may change its tables, and of the role of the web server, which may be the same. */
type DatabaseUrls = { ownerUrl: string; applicationUrl: string };

/**
 * Applies the migrations, and grants the role of the web server what it needs. Returns null on success, or an error code if the database cannot be reached at present. Throws a
 * CommandError if a retry would not help.
 */
export async function migrateDatabase({ ownerUrl, applicationUrl }: DatabaseUrls): Promise<string | null> {
  try {
    const { number, text } = await serverVersion(ownerUrl);
    if (number < OLDEST_POSTGRES) {
      throw new CommandError(
        `Callboard needs PostgreSQL 15 or newer. The server in DATABASE_URL is PostgreSQL ${text}.`,
      );
    }
    await migrate(ownerUrl);
    if (applicationUrl !== ownerUrl) {
      await grantToApplication(ownerUrl, applicationUrl);
    }
    return null;
  } catch (error) {
    if (error instanceof CommandError) {
      throw error;
    }
    const { code, message } = innermost(error) as NodeJS.ErrnoException;
    if (code !== undefined && (TEMPORARY_CODES.has(code) || isTemporary(error))) {
      return code;
    }
    const { hostname, pathname } = new URL(ownerUrl);
    const why = (code !== undefined && EXPLANATIONS[code]) || `${message}${code === undefined ? "" : `, ${code}`}`;
    throw new CommandError(`The database ${pathname.slice(1)} on ${hostname} cannot be used: ${why}.`);
  }
}

/**
 * Retries until the migrations are applied. Meanwhile the web server runs and stores deliveries on disk. No error ends the retries,
 * because someone may correct the cause, such as a wrong password, and the stored deliveries must then be recorded.
 */
export async function migrateDatabaseLater(urls: DatabaseUrls, interruption: Interruption): Promise<void> {
  let lastMessage = "";
  for (;;) {
    await wait(RETRY_MILLISECONDS, undefined, { ref: false });
    if (interruption.signal.aborted) {
      return;
    }
    try {
      if ((await migrateDatabase(urls)) === null) {
        console.log("The database can be reached now.");
        return;
      }
    } catch (error) {
      const { message } = error as Error;
      if (message !== lastMessage) {
        console.error(`${message} Trying again.`);
      }
      lastMessage = message;
    }
  }
}

/** Returns the driver's error. Drizzle wraps it in an error whose message repeats the query. */
function innermost(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error) {
    inner = inner.cause;
  }
  return inner;
}
