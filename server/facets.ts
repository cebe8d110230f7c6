import { type Facets, listFacets } from "@/db/calls/facets";
import { perProcess } from "@/lib/per-process";

/** The query reads all calls, and their values change slowly: a process asks again after half a minute. */
const FRESH_MS = 30_000;

const cache = perProcess<{ known?: { facets: Facets; until: number }; pending?: Promise<Facets> }>(
  "facets",
  () => ({}),
);

/** The values for the filter's menus. Once they are known, they are returned at once, also while a newer answer is read. */
export async function getFacets(): Promise<Facets> {
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
  // Nobody waits for this query, so nobody would handle its error.
  cache.pending.catch(() => {});
  return known.facets;
}

async function readFacets(): Promise<Facets> {
  const facets = await listFacets();
  // Without any call there is nothing to keep: the first call must show at once.
  if (facets.outcome.length === 0) {
    delete cache.known;
  } else {
    cache.known = { facets, until: Date.now() + FRESH_MS };
  }
  return facets;
}
