import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

import { type Address, localOrigin } from "./address";
import { identify, end } from "./processes";

const STARTS_WITHIN_MILLISECONDS = 60_000;
/** On shutdown, the application gives open requests 9 s. */
const STOPS_WITHIN_MILLISECONDS = 10_000;
/** Matches the start message of Next.js. The launcher prints another one instead. */
const NEXT_BANNER =
  /^\s*(▲ Next\.js|- (Local|Network|Environments|Experiments)|✓ (Ready|Starting|Running next\.config)|$)/;

export type WebServer = {
  pid: number;
  /** Resolves when the process has ended, with the reason: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  /** Waits for a response of any status, because the server also runs without a database. False if it ended or did not respond in time. */
  answers(): Promise<boolean>;
  stop(): Promise<void>;
  kill(): void;
};

/** Starts `next start` or `next dev` as a child process. Calls `onLine` with each line that it prints. */
export function startWebServer({
  mode,
  address,
  env,
  onLine,
}: {
  mode: "start" | "dev";
  address: Address;
  env: Record<string, string>;
  onLine: (line: string, stream: "stdout" | "stderr") => void;
}): WebServer {
  const child = spawn(
    process.execPath,
    ["node_modules/next/dist/bin/next", mode, "--port", String(address.port), "--hostname", address.host],
    {
      env: { ...env, NODE_ENV: mode === "start" ? "production" : "development" },
      stdio: ["ignore", "pipe", "pipe"],
      // A separate process group: Ctrl-C in a terminal then reaches only the launcher, which ends everything in the right order.
      detached: true,
    },
  );
  const identity = identify(child.pid ?? 0);
  passLines(child, onLine);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    pid: identity.pid,
    ended,
    async answers() {
      const url = `${localOrigin(address)}/api/health`;
      const deadline = performance.now() + STARTS_WITHIN_MILLISECONDS;
      while (!hasEnded() && performance.now() < deadline) {
        const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
        if (answer !== null) {
          await answer.body?.cancel();
          return true;
        }
        await wait(100);
      }
      return false;
    },
    async stop() {
      if (!hasEnded()) {
        // Signal the whole group, because `next dev` has a child process.
        await end(identity, { signal: "SIGTERM", graceMilliseconds: STOPS_WITHIN_MILLISECONDS, group: true });
        await ended;
      }
    },
    kill() {
      if (!hasEnded()) {
        void end(identity, { signal: "SIGTERM", graceMilliseconds: 0, group: true });
      }
    },
  };
}

function passLines(child: ChildProcess, onLine: (line: string, stream: "stdout" | "stderr") => void): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const source = child[stream];
    if (source !== null) {
      createInterface({ input: source }).on("line", (line) => {
        if (!NEXT_BANNER.test(line)) {
          onLine(line, stream);
        }
      });
    }
  }
}
