import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { asCommandError, CommandError } from "../launcher/command-error";
import { isRunning } from "../launcher/processes";
import type { Binaries } from "./binaries";
import { isInitialised } from "./credentials";
import { canAccess, isRoot, postgresUser, serverUser, SHARED_FOLDER } from "./server-user";

/**
 * Returns the directory to use, normally `wanted`. If root starts Callboard, and the user `postgres` cannot reach `wanted` because a
 * folder above it is closed to others (as /root is), it returns a directory under /var/lib/callboard and stores that path in
 * `<wanted>.location`.
 */
export function chooseDirectory(wanted: string): string {
  const parent = dirname(wanted);
  const pointer = `${wanted}.location`;
  try {
    mkdirSync(parent, { recursive: true });
    if (existsSync(pointer)) {
      return readFileSync(pointer, "utf8").trim();
    }
    if (!isRoot()) {
      return wanted;
    }
    chmodSync(parent, statSync(parent).mode | 0o011);
    const hasData = isInitialised(wanted);
    if (canAccess(hasData ? serverUser(wanted) : postgresUser(), parent)) {
      return wanted;
    }
    if (hasData) {
      throw new CommandError(
        `The owner of the database in ${wanted} cannot reach it: a folder above it is closed to others. ` +
          "Open it (`chmod o+x` on each folder above), as it was when the database was created.",
      );
    }
    const elsewhere = join(SHARED_FOLDER, randomBytes(6).toString("hex"), "postgres");
    mkdirSync(dirname(elsewhere), { recursive: true });
    chmodSync(SHARED_FOLDER, 0o755);
    chmodSync(dirname(elsewhere), 0o755);
    writeFileSync(pointer, `${elsewhere}\n`);
    return elsewhere;
  } catch (error) {
    throw asCommandError(error, (problem) => `The folder ${parent} cannot hold the database (${problem}).`);
  }
}

/** Throws a CommandError if a server uses the directory. PostgreSQL also checks this, but its message is less clear. */
export function checkNotInUse(directory: string): void {
  const pid = Number(readPidFile(directory)[0]);
  if (Number.isInteger(pid) && pid > 0 && isPostmasterOf(pid, directory)) {
    throw new CommandError(
      `The database in ${directory} is in use by another PostgreSQL (process ${pid}). ` +
        `Stop it (\`kill -INT ${pid}\`), or set DATABASE_URL to use that server.`,
    );
  }
}

/** Throws a CommandError if another major version of PostgreSQL created the data, which the binaries cannot read. */
export function checkVersion(directory: string, binaries: Binaries): void {
  const ofData = readOrNull(join(directory, "PG_VERSION"))?.trim();
  const ofBinaries = binaries.version.split(".")[0];
  if (ofData !== undefined && ofData !== ofBinaries) {
    throw new CommandError(
      `The database in ${directory} was created by PostgreSQL ${ofData}, but this version of Callboard comes with PostgreSQL ${ofBinaries}. ` +
        "Go back to the version of Callboard that created it, dump the database with pg_dump, and load it into a new one.",
    );
  }
}

/** Returns the lines of postmaster.pid, or [""] if the file does not exist. */
export function readPidFile(directory: string): string[] {
  return (readOrNull(join(directory, "postmaster.pid")) ?? "").split("\n");
}

/** Whether the process is a PostgreSQL on this directory. After a crash, the id in postmaster.pid may belong to any other process. */
function isPostmasterOf(pid: number, directory: string): boolean {
  if (!isRunning({ pid, born: null })) {
    return false;
  }
  const commandLine = commandLineOf(pid);
  return commandLine.includes("postgres") && commandLine.includes(directory);
}

function commandLineOf(pid: number): string {
  if (process.platform === "linux") {
    return (readOrNull(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ");
  }
  const answer = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  return answer.status === 0 ? answer.stdout : "";
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
