import { setTimeout as wait } from "node:timers/promises";

import { grantToApplication } from "../../db/driver/application-role";
import type { Blocker } from "../../db/driver/blockers";
import { migrate, type Wait } from "../../db/driver/migrate";
import { serverVersion } from "../../db/driver/server-version";
import { isTemporary } from "../../db/driver/sql-state";
import { databaseUrlWarning } from "../../lib/url/database-url";
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

const UNKNOWN_AUTHORITY =
  "its certificate is not signed by an authority that Callboard knows. Set DATABASE_CA to the certificate of its authority " +
  "(hosting services offer it for download), or name a file with it in the URL: sslrootcert=/path/to/ca.pem";

/** SQLSTATEs and codes of Node's TLS for problems that only the owner of the database can fix. */
const EXPLANATIONS: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet: check the clock of this machine",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "its certificate is for another host name. Use the name in the certificate, or sslmode=verify-ca if the authority signs for this server only",
  "57014":
    "a step took longer than the statement_timeout of its role. Behind a pooler, Callboard cannot lift it: set DATABASE_OWNER_URL to the URL of the " +
    "server itself",
  "08P01":
    "it refuses the settings that Callboard sends when it connects. If it is a transaction pooler, add pgbouncer=true to the URL",
  "28P01": "the password is wrong",
  "28000":
    "it does not know this user, or does not let it connect from here or without TLS (for TLS add ?sslmode=require)",
  "3D000": "the database does not exist: create it first",
  "42501": "this user may not create tables there: make it the owner of the database",
};

/** The pooler's answer to the settings of a session. Other protocol violations (also 08P01) are treated like it: none goes away by itself. */
const PERMANENT_CODES = new Set(["08P01"]);

/** The URL of the owner of the database, who may change its tables, and of the role of the web server, which may be the same. */
type DatabaseUrls = { ownerUrl: string; applicationUrl: string };

/**
 * Applies the migrations, prints what they wait for, and grants the role of the web server what it needs. Returns null on success, or an error code
 * if the database cannot be reached at present. Throws a CommandError if a retry would not help.
 */
export async function migrateDatabase({ ownerUrl, applicationUrl }: DatabaseUrls): Promise<string | null> {
  const ca = process.env.DATABASE_CA || undefined;
  try {
    const { number, text } = await serverVersion(ownerUrl, ca);
    if (number < OLDEST_POSTGRES) {
      throw new CommandError(
        `Callboard needs PostgreSQL 15 or newer. The server in DATABASE_URL is PostgreSQL ${text}.`,
      );
    }
    warnOnce({ ownerUrl, applicationUrl });
    await migrate(ownerUrl, { ca, onWait: printer() });
    if (applicationUrl !== ownerUrl) {
      await grantToApplication(ownerUrl, applicationUrl, ca);
    }
    return null;
  } catch (error) {
    if (error instanceof CommandError) {
      throw error;
    }
    const { code, message } = innermost(error) as NodeJS.ErrnoException;
    if (code !== undefined && !PERMANENT_CODES.has(code) && (TEMPORARY_CODES.has(code) || isTemporary(error))) {
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

const warned = new Set<string>();

/** Says what is not safe about the way to the database, once for each URL. */
function warnOnce({ ownerUrl, applicationUrl }: DatabaseUrls): void {
  for (const [name, url] of [
    ["DATABASE_URL", applicationUrl],
    ["DATABASE_OWNER_URL", ownerUrl],
    ["DATABASE_REPLICA_URL", process.env.DATABASE_REPLICA_URL ?? ""],
  ] as const) {
    const warning = databaseUrlWarning(url);
    if (warning !== null && !warned.has(url)) {
      warned.add(url);
      console.warn(`${name} ${warning}.`);
    }
  }
}

const PRINT_EVERY_MILLISECONDS = 5_000;

/** Returns a function that prints what a migration waits for, every few seconds. */
function printer(): (wait: Wait) => void {
  let printedAt = Number.NEGATIVE_INFINITY;
  return ({ for: reason, blockers }) => {
    if (performance.now() - printedAt < PRINT_EVERY_MILLISECONDS) {
      return;
    }
    printedAt = performance.now();
    const names = blockers.map(describeBlocker).join(", ");
    console.log(
      reason === "other_migration"
        ? `Another process is migrating the database${names === "" ? "" : `: ${names}`}. Waiting for it.`
        : `The migration waits for ${names}. Callboard's other work on the database goes on meanwhile.`,
    );
  };
}

/** Names a session: `callboard-jobs (process 4711, SELECT, 12 s)`. */
function describeBlocker({ pid, application, command, isIdle, seconds }: Blocker): string {
  const what = isIdle ? ["idle in a transaction"] : command === null ? [] : [command];
  return `${application} (${[`process ${pid}`, ...what, `${Math.round(seconds)} s`].join(", ")})`;
}

/** Returns the driver's error. Drizzle wraps it in an error whose message repeats the query. */
function innermost(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  while (inner.cause instanceof Error) {
    inner = inner.cause;
  }
  return inner;
}
