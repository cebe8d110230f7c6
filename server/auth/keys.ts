import { createHash } from "node:crypto";

import { env } from "@/lib/env";

/** A key's version: part of its hash, so that a key keeps its version wherever it stands in the list. */
function versionOf(key: string): number {
  return Number.parseInt(createHash("sha256").update(key).digest("hex").slice(0, 7), 16);
}

const [current = ""] = env.AUTH_SECRET;

/**
 * The keys of AUTH_SECRET for better-auth: the first signs and encrypts, the others only decrypt. `secret` decrypts what versions without a list
 * wrote, until `renewSecondFactors` has encrypted it again: their only key is the
 * last of the list, which `lib/env-schema.ts` follows with the whole text.
 */
export const authKeys = {
  secret: env.AUTH_SECRET.at(env.AUTH_SECRET.length > 1 ? -2 : -1) ?? current,
  secrets: env.AUTH_SECRET.map((value) => ({ version: versionOf(value), value })),
};

/** The prefix of everything that the current key has encrypted: better-auth's envelope. */
export const CURRENT_ENVELOPE = `$ba$${versionOf(current)}$`;
