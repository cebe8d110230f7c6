import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";

/**
 * Writes deliveries to the spool in its own format (`server/ingest/spool.ts`, `spool-record.ts`, `delivery-spool.ts`), before the application
 * can. A test reads them with the application's own code.
 *
 * Unlike the application, this writes a new file for each batch: it gets its name in the spool when it is complete and durable, and never
 * changes again. Its name says that it belongs to no process, so an application drains it at once.
 */

const MARK = "CBs1";
const HEADER_BYTES = 12;
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;
/** The part of the disk that the spool leaves free: the rule of `server/ingest/spool-space.ts`. */
const RESERVE = { share: 0.05, atLeast: 512 * MEGABYTE, atMost: 2048 * MEGABYTE, ofSmallDisk: 0.5 };
const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
/** The owner in a file's name. The application takes the first part for the id of a process, and there is none. */
const OWNER = `door-${HOST}`;

export class ParkedDeliveries {
  count = 0;
  #directory;
  #queue = [];
  #queuedBytes = 0;
  #isWriting = false;

  /** @param {string} directory */
  constructor(directory) {
    this.#directory = resolve(directory);
  }

  /**
   * Resolves when the delivery is on disk. Rejects with the file system's error, with `SPOOL_FULL` if it would use the reserve, or with
   * `ENOBUFS` if too many bytes wait for the disk.
   *
   * @param {object} head the fields of `ReceivedDelivery` without the body; `receivedAt` in ISO 8601
   * @param {Buffer} body
   * @returns {Promise<void>}
   */
  add(head, body) {
    const record = encode(head, body);
    if (this.#queuedBytes + record.length > MAX_QUEUED_BYTES) {
      return Promise.reject(Object.assign(new Error("too many bytes wait for the disk"), { code: "ENOBUFS" }));
    }
    this.#queuedBytes += record.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      if (!this.#isWriting) {
        void this.#writeQueue();
      }
    });
  }

  /** Deliveries that arrive while a batch is written are the next batch. */
  async #writeQueue() {
    this.#isWriting = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const bytes = Buffer.concat(batch.map(({ record }) => record));
      try {
        await this.#write(bytes);
        this.count += batch.length;
        batch.forEach(({ resolve }) => resolve());
      } catch (error) {
        batch.forEach(({ reject }) => reject(error));
      }
      this.#queuedBytes -= bytes.length;
    }
    this.#isWriting = false;
  }

  async #write(bytes) {
    await makeDirectory(this.#directory);
    await checkSpace(this.#directory, bytes.length);
    // "_" tells the application that the file was complete: a record that is cut off was damaged later (`server/ingest/spool-damage.ts`).
    const id = `${Date.now().toString().padStart(15, "0")}-${randomBytes(6).toString("hex")}_`;
    const name = join(this.#directory, `${id}.${OWNER}-${randomBytes(6).toString("hex")}`);
    try {
      const handle = await open(`${name}.writing`, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${name}.writing`, `${name}.open`);
    } catch (error) {
      await rm(`${name}.writing`, { force: true }).catch(() => {});
      throw error;
    }
    await syncDirectory(this.#directory);
  }

  /** Deletes what a door that was killed did not complete. Nobody got an answer for it. */
  async removeUnfinished() {
    const names = await readdir(this.#directory).catch(() => []);
    for (const name of names.filter((entry) => entry.includes(`.${OWNER}-`) && entry.endsWith(".writing"))) {
      await rm(join(this.#directory, name), { force: true }).catch(() => {});
    }
  }
}

/** The record of a delivery: "CBs1", the payload's length and CRC-32, and the payload: the length of the head, the head, the body. */
function encode(head, body) {
  const headBytes = Buffer.from(JSON.stringify(head));
  const record = Buffer.alloc(HEADER_BYTES + 4 + headBytes.length + body.length);
  record.write(MARK, "latin1");
  record.writeUInt32BE(4 + headBytes.length + body.length, 4);
  record.writeUInt32BE(headBytes.length, HEADER_BYTES);
  headBytes.copy(record, HEADER_BYTES + 4);
  body.copy(record, HEADER_BYTES + 4 + headBytes.length);
  record.writeUInt32BE(crc32(record.subarray(HEADER_BYTES)), 8);
  return record;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

/** CRC-32 as in zlib, whose own function Node has since 20.15 only. */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 0xff];
  }
  return (value ^ 0xffffffff) >>> 0;
}

async function checkSpace(directory, bytes) {
  const { bsize, blocks, bavail } = await statfs(directory);
  const disk = blocks * bsize;
  const wanted = Math.min(Math.max(RESERVE.share * disk, RESERVE.atLeast), RESERVE.atMost);
  if (bavail * bsize - bytes < Math.min(wanted, RESERVE.ofSmallDisk * disk)) {
    throw Object.assign(new Error("the rest of the disk is a reserve"), { code: "SPOOL_FULL" });
  }
}

async function makeDirectory(directory) {
  const firstMade = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (firstMade !== undefined) {
    // A directory is durable once its parent directory is synced.
    for (let made = directory; made !== dirname(resolve(firstMade)); made = dirname(made)) {
      await syncDirectory(dirname(made));
    }
  }
}

async function syncDirectory(directory) {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
