import { setTimeout as wait } from "node:timers/promises";

import { migrate } from "../../db/driver/migrate";
import { serverVersion } from "../../db/driver/server-version";
import { isTemporary } from "../../db/driver/sql-state";
import { CommandError } from "./command-error";
import type { Interruption } from "./interruption";

const OLDEST_POSTGRES = 150_000;
const RETRY_MILLISECONDS = 5_000;

/** Codes of Node and of the driver that pass without anyone's help: the server is not up yet, or the network is down. */
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

/** SQLSTATEs that only the owner of the database can do something about. */
const EXPLANATIONS: Record<string, string> = {
  "28P01": "the password is wrong",
  "28000":
    "it does not know this user, or does not let it connect from here or without TLS (for TLS add ?sslmode=require)",
  "3D000": "the database does not exist: create it first",
  "42501": "this user may not create tables there: make it the owner of the database",
};

/**
 * Applies the migrations. Returns an error code if the database cannot be reached for now, null if all went well. Throws a
 * CommandError if trying again does not help.
 */
export async function migrateDatabase(databaseUrl: string): Promise<string | null> {
  try {
    const { number, text } = await serverVersion(databaseUrl);
    if (number < OLDEST_POSTGRES) {
      throw new CommandError(
        `Callboard needs PostgreSQL 15 or newer. The server of DATABASE_URL is PostgreSQL ${text}.`,
      );
    }
    await migrate(databaseUrl);
    return null;
  } catch (error) {
    if (error instanceof CommandError) {
      throw error;
    }
    const { code, message } = innermost(error) as NodeJS.ErrnoException;
    if (code !== undefined && (TEMPORARY_CODES.has(code) || isTemporary(error))) {
      return code;
    }
    const { hostname, pathname } = new URL(databaseUrl);
    const why = (code !== undefined && EXPLANATIONS[code]) || `${message}${code === undefined ? "" : `, ${code}`}`;
    throw new CommandError(`The database ${pathname.slice(1)} on ${hostname} cannot be used: ${why}.`);
  }
}

/**
 * Tries again until the migrations are applied. The web server runs meanwhile and keeps deliveries, so no error ends this: a wrong
 * password may be corrected, and what is on disk is not lost.
 */
export async function migrateDatabaseLater(databaseUrl: string, interruption: Interruption): Promise<void> {
  let lastMessage = "";
  for (;;) {
    await wait(RETRY_MILLISECONDS, undefined, { ref: false });
    if (interruption.signal.aborted) {
      return;
    }
    try {
      if ((await migrateDatabase(databaseUrl)) === null) {
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

/** Drizzle wraps the driver's error in one whose message repeats the query. */
function innermost(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error) {
    inner = inner.cause;
  }
  return inner;
}
