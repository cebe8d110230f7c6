import { createHash, timingSafeEqual } from "node:crypto";

/** Identifies a secret without revealing it: the first eight hex digits of its SHA-256. */
export function secretLabel(secret: string): string {
  return sha256(secret).toString("hex").slice(0, 8);
}

/**
 * The label of the secret that equals `candidate`; null if no secret does. Hashes both sides and compares every secret, so
 * that the time does not reveal which secret matched, or how many characters matched.
 */
export function matchSecret(candidate: string, secrets: readonly string[]): string | null {
  const given = sha256(candidate);
  let matched: string | null = null;
  for (const secret of secrets) {
    if (timingSafeEqual(given, sha256(secret))) {
      matched = secretLabel(secret);
    }
  }
  return matched;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
