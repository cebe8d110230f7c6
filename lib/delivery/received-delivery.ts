import { createHash } from "node:crypto";

/** One authentic request to the webhook, as it was received. */
export type ReceivedDelivery = {
  /** One per request. Recording the same request again does not count it twice. */
  id: string;
  /** The bytes as received, still compressed where `contentEncoding` says so. */
  body: Uint8Array;
  contentType: string | null;
  contentEncoding: string | null;
  sourceIp: string | null;
  secretLabel: string;
  /** When it was received; null for now. Set for a delivery that waited in the spool. */
  receivedAt: Date | null;
};

/** Hex SHA-256 of a body. With the call's id it identifies a delivery. */
export function bodySha256(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
