import { type FileHandle, open } from "node:fs/promises";

/** How much of a file is in memory at a time; more only if a record is larger. */
const WINDOW_BYTES = 1024 * 1024;

/** A file of the spool that is read from its beginning to its end, a part at a time. */
export class SpoolFile {
  private window: Buffer = Buffer.alloc(0);
  /** Where the window is in the file. */
  private from = 0;

  private constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** Opens a file that does not grow any more, for as long as `work` takes. Rejects with the file system's error, as for a directory. */
  static async with<T>(path: string, work: (file: SpoolFile) => Promise<T>): Promise<T> {
    const handle = await open(path, "r");
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) {
        throw Object.assign(new Error("a directory"), { code: "EISDIR" });
      }
      return await work(new SpoolFile(handle, stats.size));
    } finally {
      await handle.close();
    }
  }

  /** The bytes at an offset, all of which must be in the file. What was read before stays valid. */
  async read(start: number, length: number): Promise<Buffer> {
    if (start < this.from || start + length > this.from + this.window.length) {
      this.window = await this.load(start, Math.min(Math.max(length, WINDOW_BYTES), this.size - start));
      this.from = start;
    }
    return this.window.subarray(start - this.from, start - this.from + length);
  }

  /** Where these bytes begin next, from an offset on; -1 if nowhere. */
  async indexOf(bytes: Buffer, start: number): Promise<number> {
    let at = start;
    while (at + bytes.length <= this.size) {
      const isKnown = at >= this.from && at + bytes.length <= this.from + this.window.length;
      const end = isKnown ? this.from + this.window.length : Math.min(at + WINDOW_BYTES, this.size);
      const part = await this.read(at, end - at);
      const place = part.indexOf(bytes);
      if (place !== -1) {
        return at + place;
      }
      // The bytes may begin at the end of this part.
      at = end - bytes.length + 1;
    }
    return -1;
  }

  private async load(start: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(bytes, filled, length - filled, start + filled);
      if (bytesRead === 0) {
        throw Object.assign(new Error("the file has become shorter"), { code: "EIO" });
      }
      filled += bytesRead;
    }
    return bytes;
  }
}
