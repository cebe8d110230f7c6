import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "./command-error";
import { end, identify, isRunning, type ProcessIdentity } from "./processes";

type Child = ProcessIdentity & { name: string; signal: "SIGINT" | "SIGTERM" };
/** What the lock says about the running Callboard. `bootstrap/processes.mjs` reads it too, also that of another version. */
type Contents = {
  process: ProcessIdentity;
  url: string;
  children: Child[];
  /** The folder that the web server runs from after an upgrade; null for the project itself. */
  release: string | null;
  /** Whether `npm run upgrade` can replace the web server: see `control.ts`. */
  canHandOver: boolean;
};

/** A lock on a data folder, held while Callboard runs, so that two processes never use the same folder. */
export type RunLock = {
  /** Records a child process, so that the next start can end it if this process is killed. */
  remember(name: string, pid: number, signal: Child["signal"]): void;
  forget(name: string): void;
  describe(what: Partial<Pick<Contents, "release" | "canHandOver">>): void;
  release(): void;
};

/**
 * Takes the lock `<folder>/running.json`. A lock is stale if its process has ended. Then this function first ends the children of that
 * process, because they would occupy the port and the data directory, and passes their names to `onLeftover`. Throws a CommandError if
 * Callboard is running.
 */
export async function takeRunLock(
  folder: string,
  { url, onLeftover }: { url: string; onLeftover: (names: string[]) => void },
): Promise<RunLock> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "running.json");
  const contents: Contents = {
    process: identify(process.pid),
    url,
    children: [],
    release: null,
    canHandOver: false,
  };
  const draft = `${file}.${process.pid}`;

  for (;;) {
    writeFileSync(draft, JSON.stringify(contents), { mode: 0o600 });
    try {
      // A link appears atomically, so no other process reads an incomplete lock.
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
    forget(name) {
      contents.children = contents.children.filter((child) => child.name !== name);
      save();
    },
    describe(what) {
      Object.assign(contents, what);
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

/** Whether a running process holds the lock of this folder. */
export function isCallboardRunning(folder: string): boolean {
  const holder = read(join(folder, "running.json"));
  return holder !== null && isRunning(holder.process);
}
