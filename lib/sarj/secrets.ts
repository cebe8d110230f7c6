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
    const own = ownSecret(secret);
    if (timingSafeEqual(given, own.hash)) {
      matched = own.label;
    }
  }
  return matched;
}

const ownSecrets = new Map<string, { hash: Buffer; label: string }>();

/** Computed once for each of our own secrets, so that the time depends on the candidate alone. */
function ownSecret(secret: string) {
  const known = ownSecrets.get(secret);
  if (known !== undefined) {
    return known;
  }
  const own = { hash: sha256(secret), label: secretLabel(secret) };
  ownSecrets.set(secret, own);
  return own;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
