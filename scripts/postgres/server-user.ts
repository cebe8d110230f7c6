import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

import { CommandError } from "../launcher/command-error";
import { isInitialised } from "./credentials";

/** The user that runs PostgreSQL, which refuses to run as root. null: the user who runs Callboard. */
export type ServerUser = { uid: number; gid: number } | null;

/** Data and binaries are stored here if the server's user cannot reach the clone, for example under /root. */
export const SHARED_FOLDER = "/var/lib/callboard";

/** Whether root runs Callboard. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Returns the user for the server. Data of an ordinary user keeps its owner, so that this user can still start it without root. */
export function serverUser(directory: string): ServerUser {
  if (!isRoot()) {
    return null;
  }
  const owner = isInitialised(directory) ? statSync(directory) : null;
  return owner !== null && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : postgresUser();
}

/** Returns the system user `postgres` and creates it if it does not exist. */
export function postgresUser(): { uid: number; gid: number } {
  const known = lookUpPostgresUser();
  if (known !== null) {
    return known;
  }
  const commands: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"]],
    ["useradd", ["--system", "-g", "postgres", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"]],
    ["adduser", ["-S", "-D", "-H", "-s", "/sbin/nologin", "postgres"]],
  ];
  for (const [program, args] of commands) {
    spawnSync(program, args, { stdio: "ignore" });
    const created = lookUpPostgresUser();
    if (created !== null) {
      return created;
    }
  }
  throw new CommandError(
    "PostgreSQL does not run as root, and the user `postgres` could not be created. " +
      "Create it (`useradd --system postgres`), start Callboard as an ordinary user, or set DATABASE_URL.",
  );
}

function lookUpPostgresUser(): { uid: number; gid: number } | null {
  const [uid, gid] = ["-u", "-g"].map((flag) => {
    const answer = spawnSync("id", [flag, "postgres"], { encoding: "utf8" });
    return answer.status === 0 ? Number(answer.stdout.trim()) : Number.NaN;
  });
  return uid !== undefined && gid !== undefined && uid > 0 && Number.isInteger(gid) ? { uid, gid } : null;
}

/** Whether the user can enter the folder or execute the file. Asks the kernel, because file modes ignore ACLs, mount options and groups. */
export function canAccess(user: ServerUser, path: string): boolean {
  const answer = spawnSync("/bin/sh", ["-c", 'test -x "$1"', "sh", path], { cwd: "/", ...user, stdio: "ignore" });
  if (answer.error !== undefined) {
    throw new CommandError(
      `PostgreSQL does not run as root, and this machine does not let root act as another user (${answer.error.message}). ` +
        "Start Callboard as an ordinary user, or set DATABASE_URL.",
    );
  }
  return answer.status === 0;
}
