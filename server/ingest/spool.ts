import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, rm, stat, utimes, type FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";

import { encodeRecord, readRecords } from "./spool-record";

/**
 * A queue on disk: append-only files whose records are durable (fsync) before `append` resolves. Each process appends to a
 * separate file. The next process that drains takes over the files of dead processes.
 *
 * One rule makes locks unnecessary. A file is renamed before it is drained, and after every fsync the writer checks whether
 * the file still has its name. If so, the process that renames the file later will read the record. If not, the writer
 * writes the record again, to a new file. At worst a record is delivered twice.
 *
 * File names: `<id>.<process>.open` while a process appends, `<id>.<process>.taken` while a process drains. Ids sort by age.
 */
export class Spool {
  private readonly owner = `${process.pid}-${HOST}-${randomBytes(6).toString("hex")}`;
  private queue: { record: Buffer; resolve: () => void; reject: (error: unknown) => void }[] = [];
  private current: Appending | null = null;
  private queuedBytes = 0;
  private readonly taken = new Map<string, { next: number; left: number }>();
  /** The error code of each file that could not be taken over. Each counts as one waiting record. */
  private readonly unreadable = new Map<string, string>();
  private turn: Promise<unknown> = Promise.resolve();
  private draining: Promise<Drained> | null = null;

  /** @param directory created on first use, accessible only to the owner */
  constructor(private readonly directory: string) {}

  /** How many records wait to be drained. Includes the records of dead processes after a drain has found them. */
  get waiting(): number {
    let count = (this.current?.records ?? 0) + this.unreadable.size;
    for (const { left } of this.taken.values()) {
      count += left;
    }
    return count;
  }

