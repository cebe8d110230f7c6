import { createHash, timingSafeEqual } from "node:crypto";

/** What a secret is called where it must not be shown: the first eight hex digits of its SHA-256. */
export function secretLabel(secret: string): string {
  return sha256(secret).toString("hex").slice(0, 8);
}

/**
 * The label of the secret that `candidate` is, or null. Both sides are hashed, all secrets are compared and none ends the
 * comparison early, so the time says neither which one matched nor how far.
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
