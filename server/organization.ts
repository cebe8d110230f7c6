import { ORGANIZATION_DEFAULTS, type OrganizationSettings, readOrganization } from "@/db/organization/settings";
import { perProcess } from "@/lib/per-process";

/**
 * The organization, for every page: its zone goes into each formatted time. It changes about once a year and is needed by the error
 * pages too, so a process keeps it for a few seconds and goes on with what it last knew while the database is away: but for the
 * masking of numbers, where what is not known is taken for masked.
 */
const FRESH_MS = 5_000;
/** How long a page waits for the database. */
const PATIENCE_MS = 1_500;

type Memory = {
  known?: { value: OrganizationSettings; until: number };
  /** Stays when what is known is forgotten. */
  last?: OrganizationSettings;
  asking?: Promise<OrganizationSettings>;
};

const memory = perProcess<Memory>("organization", () => ({}));

/** Never throws and never waits longer than a moment. Nothing in it is older than `FRESH_MS`, unless the database is away. */
export async function getOrganization(): Promise<OrganizationSettings> {
  const { known } = memory;
  if (known && known.until > Date.now()) {
    return known.value;
  }
  memory.asking ??= ask();
  return memory.asking;
}

/** Called by whoever saves the settings, so that the next page of this process shows them. */
export function forgetOrganization(): void {
  delete memory.known;
  // What is being read may be from before.
  delete memory.asking;
}

function ask(): Promise<OrganizationSettings> {
  const patience = Promise.withResolvers<null>();
  const timer = setTimeout(() => patience.resolve(null), PATIENCE_MS);
  const asking = Promise.race([readOrganization().catch(() => null), patience.promise]).then((read) => {
    clearTimeout(timer);
    const value = read ?? { ...(memory.last ?? ORGANIZATION_DEFAULTS), maskNumbers: true };
    memory.last = value;
    if (memory.asking === asking) {
      memory.known = { value, until: Date.now() + FRESH_MS };
      delete memory.asking;
    }
    return value;
  });
  return asking;
}
