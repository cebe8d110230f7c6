import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Small copies of `launcher/processes.ts` and `launcher/run-lock.ts`, for before the dependencies are installed. */

/** Returns the process id and, on Linux, the start time, because a container reuses the same ids after every restart. */
export function identityOf(pid) {
  const born = birthOf(pid);
  return born === null ? `${pid}` : `${pid} ${born}`;
}

function birthOf(pid) {
  const stat = readOrUndefined(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return stat?.[19] ?? null;
}

export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** What `launcher/run-lock.ts` recorded about the Callboard that runs from this data folder; null if none does. */
export function runningFrom(dataFolder) {
  try {
    const running = JSON.parse(readFileSync(join(dataFolder, "running.json"), "utf8"));
    const { pid, born } = running.process;
    // Elsewhere than on Linux, `born` is a date of `ps`.
    const isSame = process.platform !== "linux" || born === null || birthOf(pid) === born;
    return isAlive(pid) && isSame ? running : null;
  } catch {
    return null;
  }
}

/**
 * Passes signals on to the child. A terminal signals the whole process group, but a process manager signals only this process. The
 * child gets the signal in both cases, possibly twice.
 */
export function forwardSignals(child, onFirst = () => {}) {
  const forward = {
    received: undefined,
    stop() {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.removeAllListeners(name);
      }
    },
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      if (forward.received === undefined) {
        forward.received = name;
        onFirst();
      }
      child.kill(name);
    });
  }
  return forward;
}

/** `PATH` without the programs of `node_modules`, below which `npm` must not run. */
export function pathWithoutModules(nodeModules) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((part) => !part.startsWith(nodeModules))
    .join(delimiter);
}

export function readOrUndefined(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A failure that the person at the terminal can fix. Its message is printed without a stack. */
export class Failure extends Error {
  exitCode = 1;
}
