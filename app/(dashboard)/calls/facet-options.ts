import type { Facets } from "@/db/calls/facets";
import { UNKNOWN } from "@/lib/call/filter";

/** The filters of which several values can be chosen. */
export const FACETS = ["outcome", "goal", "scenario", "language", "direction"] as const;

/** The values to choose from, with the number of calls that have each. Also contains chosen values that no call has. */
export function facetOptions(
  values: Facets[(typeof FACETS)[number]],
  chosen: readonly string[],
): { value: string; count: number }[] {
  const counts = new Map(chosen.map((value) => [value, 0]));
  const found = new Map(values.map(({ value, count }) => [value ?? UNKNOWN, count]));
  return [...new Map([...found, ...[...counts].filter(([value]) => !found.has(value))])].map(([value, count]) => ({
    value,
    count,
  }));
}
