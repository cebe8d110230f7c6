import { randomBytes } from "node:crypto";
import { rename, rm, utimes } from "node:fs/promises";
import { basename, join } from "node:path";

import { keepDamaged, listDamaged, NotADelivery, putBackDamaged, wasComplete } from "./spool-damage";
import { SpoolFile } from "./spool-file";
import { codeOf, FILE_NAME, HOST, isAbandoned, namesIn, sizeOf } from "./spool-files";
import { countRecords, groupsOf, isUnfinished, payloadsOf, readRecords } from "./spool-record";
import { freeBytes, type SpaceState, spaceState } from "./spool-space";
import { SpoolWriter } from "./spool-writer";

/**
 * A queue on disk: append-only files whose records are durable (fsync) before `append` resolves. Each process appends to a
 * separate file. The next process that drains takes over the files of dead processes.
 *
 * One rule makes locks unnecessary. A file is renamed before it is drained, and after every fsync the writer checks whether
 * the file still has its name. If so, the process that renames the file later will read the record. If not, the writer
 * writes the record again, to a new file. At worst a record is delivered twice.
 *
 * File names: `<id>.<process>.open` while a process appends, `<id>.<process>.taken` while a process drains. Ids sort by age. Bytes that
 * cannot be read become files of their own: see `spool-damage.ts`.
 */
export class Spool {
  private readonly owner = `${process.pid}-${HOST}-${randomBytes(6).toString("hex")}`;
  private readonly writer: SpoolWriter;
  private readonly taken = new Map<string, Taken>();
  /** The files, by id, that could not be taken over, read, or removed. Each counts as one waiting record. */
  private readonly unreadable = new Map<string, { code: string; retryAt: number }>();
  private draining: Promise<Drained> | null = null;

  /** @param directory created on first use, accessible only to the owner */
  constructor(readonly directory: string) {
    this.writer = new SpoolWriter(directory, this.owner);
  }

