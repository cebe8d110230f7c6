import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "./command-error";
import { end, identify, isRunning, type ProcessIdentity } from "./processes";

type Child = ProcessIdentity & { name: string; signal: "SIGINT" | "SIGTERM" };
type Contents = { process: ProcessIdentity; url: string; children: Child[] };

/** Held while Callboard runs on a data folder, so that two never use the same one. */
export type RunLock = {
  /** Records a child process, so that the next start can end it if this process is killed. */
  remember(name: string, pid: number, signal: Child["signal"]): void;
  release(): void;
};

/**
 * Takes the lock `<folder>/running.json`. A lock whose process has ended is stale: the children of that process are ended first (a web
 * server would keep the port, a Postgres the data), and `onLeftover` gets their names. Throws a CommandError if Callboard is running.
 */
export async function takeRunLock(
  folder: string,
  { url, onLeftover }: { url: string; onLeftover: (names: string[]) => void },
): Promise<RunLock> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "running.json");
  const contents: Contents = { process: identify(process.pid), url, children: [] };
  const draft = `${file}.${process.pid}`;

  for (;;) {
    writeFileSync(draft, JSON.stringify(contents), { mode: 0o600 });
    try {
      // A link appears complete or not at all, so no other process reads half a lock.
      linkSync(draft, file);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = read(file);
    if (holder !== null && isRunning(holder.process)) {
      throw new CommandError(
        `Callboard is already running from this folder: ${holder.url} (process ${holder.process.pid}). ` +
          `Stop that one first, with Ctrl-C in its terminal or \`kill ${holder.process.pid}\`.`,
      );
    }
    const leftovers = holder?.children.filter(isRunning) ?? [];
    if (leftovers.length > 0) {
      onLeftover(leftovers.map((child) => child.name));
      for (const child of leftovers) {
        await end(child, { signal: child.signal, graceMilliseconds: 15_000 });
      }
    }
    rmSync(file, { force: true });
  }

  const save = () => {
    writeFileSync(draft, JSON.stringify(contents), { mode: 0o600 });
    renameSync(draft, file);
  };
  return {
    remember(name, pid, signal) {
      contents.children = [
        ...contents.children.filter((child) => child.name !== name),
        { ...identify(pid), name, signal },
      ];
      save();
    },
    release() {
      rmSync(file, { force: true });
    },
  };
}

function read(file: string): Contents | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Contents;
  } catch {
    return null;
  }
}

/** Whether a running process holds the lock of that folder. */
export function isCallboardRunning(folder: string): boolean {
  const holder = read(join(folder, "running.json"));
  return holder !== null && isRunning(holder.process);
}
