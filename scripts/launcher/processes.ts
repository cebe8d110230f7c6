import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Identifies a process by its id and its start time, because ids are reused, in a container after every restart.
 * `born` is the start time that the kernel reports (clock ticks since boot on Linux, a date elsewhere), null if it cannot be read.
 */
export type ProcessIdentity = { pid: number; born: string | null };

/** Returns the identity of the process that has this id now. */
export function identify(pid: number): ProcessIdentity {
  return { pid, born: birthOf(pid) };
}

/** Whether this exact process is running. A zombie counts as ended. */
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
 * Signals a process and waits until it has ended. Kills it after `graceMilliseconds`.
 * `group` signals the whole process group, for a child that was started detached and itself has children.
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
    // The process ended after the check.
  }
}

function birthOf(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      // proc(5): field 2, the command name, may contain spaces and brackets. Field 3 is the state, field 22 the start time.
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
