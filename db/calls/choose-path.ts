import { and, eq, sql, type SQL } from "drizzle-orm";

import { COUNT_BOUND } from "@/db/bounded-count";
import { replica } from "@/db/driver/client";
import { callKinds, criterionCells, statisticsChanges } from "@/db/schema/statistics";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import type { CallSort } from "@/lib/call/list-view";

import { type AccessPath, countOfSource, hasSource, type Source, SOURCES } from "./access-path";
import { isJudgedBy } from "./conditions";
import { isKindJudged, kindOf } from "./kinds";

/**
 * Chooses how to find the calls of a filter: `access-path.ts` says which ways there are. The choice never changes what is found, only how long it
 * takes. It needs the dictionary of kinds, so until the cells of the statistics are built, Postgres chooses.
 *
 * Where it is not known how many calls meet all conditions, the list's first calls are looked at, up to a bound: this finds a page if many do.
 */

/** What the database says about a filter, in a few milliseconds. */
type Survey = {
  /** All calls, of any filter. */
  total: number;
  /** The kinds that the filter asks for, and their calls. Null without such a condition. */
  kinds: { kinds: number; calls: number } | null;
  /** How many rows meet the condition of each source, up to `MANY`. */
  rows: Partial<Record<Source, number>>;
  /** How many calls the filter's criterion judges, of the kinds that the filter asks for. Null without a criterion. */
  judged: number | null;
};

/** Counting the rows of a source stops here: reading more of them takes longer than a page should. */
const MANY = 20_000;
/** So many calls are read at once, without looking first whether the list's first calls will do. */
const FEW = 2_000;
/** How many calls are looked at in the list's order before another path is tried, for a page and for a count. */
const PAGE_BOUND = 20_000;
/** Reading a call found by an index takes as long as reading this many that lie next to each other. */
const FOUND_COST = 4;
const COUNT_LOOK = 40_000;
/** How many contacts are looked at in the list's order. Each needs a search in an index of calls. */
const CONTACT_BOUND = 3_000;
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
  // The most calls that may be looked at in the list's order until a page is found, if the kinds are spread evenly.
  const inOrder = ((perPage + 1) * total) / Math.max(kinds?.calls ?? total, 1);
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
  if (isByTime && isOnly(best.source, filter) && best.rows < MANY) {
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
  if (kinds !== null && isOfKinds(filter) && filter.from === null && filter.to === null) {
    return { count: kinds.calls };
  }
  if (
    known.judged !== null &&
    isOfKinds({ ...filter, criterion: null, criterionMet: null }) &&
    filter.from === null &&
    filter.to === null
  ) {
    return { count: known.judged };
  }
  const best = bestSource(filter, known);
  const only = SOURCES.find((source) => isOnly(source, filter));
  const count = only === undefined ? undefined : rows[only];
  // A contact has at least one call.
  if (only === "phone" && best !== null && best.rows >= MANY) {
    return { paths: [{ by: "order", bound: COUNT_LOOK * 2 }, { by: "phone" }] };
  }
  if (count !== undefined && only !== "phone" && (count > COUNT_BOUND || only !== "state")) {
    return { count };
  }
  return { paths: best === null ? [{ by: "plain" }] : [...look(filter, known, best.rows), { by: best.source }] };
}

/** The paths to try for a page of contacts. `order` looks at the first contacts of the list, the others find calls. */
export async function pathsOfContacts(filter: CallFilter): Promise<ContactPath[]> {
  const known = hasCallConditions(filter) ? await survey(filter) : null;
  const best = known === null ? null : bestSource(filter, known);
  if (known === null || best === null) {
    return [{ by: "plain" }];
  }
  const inOrder: ContactPath = { by: "order", bound: CONTACT_BOUND };
  if (best.rows <= FEW) {
    return [{ by: best.source }];
  }
  // Only where the calls of the source are nearly those of the filter: otherwise most of the source is read to find the first ones.
  const calls: AccessPath | null =
    best.source === "reviewed"
      ? { by: "reviewed" }
      : best.source === "hours" || (best.source === "kinds" && !hasSource("duration", filter))
        ? { by: "merge", source: best.source }
        : null;
  return [inOrder, ...(calls === null ? [] : [{ by: "window" as const, calls }]), { by: best.source }];
}

/** The paths to try for a count of contacts. `order` looks at the newest calls. */
export async function pathsOfContactCount(filter: CallFilter): Promise<AccessPath[]> {
  const known = hasCallConditions(filter) ? await survey(filter) : null;
  const best = known === null ? null : bestSource(filter, known);
  return known === null || best === null ? [{ by: "plain" }] : [...look(filter, known, best.rows), { by: best.source }];
}

