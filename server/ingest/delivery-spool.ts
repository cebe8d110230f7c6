import { randomUUID } from "node:crypto";

import type { ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";

import { Spool } from "./spool";

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

/** The inverse of `encodeDelivery`. Does not validate, because the spool has checked the record's CRC. */
export function decodeDelivery(payload: Buffer): ReceivedDelivery {
  const bodyAt = 4 + payload.readUInt32BE(0);
  const {
    id = randomUUID(),
    headers = null,
    ...head
  } = JSON.parse(payload.subarray(4, bodyAt).toString("utf8")) as StoredHead;
  return { ...head, id, headers, receivedAt: new Date(head.receivedAt), body: payload.subarray(bodyAt) };
}
