import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { findFreePort } from "@/scripts/launcher/ports";
import { environment, WEBHOOK_SECRET } from "@/tests/fixtures/environment";

/** The bench's build of the application in a process of its own, as `npm start` runs it. Its log goes to a file, so that nobody has to read it. */
export type BenchApp = {
  url: string;
  port: number;
  pid: number;
  logFile: string;
  /** Sends SIGTERM and waits until the process has ended. */
  stop(): Promise<void>;
};

export type BenchAppOptions = {
  applicationUrl: string;
  /** A folder for its log and its spool. */
  folder: string;
  /** Options of Node, such as `--cpu-prof`. */
  nodeOptions?: string[];
  env?: Record<string, string>;
  /** False: returns when Next says that it is ready, before any request. */
  isWarm?: boolean;
};

export const WEBHOOK_PATH = `/webhooks/sarj/${WEBHOOK_SECRET}`;
export const EMPTY_PATH = "/webhooks/bench";

/** The folder of the build. The product's own build has no routes for the bench. */
export const BENCH_DIST = ".next-bench";

const STARTS_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 30_000;

/** Starts the application. The vendor's API is not set up, as it is another machine's work. Throws an error with its log if it does not start. */
export async function startBenchApp(options: BenchAppOptions): Promise<BenchApp> {
  const { applicationUrl, folder, nodeOptions = [], isWarm = true } = options;
  const port = await findFreePort();
  const logFile = join(folder, `app-${port}.log`);
  const log = openSync(logFile, "w");
  const { SARJ_API_KEY: _off, ...env } = environment({ databaseUrl: applicationUrl, appPort: port, vendorPort: 1 });
  const child = spawn(
    process.execPath,
    [...nodeOptions, "node_modules/next/dist/bin/next", "start", "--port", String(port), "--hostname", "127.0.0.1"],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        NEXT_DIST_DIR: BENCH_DIST,
        CALLBOARD_BENCH: "1",
        SPOOL_DIR: join(folder, "spool"),
        ...env,
        ...options.env,
      },
      stdio: ["ignore", log, log],
    },
  );
  closeSync(log);
  const url = `http://localhost:${port}`;
  const stop = () => end(child);
  const isReady = async () =>
    isWarm ? respondsWell(`${url}/api/health`) : readFileSync(logFile, "utf8").includes("Ready in");
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while (!(await isReady())) {
    if (hasEnded(child) || performance.now() > deadline) {
      await stop();
      throw new Error(`The application did not start:\n${readFileSync(logFile, "utf8")}`);
    }
    await wait(20);
  }
  return { url, port, pid: child.pid ?? 0, logFile, stop };
}

async function respondsWell(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  return answer?.ok === true;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOPS_WITHIN_MS);
  await ended;
  clearTimeout(late);
}
