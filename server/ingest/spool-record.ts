import { crc32 } from "node:zlib";

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

/** Reads the records from an offset on. Damaged bytes up to the next whole record are reported as one item. */
export function* readRecords(bytes: Buffer, from: number): Generator<FoundRecord> {
  let at = from;
  while (at < bytes.length) {
    const payload = recordAt(bytes, at);
    if (payload !== null) {
      yield { start: at, end: at + HEADER_BYTES + payload.length, payload };
      at += HEADER_BYTES + payload.length;
      continue;
    }
    let next = bytes.indexOf(MARK, at + 1);
    while (next !== -1 && recordAt(bytes, next) === null) {
      next = bytes.indexOf(MARK, next + 1);
    }
    const end = next === -1 ? bytes.length : next;
    yield { start: at, end, payload: null };
    at = end;
  }
}

const MAX_GROUP = 64;
const MAX_GROUP_BYTES = 512 * 1024;

/** Whole records that follow each other, and damaged ones by themselves. */
export function* groupsOf(records: Iterable<FoundRecord>): Generator<FoundRecord[]> {
  let group: FoundRecord[] = [];
  let bytes = 0;
  for (const record of records) {
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

function recordAt(bytes: Buffer, at: number): Buffer | null {
  if (at + HEADER_BYTES > bytes.length || bytes.compare(MARK, 0, MARK.length, at, at + MARK.length) !== 0) {
    return null;
  }
  const start = at + HEADER_BYTES;
  const length = bytes.readUInt32BE(at + 4);
  if (start + length > bytes.length) {
    return null;
  }
  const payload = bytes.subarray(start, start + length);
  return crc32(payload) === bytes.readUInt32BE(at + 8) ? payload : null;
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
