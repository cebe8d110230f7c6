import { randomBytes } from "node:crypto";
import { open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { hasName, makeDirectory, syncDirectory } from "./spool-files";
import { encodeRecord } from "./spool-record";
import { freeBytes, SPOOL_FULL } from "./spool-space";

/** The part of the spool that appends: one file at a time, whose records are durable (fsync) before `append` resolves. See `spool.ts`. */
export class SpoolWriter {
  private queue: { record: Buffer; resolve: () => void; reject: (error: unknown) => void }[] = [];
  private current: Appending | null = null;
  private queuedBytes = 0;
  private appended = { records: 0, bytes: 0 };
  private turn: Promise<unknown> = Promise.resolve();
  /** How many bytes of each file that was closed are acknowledged, by the file's id. Who removes the file removes its entry. */
  readonly acknowledged = new Map<string, number>();
  /** How many records each closed file has that no drain has taken over yet, by the file's id. */
  readonly closed = new Map<string, number>();

  /**
   * @param directory created on first use, accessible only to the owner
   * @param owner the part of the file names that identifies the process
   */
  constructor(
    private readonly directory: string,
    private readonly owner: string,
  ) {}

  /** How many records the current file has. */
  get records(): number {
    return this.current?.records ?? 0;
  }

  /** The current file; undefined if there is none. */
  get path(): string | undefined {
    return this.current?.path;
  }

  /** The average size of the records so far; null if there are none. */
  get averageBytes(): number | null {
    return this.appended.records === 0 ? null : this.appended.bytes / this.appended.records;
  }

  /**
   * Resolves when the record is on disk. If it rejects, the record is not stored. Rejects with the file system's error (such
   * as `ENOSPC`), with `SPOOL_FULL` if it would use the disk's reserve, or with `ENOBUFS` if too many bytes are in memory because
   * the disk hangs.
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

  /** Closes the current file. */
  close(): Promise<void> {
    return this.inTurn(() => this.closeCurrent());
  }

  private async writeQueue(): Promise<void> {
    const batch = this.queue;
    this.queue = [];
    const bytes = batch.reduce((sum, { record }) => sum + record.length, 0);
    try {
      await this.checkSpace(bytes);
      await this.write(Buffer.concat(batch.map(({ record }) => record)), batch.length);
      this.appended.records += batch.length;
      this.appended.bytes += bytes;
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

  private async checkSpace(bytes: number): Promise<void> {
    const free = await freeBytes(this.directory);
    if (free !== null && free < bytes) {
      throw Object.assign(new Error("the rest of the disk is reserved"), { code: SPOOL_FULL });
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
    await makeDirectory(this.directory);
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
    return { handle, path, id, size: 0, records: 0 };
  }

  private async closeCurrent(): Promise<void> {
    const file = this.current;
    this.current = null;
    if (file !== null) {
      this.acknowledged.set(file.id, file.size);
      this.closed.set(file.id, file.records);
      await file.handle.close().catch(() => {});
    }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.turn.then(work);
    this.turn = run.catch(() => {});
    return run;
  }
}

type Appending = { handle: FileHandle; path: string; id: string; size: number; records: number };

const ROTATE_AT_BYTES = 32 * 1024 * 1024;
/** Enough for 200 held bodies and their retries if the disk hangs. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
