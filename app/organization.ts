import { ORGANIZATION_DEFAULTS, type OrganizationSettings, readOrganization } from "@/db/settings";
import { perProcess } from "@/lib/per-process";

/**
 * The organization, for every page: its zone goes into each formatted time. It changes about once a year and is needed by the error
 * pages too, so a process keeps it for a few seconds and goes on with what it last knew while the database is away.
 */
const FRESH_MS = 5_000;
/** How long a page waits when the process knows nothing yet; then the defaults do. */
const PATIENCE_MS = 1_500;

type Memory = { known?: { value: OrganizationSettings; until: number }; asking?: Promise<OrganizationSettings> };

const memory = perProcess<Memory>("organization", () => ({}));

function ask(): Promise<OrganizationSettings> {
  memory.asking ??= readOrganization()
    .catch(() => memory.known?.value ?? ORGANIZATION_DEFAULTS)
    .then((value) => {
      memory.known = { value, until: Date.now() + FRESH_MS };
      return value;
    })
    .finally(() => {
      delete memory.asking;
    });
  return memory.asking;
}

/** Never throws and never waits longer than a moment. */
export async function getOrganization(): Promise<OrganizationSettings> {
  const { known } = memory;
  if (known && known.until > Date.now()) {
    return known.value;
  }
  const answer = ask();
  if (known) {
    return known.value;
  }
  const patience = Promise.withResolvers<OrganizationSettings>();
  const timer = setTimeout(() => patience.resolve(ORGANIZATION_DEFAULTS), PATIENCE_MS);
  return Promise.race([answer, patience.promise]).finally(() => clearTimeout(timer));
}

/** Called by whoever saves the settings, so that the next page of this process shows them. */
export function forgetOrganization(): void {
  delete memory.known;
}