  /** Whether the directory contains no records of any process. */
  async isEmpty(): Promise<boolean> {
    for (const name of await namesIn(this.directory)) {
      if (FILE_NAME.test(name) && (await sizeOf(join(this.directory, name))) > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Resolves when the record is on disk. If it rejects, the record is not stored. Rejects with the file system's error (such
   * as `ENOSPC`), or with `ENOBUFS` if too many bytes are in memory because the disk hangs.
   */
  append(payload: Uint8Array): Promise<void> {
    if (this.queuedBytes + payload.length > MAX_QUEUED_BYTES) {
      return Promise.reject(Object.assign(new Error("too many bytes wait for the disk"), { code: "ENOBUFS" }));
    }
    return new Promise((resolve, reject) => {
      const record = encodeRecord(payload);
      this.queuedBytes += record.length;
      this.queue.push({ record, resolve, reject });
      if (this.queue.length === 1) {
        // Records that are appended while an earlier batch is written share the next fsync.
        void this.inTurn(() => this.writeQueue());
      }
    });
  }

  /**
   * Passes every record to `deliver`, oldest first, and removes each file after all of its records were delivered. Stops at
   * the first rejection; the next drain continues there. Concurrent calls share one run.
   */
  drain(deliver: (payload: Buffer) => Promise<void>): Promise<Drained> {
    this.draining ??= this.drainAll(deliver).finally(() => {
      this.draining = null;
    });
    return this.draining;
  }

  /** Closes the current file. The next drain, in this or another process, delivers its records. */
  close(): Promise<void> {
    return this.inTurn(() => this.closeCurrent());
  }

  /* ── Writing ─────────────────────────────────────────────────────────────────────────────────────────────────── */

  private async writeQueue(): Promise<void> {
    const batch = this.queue;
    this.queue = [];
    const bytes = batch.reduce((sum, { record }) => sum + record.length, 0);
    try {
      await this.write(Buffer.concat(batch.map(({ record }) => record)), batch.length);
      for (const { resolve } of batch) {
        resolve();
      }
    } catch (error) {
      for (const { reject } of batch) {
        reject(error);
      }
    } finally {
      this.queuedBytes -= bytes;
    }
  }

  private async write(bytes: Buffer, records: number): Promise<void> {
    for (;;) {
      const file = (this.current ??= await this.create());
      try {
        await file.handle.appendFile(bytes);
        await file.handle.datasync();
      } catch (error) {
        // After a failed write or fsync, the end of the file is unknown. Truncate it to the known part and use a new file.
        await file.handle.truncate(file.size).catch(() => {});
        await this.closeCurrent();
        throw error;
      }
      file.size += bytes.length;
      file.records += records;
      const isStillOurs = await hasName(file);
      if (!isStillOurs || file.size > ROTATE_AT_BYTES) {
        await this.closeCurrent();
      }
      if (isStillOurs) {
        return;
      }
    }
  }

  private async create(): Promise<Appending> {
    const firstMade = await mkdir(this.directory, { recursive: true, mode: 0o700 });
    if (firstMade !== undefined) {
      // A directory is durable once its parent directory is synced.
      for (let made = resolve(this.directory); made !== dirname(resolve(firstMade)); made = dirname(made)) {
        await syncDirectory(dirname(made));
      }
    }
    const id = `${Date.now().toString().padStart(15, "0")}-${randomBytes(6).toString("hex")}`;
    const path = join(this.directory, `${id}.${this.owner}.open`);
    const handle = await open(path, "ax", 0o600);
    try {
      await syncDirectory(this.directory);
    } catch (error) {
      await handle.close().catch(() => {});
      await rm(path, { force: true }).catch(() => {});
      throw error;
    }
    return { handle, path, size: 0, records: 0 };
  }

  private async closeCurrent(): Promise<void> {
    const file = this.current;
    this.current = null;
    await file?.handle.close().catch(() => {});
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.turn.then(work);
    this.turn = run.catch(() => {});
    return run;
  }

  /* ── Draining ────────────────────────────────────────────────────────────────────────────────────────────────── */

  private async drainAll(deliver: (payload: Buffer) => Promise<void>): Promise<Drained> {
    const drained: Drained = { delivered: 0, damagedBytes: 0, unreadable: null, stoppedBy: null };
    for (;;) {
      const paths = await this.take();
      drained.unreadable = [...this.unreadable.values()][0] ?? null;
      if (paths.length === 0) {
        return drained;
      }
      for (const path of paths) {
        try {
          await this.drainFile(path, deliver, drained);
        } catch (error) {
          return { ...drained, stoppedBy: error };
        }
      }
    }
  }

  private async drainFile(path: string, deliver: (payload: Buffer) => Promise<void>, drained: Drained): Promise<void> {
    const place = this.taken.get(path) ?? { next: 0, left: 0 };
    for (const { payload, start, end } of readRecords(await readFile(path), place.next)) {
      if (payload === null) {
        drained.damagedBytes += end - start;
      } else {
        await deliver(payload);
        drained.delivered += 1;
        place.left -= 1;
      }
      place.next = end;
    }
    await rm(path, { force: true });
    this.taken.delete(path);
  }

  /** Takes over files and lists them, oldest first. Takes the current file only if there is no other file. */
  private async take(): Promise<string[]> {
    const names = (await namesIn(this.directory)).sort();
    const taken: string[] = [];
    this.unreadable.clear();
    for (const name of names) {
      try {
        const path = await this.takeOver(name);
        if (path !== null) {
          taken.push(path);
        }
      } catch (error) {
        // The file belongs to another user or has a bad block. Continue with the other files.
        this.unreadable.set(name, (error as NodeJS.ErrnoException).code ?? "unreadable");
      }
    }
    for (const path of this.taken.keys()) {
      if (!taken.includes(path)) {
        this.taken.delete(path);
      }
    }
    if (taken.length > 0 || (this.current?.records ?? 0) === 0) {
      return taken;
    }
    await this.close();
    return this.take();
  }

  private async takeOver(name: string): Promise<string | null> {
    const [, id, owner, state] = FILE_NAME.exec(name) ?? [];
    const from = join(this.directory, name);
    if (id === undefined || owner === undefined || from === this.current?.path) {
      return null;
    }
    if (owner !== this.owner && !(await isAbandoned(from, owner))) {
      return null;
    }
    const path = join(this.directory, `${id}.${this.owner}.taken`);
    try {
      if (owner !== this.owner || state === "open") {
        await rename(from, path);
      }
      const now = new Date();
      await utimes(path, now, now);
      if (!this.taken.has(path)) {
        const records = [...readRecords(await readFile(path), 0)].filter(({ payload }) => payload !== null);
        this.taken.set(path, { next: 0, left: records.length });
      }
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        // Another process took the file first.
        return null;
      }
      throw error;
    }
  }
}

export type Drained = {
  delivered: number;
  /** Bytes outside records, such as a record cut off by a crash before the fsync, whose `append` did not resolve. */
  damagedBytes: number;
  /** The error code of a file that could not be taken over; null if all files could. */
  unreadable: string | null;
  /** The rejection that stopped the run; null if all records were delivered. */
  stoppedBy: unknown;
};

type Appending = { handle: FileHandle; path: string; size: number; records: number };

const FILE_NAME = /^([^.]+)\.([^.]+)\.(open|taken)$/;
const ROTATE_AT_BYTES = 32 * 1024 * 1024;
/** Enough for 200 held bodies and their retries if the disk hangs. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** A live process touches its files far more often. */
const ABANDONED_AFTER_MS = 60_000;
const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/* ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────── */

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return 0;
    }
    throw error;
  }
}

async function hasName({ handle, path }: Appending): Promise<boolean> {
  try {
    return (await stat(path)).ino === (await handle.stat()).ino;
  } catch {
    return false;
  }
}

/** Whether a file's process is dead. A wrong answer is safe: see the rule above. */
async function isAbandoned(path: string, owner: string): Promise<boolean> {
  const [pid, host] = owner.split("-");
  if (host === HOST && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
    return true;
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs > ABANDONED_AFTER_MS;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
