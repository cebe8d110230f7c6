import { type Facets, listFacets } from "@/db/calls/list";

/**
 * The values for the filter's menus. They go over all calls and change little, so a process asks every half a minute at most, and
 * shows the last answer while it asks again.
 */
const FRESH_MS = 30_000;

let known: { facets: Facets; until: number } | undefined;
let asking: Promise<Facets> | undefined;

export async function getFacets(): Promise<Facets> {
  if (known !== undefined && known.until > Date.now()) {
    return known.facets;
  }
  asking ??= listFacets()
    .then((facets) => {
      // Nothing there yet is no answer to keep: the first call is to be seen at once.
      known = facets.outcome.length === 0 ? undefined : { facets, until: Date.now() + FRESH_MS };
      return facets;
    })
    .finally(() => {
      asking = undefined;
    });
  if (known === undefined) {
    return asking;
  }
  // Whoever waits for a page gets an error then; this one has an answer.
  asking.catch(() => {});
  return known.facets;
}
