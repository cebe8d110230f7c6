import { ORGANIZATION_DEFAULTS, type OrganizationSettings, readOrganization } from "@/db/organization/settings";
import { perProcess } from "@/lib/per-process";

/**
 * The organization's settings, which every page needs: every formatted time uses the organization's zone. They rarely change, and the error
 * pages need them too, so each process caches them for a few seconds, and continues to use the last ones while the database is
 * unavailable. During that time numbers are always masked.
 */
const FRESH_MS = 5_000;
/** The longest time that a page waits for the settings. */
const READ_TIMEOUT_MS = 1_500;

type Cache = {
  fresh?: { value: OrganizationSettings; until: number };
  /** The latest value, which is kept when `fresh` is deleted. */
  last?: OrganizationSettings;
  pending?: Promise<OrganizationSettings>;
};

const cache = perProcess<Cache>("organization", () => ({}));

/** Never throws, and resolves within `READ_TIMEOUT_MS`. The settings are at most `FRESH_MS` old, unless the database is unavailable. */
export async function getOrganization(): Promise<OrganizationSettings> {
  const { fresh } = cache;
  if (fresh && fresh.until > Date.now()) {
    return fresh.value;
  }
  cache.pending ??= readSettings();
  return cache.pending;
}

/** Clears the cache. Call it after saving the settings, so that the next page of this process shows them. */
export function forgetOrganization(): void {
  delete cache.fresh;
  // A running query may have read the old settings.
  delete cache.pending;
}

function readSettings(): Promise<OrganizationSettings> {
  const timeout = Promise.withResolvers<null>();
  const timer = setTimeout(() => timeout.resolve(null), READ_TIMEOUT_MS);
  const pending = Promise.race([readOrganization().catch(() => null), timeout.promise]).then((read) => {
    clearTimeout(timer);
    const value = read ?? { ...(cache.last ?? ORGANIZATION_DEFAULTS), maskNumbers: true };
    cache.last = value;
    if (cache.pending === pending) {
      cache.fresh = { value, until: Date.now() + FRESH_MS };
      delete cache.pending;
    }
    return value;
  });
  return pending;
}
