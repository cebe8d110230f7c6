import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/**
 * A process by its number and its start time, because numbers are reused: in a container the same ones after every restart.
 * `born` is the kernel's start time (clock ticks since boot on Linux, a date elsewhere), null where it cannot be read.
 */
export type ProcessIdentity = { pid: number; born: string | null };

/** The identity of the process that has this number now. */
export function identify(pid: number): ProcessIdentity {
  return { pid, born: birthOf(pid) };
}

/** Whether exactly that process is running. A zombie is not. */
export function isRunning({ pid, born }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") {
      return false;
    }
  }
  const now = birthOf(pid);
  return now !== "zombie" && (born === null || now === null || born === now);
}

/**
 * Signals a process and waits until it has ended. After `graceMilliseconds` it is killed.
 * `group` signals its whole process group: for a child that was started detached and has children of its own.
 */
export async function end(
  identity: ProcessIdentity,
  {
    signal,
    graceMilliseconds,
    group = false,
  }: { signal: "SIGINT" | "SIGTERM"; graceMilliseconds: number; group?: boolean },
): Promise<void> {
  send(identity, signal, group);
  const deadline = performance.now() + graceMilliseconds;
  while (isRunning(identity)) {
    if (performance.now() > deadline) {
      send(identity, "SIGKILL", group);
      await waitForEnd(identity);
      return;
    }
    await wait(25);
  }
}

async function waitForEnd(identity: ProcessIdentity): Promise<void> {
  while (isRunning(identity)) {
    await wait(25);
  }
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals, group: boolean): void {
  if (!isRunning(identity)) {
    return;
  }
  try {
    process.kill(group ? -identity.pid : identity.pid, signal);
  } catch {
    // It ended after the check.
  }
}

function birthOf(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      // proc(5): the command name, field 2, may hold spaces and brackets; state is field 3 and start time field 22.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return fields[0] === "Z" ? "zombie" : (fields[19] ?? null);
    } catch {
      return null;
    }
  }
  try {
    const [state, ...born] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? "zombie" : born.join(" ");
  } catch {
    return null;
  }
}
