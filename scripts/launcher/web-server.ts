import { type ChildProcess, spawn } from "node:child_process";
import type { Server } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

import { type Address, localOrigin } from "./address";
import { identify, end } from "./processes";
import type { WebProgram } from "./web-program";

const STARTS_WITHIN_MILLISECONDS = 60_000;
/** On shutdown, the application gives open requests 9 s. */
const STOPS_WITHIN_MILLISECONDS = 10_000;
/** The time for idle connections before that: see `listener.mjs`. */
const RETIRES_WITHIN_MILLISECONDS = 8_000 + STOPS_WITHIN_MILLISECONDS;
/** Matches the start message of Next.js. The launcher prints another one instead. */
const NEXT_BANNER =
  /^\s*(▲ Next\.js|- (Local|Network|Environments|Experiments)|✓ (Ready|Starting|Running next\.config)|$)/;

/**
 * A listening socket that this process only keeps and passes on with `child.send`. In truth it is the handle inside a `Server` (as a `Server`,
 * this process would accept connections itself), which Node also accepts there but does not describe.
 */
export type ListeningSocket = Server;

/** The socket from which the web server accepts connections, or the address that it opens itself (`next dev`). */
export type Listening = { socket: ListeningSocket } | { address: Address };

export type LineListener = (line: string, stream: "stdout" | "stderr") => void;

export type WebServer = {
  pid: number;
  /** Resolves when the process has ended, with the reason: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  /**
   * Waits until it answers with any status, because it also runs without a database, and accepts connections. False if it ended or did not in
   * time.
   */
  takesOver(): Promise<boolean>;
  /** Ends it after its connections have ended, without a refused or lost request. Another process must accept from the socket. */
  retire(): Promise<void>;
  stop(): Promise<void>;
  kill(): void;
};

/** Starts a web server as a child process. Calls `onLine` with each line that it prints. */
export function startWebServer({
  program: { folder, program, args, env },
  listening,
  onLine,
}: {
  program: WebProgram;
  listening: Listening;
  onLine: LineListener;
}): WebServer {
  const child = spawn(program, args, {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A separate process group: Ctrl-C in a terminal then reaches only the launcher, which ends everything in the right order.
    detached: true,
  });
  const identity = identify(child.pid ?? 0);
  passLines(child, onLine);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const ready = messageOf(child, "ready");
  const serving = messageOf(child, "serving");
  const before = <T>(promise: Promise<T>) =>
    Promise.race([promise, ended.then(() => null), wait(STARTS_WITHIN_MILLISECONDS, null, { ref: false })]);

  const answers = async (origin: string) => {
    const deadline = performance.now() + STARTS_WITHIN_MILLISECONDS;
    while (!hasEnded() && performance.now() < deadline) {
      if (await isAnswered(`${origin}/api/health`)) {
        return true;
      }
      await wait(100);
    }
    return false;
  };
  return {
    pid: identity.pid,
    ended,
    async takesOver() {
      if ("address" in listening) {
        return answers(localOrigin(listening.address));
      }
      const { port = 0 } = (await before(ready)) ?? {};
      const probe = `http://127.0.0.1:${port}`;
      // The second request loads the webhook's route, so that the first delivery need not wait for that.
      if (port === 0 || !(await answers(probe)) || !(await isAnswered(`${probe}/webhooks/sarj/any`))) {
        return false;
      }
      child.send({ type: "serve" }, listening.socket);
      return (await before(serving)) !== null;
    },
    async retire() {
      if (hasEnded()) {
        return;
      }
      child.send({ type: "retire" });
      const late = new AbortController();
      await Promise.race([ended, wait(RETIRES_WITHIN_MILLISECONDS, null, { signal: late.signal }).catch(() => {})]);
      late.abort();
      await end(identity, { signal: "SIGTERM", graceMilliseconds: 0, group: true });
      await ended;
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

function messageOf(child: ChildProcess, type: string): Promise<{ port?: number }> {
  return new Promise((resolve) => {
    const listener = (message: unknown) => {
      const known = message as { type?: string; port?: number };
      if (known.type === type) {
        child.off("message", listener);
        resolve(known);
      }
    };
    child.on("message", listener);
  });
}

async function isAnswered(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer !== null;
}

function passLines(child: ChildProcess, onLine: LineListener): void {
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
