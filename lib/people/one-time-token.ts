import { createHash, randomBytes } from "node:crypto";

/** Generates a token for a one-time link: 256 random bits, safe in a URL path. Only its hash is stored, so it can be shown only once. */
export function makeToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The stored form of a token: SHA-256, hex. Needs no salt, because nobody can guess 256 random bits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
