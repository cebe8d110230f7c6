import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

import { identify, end } from "./processes";
import type { Address } from "./settings";

const STARTS_WITHIN_MILLISECONDS = 60_000;
/** What is in flight gets 9 s from the application itself. */
const STOPS_WITHIN_MILLISECONDS = 10_000;
/** What Next.js says about itself when it starts; we say it our way. */
const BANNER = /^\s*(▲ Next\.js|- (Local|Network|Environments|Experiments)|✓ (Ready|Starting|Running next\.config)|$)/;

export type WebServer = {
  pid: number;
  /** Resolves when it has ended, asked or not: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  /** Waits until it answers, whatever it answers: without a database it serves too. False if it ended or did not in time. */
  answers(): Promise<boolean>;
  stop(): Promise<void>;
  kill(): void;
};

/** `next start`, or `next dev`, as a process of its own. `onLine` is called with each line that it prints. */
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
      // A group of its own: Ctrl-C in a terminal reaches this process alone, which then ends things in their order.
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
      const host = address.host === "0.0.0.0" || address.host === "::" ? "localhost" : address.host;
      const url = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/api/health`;
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
        // `next dev` has a child of its own, hence the group.
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
        if (!BANNER.test(line)) {
          onLine(line, stream);
        }
      });
    }
  }
}