/** A path to a page of contacts. `window`: those of the first calls in the list of calls, and those whose calls lie around these. */
export type ContactPath = AccessPath | { by: "window"; calls: AccessPath };

/** Whether to count among the newest calls first: if so many of them may meet the conditions that the count ends there. */
function look(filter: CallFilter, { total }: Survey, rows: number): AccessPath[] {
  const inOrder = (COUNT_BOUND * total) / Math.max(rows >= MANY ? rows * 10 : rows, 1);
  return total <= COUNT_LOOK || rows <= COUNT_BOUND || inOrder > COUNT_LOOK || hasSource("hours", filter)
    ? []
    : [{ by: "order", bound: COUNT_LOOK }];
}

async function survey(filter: CallFilter): Promise<Survey | null> {
  const counted = SOURCES.flatMap((source) => {
    const count = hasSource(source, filter) ? countOfSource(source, filter, MANY) : null;
    return count === null ? [] : [{ name: `rows_${source}`, source, count }];
  });
  const hasKinds = hasSource("kinds", filter);
  const { criterion, criterionMet } = filter;
  const judgements = criterionMet === null ? sql`judged` : criterionMet ? sql`met` : sql`judged - met`;
  const judged =
    criterion === null
      ? sql`null`
      : sql`(
          select coalesce(sum(${judgements}), 0) from ${criterionCells} join ${callKinds} on ${callKinds.id} = kind_id
          where ${and(eq(criterionCells.span, "month"), eq(criterionCells.criterion, criterion), kindOf(filter, callKinds))}
        ) + (
          select coalesce(sum(sign), 0) from ${statisticsChanges}
          where ${and(kindOf(filter, statisticsChanges), isJudgedBy(statisticsChanges.criteria, criterion, criterionMet))}
        )`;
  const where = (condition: SQL | undefined) => (condition === undefined ? sql.empty() : sql` where ${condition}`);
  const [row] = await replica.execute<Record<string, unknown>>(sql`
    select
      exists (select from statistics_state) as is_built,
      (select coalesce(sum(calls), 0) from ${callKinds}) as total,
      (select coalesce(sum(sign), 0) from ${statisticsChanges}${where(kindOf(filter, statisticsChanges))}) as changed,
      ${judged} as judged,
      kinds.*${sql.join(
        counted.map(({ name, count }) => sql`, ${count} as ${sql.identifier(name)}`),
        sql.empty(),
      )}
    from (
      select count(*) as kinds, coalesce(sum(calls), 0) as calls
      from ${callKinds}${where(and(kindOf(filter, callKinds), isKindJudged(filter)))}
    ) as kinds
  `);
  if (row === undefined || row["is_built"] !== true) {
    return null;
  }
  const calls = Number(row["calls"]) + Number(row["changed"]);
  const rows = Object.fromEntries(counted.map(({ name, source }) => [source, Number(row[name])]));
  return {
    total: Number(row["total"]) + Number(row["changed"]),
    kinds: hasKinds ? { kinds: Number(row["kinds"]), calls } : null,
    rows: hasKinds ? { ...rows, kinds: calls } : rows,
    judged: criterion === null ? null : Number(row["judged"]),
  };
}

/** The source with the fewest rows. */
function bestSource(filter: CallFilter, { rows, total }: Survey): { source: Source; rows: number } | null {
  const has = (source: Source) => hasSource(source, filter);
  const rowsOf = (source: Source) => {
    const known = rows[source];
    const least = Math.min(...[rows.kinds, rows.duration].filter((number) => number !== undefined));
    // The kinds are searched by duration as well.
    return source === "kinds" && has("duration")
      ? least
      : known === undefined
        ? MANY
        : source === "duration" && known >= MANY
          ? total / 10
          : known;
  };
  return (
    SOURCES.filter((source) => has(source))
      .map((source) => ({ source, rows: rowsOf(source) }))
      .toSorted((a, b) => a.rows - b.rows)[0] ?? null
  );
}

/** Whether there is anything to choose. The calls of a contact and those of a search are found by their ids. */
function isChoice(filter: CallFilter): boolean {
  return filter.contact === null && filter.q === null && !isSame(filter, { ...NO_FILTER, ...ranged(filter) });
}

/** Whether there is a choice for a list of contacts: their states are no condition on calls. */
function hasCallConditions(filter: CallFilter): boolean {
  return isChoice({ ...filter, state: [] });
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
