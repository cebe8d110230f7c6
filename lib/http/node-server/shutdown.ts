import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/** Next waits for open requests without a time limit. */
const SHUTDOWN_LIMIT_MS = 9000;

const stopping = perProcess("stopping", () => ({ since: null as number | null }));

/** Whether the process is shutting down. Work that can wait should not start. */
export function isStopping(): boolean {
  return stopping.since !== null;
}

/** Ends the process at the latest 9 s after SIGTERM or SIGINT. */
export function limitShutdown(): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, stop);
  }
}

function stop(signal: NodeJS.Signals): void {
  stopping.since ??= performance.now();
  log("info", "stopping");
  setTimeout(() => {
    log("warn", "stopped_unfinished");
    process.exit(signal === "SIGTERM" ? 143 : 130);
  }, SHUTDOWN_LIMIT_MS).unref();
}
