import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

import { CommandError } from "../launcher/command-error";
import { type Binaries, serverEnvironment } from "./binaries";
import { readPidFile } from "./data-directory";
import type { ServerUser } from "./server-user";

/** Recovery after a crash takes a while, and a server that is killed in the middle of it has to start the recovery from the beginning. */
const STARTS_WITHIN_MILLISECONDS = 600_000;
/** The backends of a killed postmaster take a moment to notice; until they end, a new server does not start. */
const BACKENDS_END_WITHIN_MILLISECONDS = 60_000;

/** Another program took the port between the choice of it and the start of the server. */
export class PortTaken extends Error {}

/** Starts `postgres` and resolves when it accepts connections. Throws PortTaken, or a CommandError for every other failure. */
export async function startServer({
  binaries,
  user,
  directory,
  logFile,
  port,
  durable,
  settings: furtherSettings,
}: {
  binaries: Binaries;
  user: ServerUser;
  directory: string;
  logFile: string;
  port: number;
  durable: boolean;
  settings: Record<string, string>;
}): Promise<ChildProcess> {
  const deadline = performance.now() + STARTS_WITHIN_MILLISECONDS;
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    cluster_name: "callboard",
    max_connections: "100",
    shared_buffers: "256MB",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    // Errors of clients are not logged: their messages can quote values, and values are phone numbers.
    log_min_messages: "log",
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...furtherSettings,
  };
  for (;;) {
    const log = openSync(logFile, "w", 0o600);
    const child = spawn(
      binaries.postgres,
      [
        "-D",
        directory,
        "-p",
        String(port),
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      // In a process group of its own: a terminal sends Ctrl-C to its whole group, but the database must end last.
      { cwd: "/", ...user, env: serverEnvironment(), stdio: ["ignore", log, log], detached: true },
    );
    closeSync(log);
    const outcome = await waitUntilReady(child, directory, deadline);
    if (outcome === "ready") {
      return child;
    }
    if (outcome === "late") {
      child.kill("SIGQUIT");
      throw new CommandError(
        `The embedded PostgreSQL did not start within ${STARTS_WITHIN_MILLISECONDS / 60_000} minutes. Its log is ${logFile}`,
      );
    }
    const fatal = readLog(logFile).filter((line) => /\b(FATAL|PANIC|could not)\b/.test(line));
    if (fatal.some((line) => line.includes("could not bind") || line.includes("could not create any TCP/IP sockets"))) {
      throw new PortTaken();
    }
    const hasOldBackends = fatal.some((line) => line.includes("pre-existing shared memory block"));
    if (
      !hasOldBackends ||
      performance.now() > deadline - STARTS_WITHIN_MILLISECONDS + BACKENDS_END_WITHIN_MILLISECONDS
    ) {
      const why = fatal.at(-1)?.replace(/^.*?(FATAL|PANIC):\s*/, "") ?? outcome;
      throw new CommandError(`The embedded PostgreSQL did not start: ${why}. Its log is ${logFile}`);
    }
    await wait(200);
  }
}

/** As pg_ctl does it: the postmaster writes its state on the eighth line of its pid file. Any other outcome says how the server ended. */
async function waitUntilReady(
  child: ChildProcess,
  directory: string,
  deadline: number,
): Promise<"ready" | "late" | string> {
  let ended: string | null = null;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended ??= signal === null ? `exit code ${code}` : `signal ${signal}`));
  while (performance.now() < deadline) {
    if (ended !== null) {
      return ended;
    }
    const lines = readPidFile(directory);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") {
      return "ready";
    }
    await wait(20);
  }
  return "late";
}

function readLog(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
