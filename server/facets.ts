import { type Facets, listFacets } from "@/db/calls/facets";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";

/** The values for the filter's menus, without those that contain a phone number that this user may not see. */
export async function getFacets(access: NumberAccess): Promise<Facets> {
  const facets = await listFacets();
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
