import { ORGANIZATION_DEFAULTS, type OrganizationSettings, readOrganization } from "@/db/organization/settings";
import { perProcess } from "@/lib/per-process";

/**
 * The organization's settings, which every page needs: its zone goes into each formatted time. They change about once a year, and the
 * error pages need them too, so each process caches them for a few seconds, and keeps using the last ones while the database cannot be
 * reached. Only numbers are then masked in any case.
 */
const FRESH_MS = 5_000;
/** How long a page waits for the database. */
const READ_TIMEOUT_MS = 1_500;

type Cache = {
  fresh?: { value: OrganizationSettings; until: number };
  /** The latest value. Stays when `fresh` is deleted. */
  last?: OrganizationSettings;
  pending?: Promise<OrganizationSettings>;
};

const cache = perProcess<Cache>("organization", () => ({}));

/** Never throws, and answers within `READ_TIMEOUT_MS`. At most `FRESH_MS` old, unless the database cannot be reached. */
export async function getOrganization(): Promise<OrganizationSettings> {
  const { fresh } = cache;
  if (fresh && fresh.until > Date.now()) {
    return fresh.value;
  }
  cache.pending ??= readSettings();
  return cache.pending;
}

/** Call it after saving the settings, so that the next page of this process shows them. */
export function forgetOrganization(): void {
  delete cache.fresh;
  // A read that is under way may have seen the old settings.
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
