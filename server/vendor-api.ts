import { createHash } from "node:crypto";

import { clearState, readState, writeState } from "@/db/organization/states";
import { env } from "@/lib/env";
import type { ApiAccess, ApiErrorCode } from "@/lib/sarj/api";

/**
 * Whether the vendor's API can be used: the environment contains a key, and the vendor accepts it. A refusal of the key is stored in
 * the database, so that the jobs of all processes pause. Playing a recording still requests a new URL.
 */

/** The URL and key of the API; null without a key: enrichment, imports and refreshes of recording URLs are off. */
export function apiAccess(): ApiAccess | null {
  return env.SARJ_API_KEY === undefined ? null : { baseUrl: env.SARJ_API_URL, apiKey: env.SARJ_API_KEY };
}

/** Whether a key is configured. The vendor may still refuse it: see `readKeyRefusal`. */
export function hasApiKey(): boolean {
  return apiAccess() !== null;
}

/** While the key is refused, the jobs request only one call per this interval, to test whether the key is accepted again. */
export const KEY_RETRY_MS = 15 * 60 * 1000;

export type KeyRefusal = { error: ApiErrorCode; since: Date; ageMs: number };

/** The key of the row in `states`. */
const REFUSAL_KEY = "sarj_api_stop";
type StoredRefusal = { error: ApiErrorCode; keyDigest: string };

/** The vendor's refusal of the configured key; null if the key is accepted or none is configured. Refusals of other keys are ignored. */
export async function readKeyRefusal(): Promise<KeyRefusal | null> {
  const access = apiAccess();
  const refusal = await readState<StoredRefusal>(REFUSAL_KEY);
  return refusal !== null && access !== null && refusal.value.keyDigest === digest(access.apiKey)
    ? { error: refusal.value.error, since: refusal.updatedAt, ageMs: refusal.ageMs }
    : null;
}

/** Stores that the vendor refused the key. Enrichment and imports pause. */
export async function noteKeyRefusal(access: ApiAccess, error: ApiErrorCode): Promise<void> {
  await writeState(REFUSAL_KEY, { error, keyDigest: digest(access.apiKey) } satisfies StoredRefusal);
}

/** Stores that the vendor accepts the key. Enrichment and imports continue. */
export async function clearKeyRefusal(): Promise<void> {
  await clearState(REFUSAL_KEY);
}

function digest(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}
