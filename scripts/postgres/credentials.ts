import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "../launcher/command-error";

/**
 * The port and passwords of the server, and the version of PostgreSQL that initialised its data. `password` is that of the owner,
 * `applicationPassword` that of the role of the web server; data of earlier versions has none until the next start.
 */
export type Credentials = {
  postgres: string;
  port: number;
  superuserPassword: string;
  password: string;
  applicationPassword?: string;
};

/** A file in the data directory. Initialisation writes it last, so a directory without it is incomplete. */
const FILE = "callboard.json";

/** A new password, which a URL can contain. */
export function makePassword(): string {
  return randomBytes(24).toString("base64url");
}

/** Whether the directory is completely initialised. */
export function isInitialised(directory: string): boolean {
  return existsSync(join(directory, FILE));
}

/** Reads the credentials. Returns null if the directory is not completely initialised. Throws a CommandError if the file cannot be read. */
export function readCredentials(directory: string): Credentials | null {
  try {
    return JSON.parse(readFileSync(join(directory, FILE), "utf8")) as Credentials;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      return null;
    }
    throw new CommandError(
      code === "EACCES"
        ? `The database in ${directory} belongs to another user. Start Callboard as the user who created it (perhaps root).`
        : `${join(directory, FILE)} cannot be read (${code ?? "it is not JSON"}). It holds the password of the database.`,
    );
  }
}

/** Replaces the file atomically, even if the machine loses power, because without the passwords the data is lost. */
export function writeCredentials(directory: string, credentials: Credentials): void {
  const file = join(directory, FILE);
  const handle = openSync(`${file}.new`, "w", 0o600);
  writeFileSync(handle, `${JSON.stringify(credentials, null, 2)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.new`, file);
  syncFolder(directory);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
