import { spawn } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { asCommandError } from "../launcher/command-error";
import { findFreePort } from "../launcher/ports";
import { type Binaries, serverEnvironment } from "./binaries";
import { type Credentials, makePassword, writeCredentials } from "./credentials";
import type { ServerUser } from "./server-user";

/** Creates the data directory with new passwords. Without `durable`, initdb does not sync to disk. Throws a CommandError on failure. */
export async function initialise({
  directory,
  binaries,
  user,
  durable,
}: {
  directory: string;
  binaries: Binaries;
  user: ServerUser;
  durable: boolean;
}): Promise<Credentials> {
  // Not `tmpdir()`, which may be closed to the server's user.
  const secrets = mkdtempSync("/tmp/callboard-");
  try {
    // Existing files come from a first start that did not finish, so they contain no deliveries.
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { mode: 0o700 });
    const credentials: Credentials = {
      postgres: binaries.version,
      port: await findFreePort(),
      superuserPassword: makePassword(),
      password: makePassword(),
      applicationPassword: makePassword(),
    };
    const passwordFile = join(secrets, "password");
    writeFileSync(passwordFile, credentials.superuserPassword, { mode: 0o600 });
    if (user !== null) {
      for (const path of [directory, secrets, passwordFile]) {
        chownSync(path, user.uid, user.gid);
      }
    }
    await runInitdb(binaries, user, [
      `--pgdata=${directory}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      ...(durable ? [] : ["--no-sync"]),
    ]);
    writeCredentials(directory, credentials);
    return credentials;
  } catch (error) {
    throw asCommandError(error, (problem) => `The database could not be created in ${directory} (${problem}).`);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

/**
 * Runs initdb. Sorting by code point gives the same order on every machine. The character classes must still come from a UTF-8
 * locale: with LC_CTYPE=C, pg_trgm does not recognise Arabic letters and finds nothing.
 */
async function runInitdb(binaries: Binaries, user: ServerUser, args: string[]): Promise<void> {
  let stderr = "";
  for (const locale of ["C.UTF-8", "en_US.UTF-8", "C"]) {
    const child = spawn(
      binaries.initdb,
      [
        ...args,
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--lc-collate=C",
        `--lc-ctype=${locale}`,
        "--lc-messages=C",
      ],
      { cwd: "/", ...user, env: serverEnvironment(), stdio: ["ignore", "ignore", "pipe"] },
    );
    stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code === 0) {
      return;
    }
    if (!stderr.includes("locale")) {
      break;
    }
  }
  const line = stderr.split("\n").find((text) => text.includes("error:")) ?? stderr.trim();
  throw new Error(line.replace(/^initdb: error: /, "") || "initdb failed");
}
