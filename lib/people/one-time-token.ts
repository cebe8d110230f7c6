import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, safe in a path. It is shown once; only its hash is kept. */
export function makeToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored and looked up. A plain hash is enough: nobody can try out 256 random bits. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
