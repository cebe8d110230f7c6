import { COUNT_BOUND } from "@/db/bounded-count";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import type { CallSort } from "@/lib/call/list-view";

import { type AccessPath, hasSource, type Source, SOURCES } from "./access-path";
import { MANY, peopleAtLeast, type Survey, survey } from "./survey";

/**
 * Chooses how to find the calls of a filter: `access-path.ts` says which ways there are. The choice never changes what is found, only how long it
 * takes. It needs the dictionary of kinds, so until the cells of the statistics are built, Postgres chooses.
 *
 * Where it is not known how many calls meet all conditions, the list's first calls are looked at, up to a bound: this finds a page if many do.
 */

/** So many calls are read at once, without looking first whether the list's first calls will do. */
const FEW = 2_000;
/** How many calls are looked at in the list's order before another path is tried, for a page and for a count. */
const PAGE_BOUND = 20_000;
/** Reading a call found by an index takes as long as reading this many that lie next to each other. */
const FOUND_COST = 4;
const COUNT_LOOK = 80_000;
/** How many numbers are looked at in their index. This takes a tenth of the time of looking at calls. */
const NUMBERS_LOOK = 300_000;
/** A count of contacts is over once so many calls are read for each of them. */
const CALLS_OF_CONTACT = 1.6;
/** How many contacts are looked at in the list's order. Each needs a search in an index of calls. */
const CONTACT_BOUND = 3_000;
/** How many calls the window has for each contact of a page. */
export const WINDOW_CALLS = 4;
/** What the search for the first call of a kind costs, in calls read in the list's order. */
const SEARCH_COST = 15;

/** The paths to try for a page, in this order: a page that one of them fills is complete, and so is what the last of them finds. */
export async function pathsOfPage(filter: CallFilter, sort: CallSort, perPage: number): Promise<AccessPath[]> {
  const known = isChoice(filter) ? await survey(filter) : null;
  if (known === null) {
    return [{ by: "plain" }];
  }
  const { kinds, total } = known;
  const isByTime = sort === "time" || sort === "-time";
  // How many calls have to be looked at in the list's order until a page is found, if those of each condition are spread evenly.
  const inOrder = (perPage + 1) / shareOf(known);
  const order: AccessPath[] = total <= PAGE_BOUND || inOrder > PAGE_BOUND ? [] : [{ by: "order", bound: PAGE_BOUND }];
  if (kinds !== null && isOfKinds(filter) && isByTime) {
    return [...(kinds.kinds * SEARCH_COST <= inOrder ? [] : order), { by: "merge", source: "kinds" }];
  }
  const best = bestSource(filter, known);
  if (best === null) {
    return [{ by: "plain" }];
  }
  if (best.source === "state" && isOnly("state", filter) && isByTime && best.rows < MANY) {
    return [{ by: "people" }];
  }
  if (best.rows <= FEW) {
    return [{ by: best.source }];
  }
  if (isByTime && isOnly(best.source, filter) && (best.rows < MANY || best.source === "phone")) {
    // Every call with the condition is in the list, so it is known after how many calls a page is full.
    const needed = ((perPage + 1) * total) / best.rows;
    return needed > best.rows * FOUND_COST
      ? [{ by: best.source }]
      : [{ by: "order", bound: Math.ceil(needed * 3) }, { by: best.source }];
  }
  if (best.source === "state" && best.rows <= FEW * 3) {
    return [{ by: "state" }];
  }
  const isLong = hasSource("duration", filter);
  if (isByTime && hasSource("hours", filter) && (kinds === null || kinds.calls >= MANY)) {
    return [...(kinds === null ? [] : order), { by: "merge", source: "hours" }];
  }
  if (isByTime && kinds !== null && !isLong && (best.rows >= MANY || best.source === "kinds")) {
    return [...order, best.source === "reviewed" ? { by: "reviewed" } : { by: "merge", source: "kinds" }];
  }
  return [...order, best.rows >= MANY && !(kinds !== null && isLong) ? { by: "plain" } : { by: best.source }];
}

