import { createHash } from "node:crypto";
import { mkdir, open, readdir, stat, type FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";

/** The files of the spool: their names, and what `fs` lacks to make them durable. */

/** `<id>.<process>.open` or `<id>.<process>.taken`. */
export const FILE_NAME = /^([^.]+)\.([^.]+)\.(open|taken)$/;
/** A live process touches its files far more often. */
const ABANDONED_AFTER_MS = 60_000;
/** Identifies this machine in the names of processes, because machines may share a disk. */
export const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unreadable";
}

/** The names in a directory; none if it does not exist. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (codeOf(error) === "ENOENT") {
      return [];
    }
    throw error;
  }
}

/** A file's size in bytes; 0 if it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") {
      return 0;
    }
    throw error;
  }
}

/** Whether the open file still has its name. */
export async function hasName({ handle, path }: { handle: FileHandle; path: string }): Promise<boolean> {
  try {
    return (await stat(path)).ino === (await handle.stat()).ino;
  } catch {
    return false;
  }
}

/** Creates a directory that only its owner can use. It and its new parents are durable when this resolves. */
export async function makeDirectory(directory: string): Promise<void> {
  const firstMade = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (firstMade !== undefined) {
    // A directory is durable once its parent directory is synced.
    for (let made = resolve(directory); made !== dirname(resolve(firstMade)); made = dirname(made)) {
      await syncDirectory(dirname(made));
    }
  }
}

/** Whether a file's process is dead. A wrong answer is safe: see the rule in `spool.ts`. */
export async function isAbandoned(path: string, owner: string): Promise<boolean> {
  const [pid, host] = owner.split("-");
  if (host === HOST && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
    return true;
  }
  try {
    // Either way: the clock may have been ahead when the file was written.
    return Math.abs(Date.now() - (await stat(path)).mtimeMs) > ABANDONED_AFTER_MS;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