  /** How many records wait to be drained. Includes the records of dead processes after a drain has found them. */
  get waiting(): number {
    let count = this.writer.records + this.unreadable.size;
    for (const { left } of this.taken.values()) {
      count += left;
    }
    for (const records of this.writer.closed.values()) {
      count += records;
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

  /** What people should know of the spool. Rejects with the file system's error if the directory cannot be read. */
  async condition(): Promise<SpoolCondition> {
    const [damaged, names, free] = await Promise.all([
      listDamaged(this.directory),
      namesIn(this.directory),
      freeBytes(this.directory),
    ]);
    const sizes = await Promise.all(names.map((name) => sizeOf(join(this.directory, name)).catch(() => 0)));
    const usedBytes = sizes.reduce((sum, size) => sum + size, 0);
    return {
      damaged: damaged.length,
      unreadable: [...this.unreadable.values()].map(({ code }) => code),
      space: free === null ? null : { usedBytes, freeBytes: free, state: spaceState({ usedBytes, freeBytes: free }) },
      averageBytes: this.writer.averageBytes,
    };
  }

  /** Reads a damaged file again, at the next drain. Returns whether there was one with this name. */
  tryDamagedAgain(name: string): Promise<boolean> {
    return putBackDamaged(this.directory, name, this.owner);
  }

  /** See `SpoolWriter.append`. */
  append(payload: Uint8Array): Promise<void> {
    return this.writer.append(payload);
  }

  /**
   * Passes every record to `deliver`, oldest first, and removes each file after all of its records were delivered and its damaged bytes
   * were kept. Stops at the first rejection; the next drain continues there. A rejection with `NotADelivery` does not stop it: the record
   * is kept as damaged. A file that cannot be read stops no other file. Concurrent calls share one run.
   *
   * @param together delivers records that follow each other; those of a group that it does not deliver are passed to `deliver`, one by one
   */
  drain(deliver: Deliver, together: Together = NOT_TOGETHER): Promise<Drained> {
    this.draining ??= this.drainAll(deliver, together).finally(() => {
      this.draining = null;
    });
    return this.draining;
  }

  /** Closes the current file. The next drain, in this or another process, delivers its records. */
  close(): Promise<void> {
    return this.writer.close();
  }

  /* ── Draining ────────────────────────────────────────────────────────────────────────────────────────────────── */

  private async drainAll(deliver: Deliver, together: Together): Promise<Drained> {
    const drained: Drained = { delivered: 0, damagedBytes: 0, unfinishedBytes: 0, unreadable: null, stoppedBy: null };
    for (;;) {
      const files = await this.take();
      drained.unreadable = this.firstUnreadable();
      if (files.length === 0) {
        return drained;
      }
      for (const file of files) {
        try {
          await this.drainFile(file, deliver, together, drained);
        } catch (error) {
          if (error instanceof Stopped) {
            return { ...drained, unreadable: this.firstUnreadable(), stoppedBy: error.cause };
          }
          this.setAside(file.id, error);
        }
      }
    }
  }

  private async drainFile(
    { id, path }: TakenFile,
    deliver: Deliver,
    together: Together,
    drained: Drained,
  ): Promise<void> {
    const place: Taken = this.taken.get(path) ?? { next: 0, left: 0, damaged: [] };
    await SpoolFile.with(path, async (file) => {
      await this.deliverRecords(file, id, place, { deliver, together, drained });
      for (let damaged = place.damaged[0]; damaged !== undefined; damaged = place.damaged[0]) {
        const { start, end } = damaged;
        await keepDamaged(this.directory, id, start, await file.read(start, end - start));
        drained.damagedBytes += end - start;
        place.damaged.shift();
      }
    });
    await rm(path, { force: true });
    this.taken.delete(path);
    this.writer.acknowledged.delete(id);
  }

  private async deliverRecords(
    file: SpoolFile,
    id: string,
    place: Taken,
    { deliver, together, drained }: { deliver: Deliver; together: Together; drained: Drained },
  ): Promise<void> {
    const groups = groupsOf(readRecords(file, place.next));
    let following = await groups.next();
    // The same array is passed to `together` twice, first as the following group: by it, `together` knows what it has prepared.
    let next = following.done === true ? [] : payloadsOf(following.value);
    while (following.done !== true) {
      const records = following.value;
      const payloads = next;
      following = await groups.next();
      next = following.done === true ? [] : payloadsOf(following.value);
      if (payloads.length > 1 && (await together(payloads, next))) {
        place.left -= payloads.length;
        place.next = records.at(-1)?.end ?? place.next;
        drained.delivered += payloads.length;
        continue;
      }
      for (const { payload, start, end } of records) {
        const isDelivered = payload !== null && (await this.deliverOne(payload, deliver, place));
        if (isDelivered) {
          drained.delivered += 1;
        } else if (payload === null && end === file.size && (await this.isUnacknowledged(id, file, start))) {
          drained.unfinishedBytes += end - start;
        } else {
          place.damaged.push({ start, end });
        }
        place.next = end;
      }
    }
  }

  /** Returns false for a record that holds no delivery. Throws `Stopped` for any other rejection. */
  private async deliverOne(payload: Buffer, deliver: Deliver, place: Taken): Promise<boolean> {
    try {
      await deliver(payload);
      place.left -= 1;
      return true;
    } catch (error) {
      if (error instanceof NotADelivery) {
        place.left -= 1;
        return false;
      }
      throw new Stopped(error);
    }
  }

  /** Whether no sender got a 2xx for the damaged bytes at the end of a file. Of a dead process's file only their form tells. */
  private async isUnacknowledged(id: string, file: SpoolFile, start: number): Promise<boolean> {
    const acknowledged = this.writer.acknowledged.get(id);
    if (acknowledged !== undefined) {
      return start >= acknowledged;
    }
    return !wasComplete(id) && isUnfinished(await file.read(start, file.size - start));
  }

  private setAside(id: string, error: unknown): void {
    this.writer.closed.delete(id);
    this.unreadable.set(id, { code: codeOf(error), retryAt: performance.now() + RETRY_UNREADABLE_MS });
  }

  private firstUnreadable(): string | null {
    return [...this.unreadable.values()][0]?.code ?? null;
  }

  /** Takes over files and lists them, oldest first. Takes the current file only if there is no other file. */
  private async take(): Promise<TakenFile[]> {
    const names = (await namesIn(this.directory)).sort();
    const taken: TakenFile[] = [];
    const ids = new Set<string>();
    for (const name of names) {
      const [, id = name] = FILE_NAME.exec(name) ?? [];
      ids.add(id);
      if ((this.unreadable.get(id)?.retryAt ?? 0) > performance.now()) {
        continue;
      }
      this.unreadable.delete(id);
      try {
        const path = await this.takeOver(name);
        if (path !== null) {
          taken.push({ id, path });
        }
      } catch (error) {
        // The file belongs to another user or has a bad block. Continue with the other files.
        this.setAside(id, error);
      }
    }
    this.forget(ids, taken);
    if (taken.length > 0 || this.writer.records === 0) {
      return taken;
    }
    await this.close();
    return this.take();
  }

  /** Forgets the files that another process has taken or somebody has removed. */
  private forget(ids: Set<string>, taken: TakenFile[]): void {
    for (const path of this.taken.keys()) {
      if (!taken.some((file) => file.path === path)) {
        const [, id = ""] = FILE_NAME.exec(basename(path)) ?? [];
        if (!this.unreadable.has(id)) {
          this.taken.delete(path);
        }
      }
    }
    for (const map of [this.unreadable, this.writer.acknowledged, this.writer.closed]) {
      for (const id of map.keys()) {
        if (!ids.has(id)) {
          map.delete(id);
        }
      }
    }
  }

  private async takeOver(name: string): Promise<string | null> {
    const [, id, owner, state] = FILE_NAME.exec(name) ?? [];
    const from = join(this.directory, name);
    if (id === undefined || owner === undefined || from === this.writer.path) {
      return null;
    }
    if (owner !== this.owner) {
      this.writer.closed.delete(id);
      if (!(await isAbandoned(from, owner))) {
        return null;
      }
    }
    const path = join(this.directory, `${id}.${this.owner}.taken`);
    try {
      if (owner !== this.owner || state === "open") {
        await rename(from, path);
      }
      const now = new Date();
      await utimes(path, now, now);
      if (!this.taken.has(path)) {
        this.taken.set(path, { next: 0, left: await SpoolFile.with(path, countRecords), damaged: [] });
      }
      this.writer.closed.delete(id);
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

type Deliver = (payload: Buffer) => Promise<void>;

/**
 * Delivers a group of records, and returns whether it did. Never rejects: a group may contain one that cannot be delivered.
 *
 * @param following the group after it, so that it can be prepared meanwhile
 */
export type Together = (payloads: readonly Buffer[], following: readonly Buffer[]) => Promise<boolean>;

const NOT_TOGETHER: Together = () => Promise.resolve(false);

export type Drained = {
  delivered: number;
  /** Bytes that could not be read as a record, or held no delivery. They are kept. */
  damagedBytes: number;
  /** Bytes of records cut off by a crash before the fsync, whose `append` did not resolve. They are discarded. */
  unfinishedBytes: number;
  /** The error code of a file that could not be taken over, read or removed; null if all files could. */
  unreadable: string | null;
  /** The rejection that stopped the run; null if all records were delivered. */
  stoppedBy: unknown;
};

export type SpoolCondition = {
  /** How many damaged files are kept. */
  damaged: number;
  /** The error code of each unreadable file. */
  unreadable: string[];
  /** Null if the system does not say how much of the disk is free. */
  space: { usedBytes: number; freeBytes: number; state: SpaceState } | null;
  /** The average size of the records that this process has appended; null if there are none. */
  averageBytes: number | null;
};

type Taken = {
  /** Where the next record begins. */
  next: number;
  /** How many whole records have not been delivered. */
  left: number;
  /** Damaged bytes that were passed and are not kept yet. */
  damaged: { start: number; end: number }[];
};
type TakenFile = { id: string; path: string };

/** Wraps the rejection of `deliver`, to tell it from the errors of the file system. */
class Stopped extends Error {
  constructor(reason: unknown) {
    super("a record was not delivered", { cause: reason });
  }
}

const RETRY_UNREADABLE_MS = 10_000;
