import { type Facets, listFacets } from "@/db/calls/facets";
import { perProcess } from "@/lib/per-process";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";

/** The query reads all calls, and the values rarely change, so each process caches them for half a minute. */
const FRESH_MS = 30_000;

const cache = perProcess<{ known?: { facets: Facets; until: number }; pending?: Promise<Facets> }>(
  "facets",
  () => ({}),
);

/** The values for the filter's menus, without those that contain a phone number that this user may not see. */
export async function getFacets(access: NumberAccess): Promise<Facets> {
  const facets = await allFacets();
  if (access === "shown") {
    return facets;
  }
  const isPlain = ({ value }: { value: string | null }) => maskTextFor(access, value, null) === value;
  const { outcome, goal, direction, language, scenario } = facets;
  return {
    outcome: outcome.filter(isPlain),
    goal: goal.filter(isPlain),
    direction: direction.filter(isPlain),
    language: language.filter(isPlain),
    scenario: scenario.filter(isPlain),
  };
}

/** Outdated values are returned while the query runs again; a caller waits only if there are none. */
async function allFacets(): Promise<Facets> {
  const { known } = cache;
  if (known !== undefined && known.until > Date.now()) {
    return known.facets;
  }
  cache.pending ??= readFacets().finally(() => {
    delete cache.pending;
  });
  if (known === undefined) {
    return cache.pending;
  }
  // No caller waits for this query, so its rejection would be unhandled.
  cache.pending.catch(() => {});
  return known.facets;
}

async function readFacets(): Promise<Facets> {
  const facets = await listFacets();
  // An empty result is not cached, so that the first call shows immediately.
  if (facets.outcome.length === 0) {
    delete cache.known;
  } else {
    cache.known = { facets, until: Date.now() + FRESH_MS };
  }
  return facets;
}