/** The number of the filter's calls if it is known without counting them, otherwise the paths to count them by. */
export async function pathsOfCount(filter: CallFilter): Promise<{ count: number } | { paths: AccessPath[] }> {
  const known = isChoice(filter) ? await survey(filter) : null;
  if (known === null) {
    return { paths: [{ by: "plain" }] };
  }
  const { kinds, rows } = known;
  if (kinds !== null && isOfKinds(filter) && isWhole(filter)) {
    return { count: kinds.calls };
  }
  if (known.judged !== null && isOfKinds({ ...filter, criterion: null, criterionMet: null }) && isWhole(filter)) {
    return { count: known.judged };
  }
  if (isOfKinds({ ...filter, state: [] }) && isWhole(filter) && filter.state.includes("reached")) {
    if (known.reached > COUNT_BOUND) {
      return { count: known.reached };
    }
  }
  const best = bestSource(filter, known);
  const only = SOURCES.find((source) => isOnly(source, filter));
  const count = only === undefined ? undefined : rows[only];
  // A contact has at least one call.
  if (count !== undefined && only !== "phone" && (count > COUNT_BOUND || only !== "state")) {
    return { count };
  }
  const digits: AccessPath[] =
    only === "phone" && (count ?? 0) > COUNT_BOUND / 2 ? [{ by: "digits", bound: NUMBERS_LOOK }] : [];
  return {
    paths: best === null ? [{ by: "plain" }] : [...digits, ...look(known, COUNT_BOUND), { by: best.source }],
  };
}

/** The paths to try for a page of contacts. `order` looks at the first contacts of the list, the others find calls. */
export async function pathsOfContacts(filter: CallFilter, perPage: number): Promise<ContactPath[]> {
  const known = hasCallConditions(filter) ? await survey(filter) : null;
  const best = known === null ? null : bestSource(filter, known);
  if (known === null || best === null) {
    return [{ by: "plain" }];
  }
  if (best.rows <= FEW) {
    return [{ by: best.source }];
  }
  const order: ContactPath[] =
    (perPage + 1) / shareOf(known) > CONTACT_BOUND ? [] : [{ by: "order", bound: CONTACT_BOUND }];
  // Of a source with many calls, only where the first ones are found without reading the others.
  const calls: AccessPath | null =
    best.source === "reviewed"
      ? { by: "reviewed" }
      : best.source === "hours" || (best.source === "kinds" && !hasSource("duration", filter))
        ? { by: "merge", source: best.source }
        : best.rows < MANY && best.source !== "state"
          ? { by: best.source }
          : null;
  // A window that hardly has a page is no help.
  const isRare = known.total * shareOf(known) < (perPage + 1) * WINDOW_CALLS;
  return [...order, ...(calls === null || isRare ? [] : [{ by: "window" as const, calls }]), { by: best.source }];
}

/**
 * `count`: at least so many contacts, above the bound of a count. Otherwise the paths to count them by. `order` looks at the newest calls.
 */
export async function pathsOfContactCount(filter: CallFilter): Promise<{ count: number } | { paths: AccessPath[] }> {
  if (isOfKinds({ ...filter, state: [] }) && isWhole(filter) && !filter.state.includes("overdue")) {
    const count = await peopleAtLeast(filter);
    if (count > COUNT_BOUND) {
      return { count };
    }
  }
  const known = hasCallConditions(filter) ? await survey(filter) : null;
  const best = known === null ? null : bestSource(filter, known);
  return {
    paths:
      known === null || best === null
        ? [{ by: "plain" }]
        : [...look(known, COUNT_BOUND * CALLS_OF_CONTACT), { by: best.source }],
  };
}

/** A path to a page of contacts. `window`: those of the first calls in the list of calls, and those whose calls lie around these. */
export type ContactPath = AccessPath | { by: "window"; calls: AccessPath };

/** Whether to count among the newest calls first: if so many of them may meet the conditions that the count ends there. */
function look(known: Survey, wanted: number): AccessPath[] {
  const inOrder = (wanted / shareOf(known)) * 1.2;
  return known.total <= COUNT_LOOK || inOrder > COUNT_LOOK ? [] : [{ by: "order", bound: Math.ceil(inOrder) }];
}

