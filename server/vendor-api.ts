import { createHash } from "node:crypto";

import { clearState, readState, writeState } from "@/db/organization/states";
import { env } from "@/lib/env";
import type { ApiAccess, ApiErrorCode } from "@/lib/sarj/api";

/**
 * Whether the vendor's API can be asked: with a key in the environment, and as long as the vendor accepts it. All processes
 * share what the vendor last said about the key, so that none of them keeps asking with a key that was refused.
 */

/** How to reach the API. Null without a key: enrichment, imports and refreshes are off. */
export function apiAccess(): ApiAccess | null {
  return env.SARJ_API_KEY === undefined ? null : { baseUrl: env.SARJ_API_URL, apiKey: env.SARJ_API_KEY };
}

/** Whether a key is configured. It may still be refused: see `readKeyRefusal`. */
export function hasApiKey(): boolean {
  return apiAccess() !== null;
}

/** While the key is refused the jobs ask nothing, except one call in this time to see whether it is accepted again. */
export const KEY_RETRY_MS = 15 * 60 * 1000;

export type KeyRefusal = { error: ApiErrorCode; since: Date; ageMs: number };

/** Under this key of `states`. */
const REFUSAL_KEY = "sarj_api_stop";
type StoredRefusal = { error: ApiErrorCode; keyDigest: string };

/** The refusal of the key in use; null while the vendor accepts it, or without a key. A refusal of another key does not count. */
export async function readKeyRefusal(): Promise<KeyRefusal | null> {
  const access = apiAccess();
  const refusal = await readState<StoredRefusal>(REFUSAL_KEY);
  return refusal !== null && access !== null && refusal.value.keyDigest === digest(access.apiKey)
    ? { error: refusal.value.error, since: refusal.updatedAt, ageMs: refusal.ageMs }
    : null;
}

/** Stores that the vendor refused the key: everything that asks the API stops. */
export async function noteKeyRefusal(access: ApiAccess, error: ApiErrorCode): Promise<void> {
  await writeState(REFUSAL_KEY, { error, keyDigest: digest(access.apiKey) } satisfies StoredRefusal);
}

/** Stores that the vendor accepts the key: everything that asks the API continues. */
export async function clearKeyRefusal(): Promise<void> {
  await clearState(REFUSAL_KEY);
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}
