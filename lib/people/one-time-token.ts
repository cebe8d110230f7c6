import { createHash, randomBytes } from "node:crypto";

/** A new token for a one-time link: 256 random bits, safe in a path. Only its hash is stored, so it can be shown only once. */
export function makeToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The hash that is stored and looked up: SHA-256, hex. No salt is needed, because nobody can guess 256 random bits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