/** Which part of all calls may meet the filter's conditions, if these do not depend on each other. */
function shareOf({ total, rows, stateShare }: Survey): number {
  return SOURCES.reduce((share, source) => {
    const known = rows[source];
    const isCapped = (source === "duration" || source === "enrichment") && known === MANY;
    return source === "state" || known === undefined || isCapped
      ? share
      : (share * Math.min(known, total)) / Math.max(total, 1);
  }, stateShare);
}

/** The source with the fewest rows. What is counted only up to `MANY` is taken for a tenth of all calls, but contacts of a state for as many as they are. */
function bestSource(filter: CallFilter, { rows, total, stateShare }: Survey): { source: Source; rows: number } | null {
  const rowsOf = (source: Source) => {
    const known = rows[source] ?? MANY;
    // The kinds are searched by duration as well.
    const least = source === "kinds" ? Math.min(known, rows.duration ?? known) : known;
    return least === MANY ? Math.max(total * (source === "state" ? stateShare : 0.1), MANY) : least;
  };
  // The calls of an hour lie next to each other.
  const costOf = (source: Source) => (source === "hours" ? rowsOf(source) / FOUND_COST : rowsOf(source));
  return (
    SOURCES.filter((source) => hasSource(source, filter))
      .toSorted((a, b) => costOf(a) - costOf(b))
      .map((source) => ({ source, rows: rowsOf(source) }))[0] ?? null
  );
}

/** Whether there is anything to choose. The calls of a contact and those of a search are found by their ids. */
function isChoice(filter: CallFilter): boolean {
  return filter.contact === null && filter.q === null && !isSame(filter, { ...NO_FILTER, ...ranged(filter) });
}

/** Whether the filter is for all time. */
function isWhole({ from, to }: CallFilter): boolean {
  return from === null && to === null;
}

/** Whether there is a choice for a list of contacts: their states are no condition on calls. */
function hasCallConditions(filter: CallFilter): boolean {
  return isChoice({ ...filter, state: [] });
}

/** Whether a filter of contacts has no condition on calls but their time. */
export function isOnlyOfTime(filter: CallFilter): boolean {
  const { contact, state } = filter;
  return !isWhole(filter) && isSame(filter, { ...NO_FILTER, ...ranged(filter), contact, state });
}

const ranged = ({ from, to, zone }: CallFilter) => ({ from, to, zone });

/** Whether the filter has only conditions on the kind of a call and on its time. */
function isOfKinds(filter: CallFilter): boolean {
  const { outcome, goal, direction, language, scenario, dial, attempt, counted } = filter;
  const ofKind = { outcome, goal, direction, language, scenario, dial, attempt, counted };
  return isSame(filter, { ...NO_FILTER, ...ranged(filter), ...ofKind });
}

/** Whether the filter has no condition but that of this source, whose rows are therefore those of the filter. */
function isOnly(source: Source, filter: CallFilter): boolean {
  const { minDuration, maxDuration, reviewed, enrichment, state, zone } = filter;
  switch (source) {
    case "duration":
      return isSame(filter, { ...NO_FILTER, zone, minDuration, maxDuration }) && hasSource(source, filter);
    case "reviewed":
      return isSame(filter, { ...NO_FILTER, ...ranged(filter), reviewed }) && hasSource(source, filter);
    case "enrichment":
      return isSame(filter, { ...NO_FILTER, ...ranged(filter), enrichment }) && hasSource(source, filter);
    case "state":
      return isSame(filter, { ...NO_FILTER, zone, state });
    case "phone":
      return isSame(filter, { ...NO_FILTER, zone, phone: filter.phone });
    default:
      return false;
  }
}

function isSame(a: CallFilter, b: CallFilter): boolean {
  return (Object.keys(a) as (keyof CallFilter)[]).every((name) => {
    const [one, other] = [a[name], b[name]];
    return one === other || (Array.isArray(one) && Array.isArray(other) && one.length === 0 && other.length === 0);
  });
}
