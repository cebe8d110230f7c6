import { crc32 } from "node:zlib";

import type { SpoolFile } from "./spool-file";

/** The format of a spool file. Each record is "CBs1", the payload's length and CRC-32 (4 bytes each, big endian), the payload. */

const MARK = Buffer.from("CBs1");
const HEADER_BYTES = 12;

/** Encodes a payload as a record. */
export function encodeRecord(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MARK.copy(header);
  header.writeUInt32BE(payload.length, 4);
  header.writeUInt32BE(crc32(payload), 8);
  return Buffer.concat([header, payload]);
}

type FoundRecord = {
  /** Offsets of the record's first byte and of the byte after the record. */
  start: number;
  end: number;
  /** Null for damaged bytes. */
  payload: Buffer | null;
};

/** Reads the records from an offset on. Damaged bytes up to the next whole record are reported as one item. Rejects with the file system's error. */
export async function* readRecords(file: SpoolFile, from: number): AsyncGenerator<FoundRecord> {
  let at = from;
  while (at < file.size) {
    const payload = await recordAt(file, at);
    if (payload !== null) {
      yield { start: at, end: at + HEADER_BYTES + payload.length, payload };
      at += HEADER_BYTES + payload.length;
      continue;
    }
    let next = await file.indexOf(MARK, at + 1);
    while (next !== -1 && (await recordAt(file, next)) === null) {
      next = await file.indexOf(MARK, next + 1);
    }
    const end = next === -1 ? file.size : next;
    yield { start: at, end, payload: null };
    at = end;
  }
}

/** How many whole records the file has. */
export async function countRecords(file: SpoolFile): Promise<number> {
  let count = 0;
  for await (const { payload } of readRecords(file, 0)) {
    count += payload === null ? 0 : 1;
  }
  return count;
}

const MAX_GROUP = 64;
const MAX_GROUP_BYTES = 512 * 1024;

/** Whole records that follow each other, and damaged ones by themselves. */
export async function* groupsOf(records: AsyncIterable<FoundRecord>): AsyncGenerator<FoundRecord[]> {
  let group: FoundRecord[] = [];
  let bytes = 0;
  for await (const record of records) {
    const size = record.end - record.start;
    const isFull = group.length === MAX_GROUP || bytes + size > MAX_GROUP_BYTES;
    if (group.length > 0 && (isFull || record.payload === null || group[0]?.payload === null)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(record);
    bytes += size;
  }
  if (group.length > 0) {
    yield group;
  }
}

export function payloadsOf(records: readonly FoundRecord[]): Buffer[] {
  return records.flatMap(({ payload }) => (payload === null ? [] : [payload]));
}

async function recordAt(file: SpoolFile, at: number): Promise<Buffer | null> {
  if (at + HEADER_BYTES > file.size) {
    return null;
  }
  const header = await file.read(at, HEADER_BYTES);
  const length = header.readUInt32BE(4);
  const start = at + HEADER_BYTES;
  if (header.compare(MARK, 0, MARK.length, 0, MARK.length) !== 0 || start + length > file.size) {
    return null;
  }
  const payload = await file.read(start, length);
  return crc32(payload) === header.readUInt32BE(8) ? payload : null;
}

/**
 * Whether the bytes at the end of a file are one record that a process was still writing when it died: no sender got a 2xx for it. Only the
 * beginning of a record is that. A last record whose length alone was damaged is not: its checksum fits the bytes that are there.
 */
export function isUnfinished(rest: Buffer): boolean {
  const marked = Math.min(rest.length, MARK.length);
  if (rest.compare(MARK, 0, marked, 0, marked) !== 0 || rest.includes(MARK, 1)) {
    return false;
  }
  if (rest.length < HEADER_BYTES) {
    return true;
  }
  const payload = rest.subarray(HEADER_BYTES);
  return rest.readUInt32BE(4) > payload.length && rest.readUInt32BE(8) !== crc32(payload);
}
