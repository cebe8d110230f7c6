import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

import { CommandError } from "../launcher/command-error";
import { type Binaries, serverEnvironment } from "./binaries";
import { readPidFile } from "./data-directory";
import type { ServerUser } from "./server-user";

/** Recovery after a crash can be slow, and a server killed during recovery starts it from the beginning. */
const STARTS_WITHIN_MILLISECONDS = 600_000;
/** The backends of a killed postmaster end with a delay. Until then, a new server does not start. */
const BACKENDS_END_WITHIN_MILLISECONDS = 60_000;

/** Thrown if another program took the port after it was chosen and before the server started. */
export class PortTaken extends Error {}

/** Starts `postgres` and resolves when it accepts connections. Throws PortTaken, or a CommandError for any other failure. */
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
    // Do not log errors of clients: their messages can quote values, such as phone numbers.
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
      // A separate process group: a terminal sends Ctrl-C to its whole group, but the database must end last.
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

/** Waits as pg_ctl does: the postmaster writes its state to the eighth line of its pid file. Any other result says how the server ended. */
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
