import { hash } from "node:crypto";

/** One authenticated request to the webhook, as received. */
export type ReceivedDelivery = {
  /** Identifies the request: recording it again does not count it twice. */
  id: string;
  /** The bytes as received, compressed if `contentEncoding` says so. */
  body: Uint8Array;
  contentType: string | null;
  contentEncoding: string | null;
  /** The headers to keep, see `lib/http/kept-headers.ts`. Null if they are unknown. */
  headers: Record<string, string> | null;
  sourceIp: string | null;
  secretLabel: string;
  /** When the request was received; null for now. Set for deliveries from the spool. */
  receivedAt: Date | null;
};

/** Known for the delivery's row and for its log line. */
const hashes = new WeakMap<Uint8Array, string>();

/** Hex SHA-256 of a body. Together with the call's id it identifies a delivery. */
export function bodySha256(body: Uint8Array): string {
  const known = hashes.get(body) ?? hash("sha256", body);
  hashes.set(body, known);
  return known;
}
