import { randomUUID } from "node:crypto";

import type { ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";

import { Spool } from "./spool";
import { NotADelivery } from "./spool-damage";

/** Stores deliveries on disk while the database is unavailable. Null without `SPOOL_DIR` and on Vercel, which has no durable disk. */
export function deliverySpool(): Spool | null {
  const directory = env.VERCEL ? undefined : env.SPOOL_DIR;
  return perProcess("spool", () => (directory === undefined ? null : new Spool(directory)));
}

type Head = Omit<ReceivedDelivery, "body" | "receivedAt"> & { receivedAt: string };
/** Older versions stored no id, or no headers. */
type StoredHead = Omit<Head, "id" | "headers"> & Partial<Pick<Head, "id" | "headers">>;

/** Encodes a delivery as one record: the length of the head (4 bytes), the head as JSON, the body as received. */
export function encodeDelivery({ body, receivedAt, ...sender }: ReceivedDelivery): Buffer {
  const head: Head = { ...sender, receivedAt: (receivedAt ?? new Date()).toISOString() };
  const headBytes = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headBytes.length);
  return Buffer.concat([length, headBytes, body]);
}

/**
 * The inverse of `encodeDelivery`. Checks the form of the record only, because the spool has checked its CRC. Throws `NotADelivery` if
 * it has another form, as of a version that did not write this one.
 */
export function decodeDelivery(payload: Buffer): ReceivedDelivery {
  const bodyAt = payload.length < 4 ? Infinity : 4 + payload.readUInt32BE(0);
  if (bodyAt > payload.length) {
    throw new NotADelivery();
  }
  const { id = randomUUID(), headers = null, ...head } = readHead(payload.subarray(4, bodyAt));
  const receivedAt = new Date(head.receivedAt);
  if (typeof head.secretLabel !== "string" || Number.isNaN(receivedAt.getTime())) {
    throw new NotADelivery();
  }
  return { ...head, id, headers, receivedAt, body: payload.subarray(bodyAt) };
}

function readHead(bytes: Buffer): StoredHead {
  try {
    return Object(JSON.parse(bytes.toString("utf8"))) as StoredHead;
  } catch {
    throw new NotADelivery();
  }
}
