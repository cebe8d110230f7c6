import { eq, sql, type SQL } from "drizzle-orm";

import { type BoundedCount, boundedCount, countRowsOf } from "@/db/bounded-count";
import { replica } from "@/db/driver/client";
import { type Page, type PageQuery, readPage } from "@/db/keyset";
import { calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";
import type { PageView } from "@/lib/call/list-view";

import { type AccessPath, callsBy, isOnlyChecked, pageBy } from "./access-path";
import { pathsOfCount, pathsOfPage } from "./choose-path";
import { callConditions } from "./conditions";
import { callOrder } from "./order";

/** The columns of a listed call. */
const LIST_COLUMNS = {
  callId: calls.callId,
  occurredAt: calls.occurredAt,
  outcome: calls.outcome,
  dialResult: calls.dialResult,
  attempt: calls.attempt,
  status: calls.status,
  goal: calls.goal,
  phoneNumber: calls.phoneNumber,
  customerName: calls.customerName,
  scenarioId: calls.scenarioId,
  direction: calls.direction,
  language: calls.language,
  durationSeconds: calls.durationSeconds,
  hasRecording: calls.hasRecording,
  enrichmentState: calls.enrichmentState,
  isTest: calls.isTest,
  reviewedAt: calls.reviewedAt,
  /** Null only during the statement that first stores the call. */
  contact: {
    attempts: contacts.attempts,
    state: contacts.state,
    nextRetryAt: contacts.nextRetryAt,
    isInferred: contacts.isInferred,
  },
};

export type ListedCall = Awaited<ReturnType<typeof selectCalls>>[number];

/** Reads one page of the calls that the filter selects. `paths`: how, instead of what `pathsOfPage` chooses. */
export async function listCalls(
  filter: CallFilter,
  view: PageView,
  paths?: readonly AccessPath[],
): Promise<Page<ListedCall>> {
  const chosen = paths ?? (await pathsOfPage(filter, view.sort, view.perPage));
  const conditionsOn = await conditionsBy(filter, chosen);
  return readPage(callOrder(view.sort), view, async (query) => {
    let rows: ListedCall[] = [];
    for (const path of chosen) {
      rows = await selectCalls(pageBy(path, filter, conditionsOn(path), query), query);
      if (rows.length === query.limit) {
        break;
      }
    }
    return rows;
  });
}

function selectCalls(page: SQL, { orderBy }: PageQuery) {
  return (
    replica
      .select(LIST_COLUMNS)
      .from(calls)
      .leftJoin(contacts, eq(contacts.contactId, calls.contactId))
      // Not a join: by what it believes the page to cost, Postgres might read all calls.
      .where(sql`${calls.callId} = any(array(${page}))`)
      .orderBy(...orderBy)
  );
}

/** Counts the calls that the filter selects, exactly up to `COUNT_BOUND`. `paths`: how, instead of what `pathsOfCount` chooses. */
export async function countCalls(filter: CallFilter, paths?: readonly AccessPath[]): Promise<BoundedCount> {
  const chosen = paths === undefined ? await pathsOfCount(filter) : { paths };
  if ("count" in chosen) {
    return boundedCount(chosen.count);
  }
  const conditionsOn = await conditionsBy(filter, chosen.paths);
  let found: BoundedCount = boundedCount(0);
  for (const path of chosen.paths) {
    found = await countRowsOf(callsBy(path, filter, conditionsOn(path), sql`1`));
    if (found.isBounded) {
      break;
    }
  }
  return found;
}

/** The conditions that calls found by a path have to meet. Those of the contacts of a state are of this state: nothing has to be read of them. */
async function conditionsBy(
  filter: CallFilter,
  paths: readonly AccessPath[],
): Promise<(path: AccessPath) => SQL | undefined> {
  const isFound = isOnlyChecked(paths);
  const all = await callConditions(filter, isFound);
  const ofState = paths.some(({ by }) => by === "state")
    ? await callConditions({ ...filter, state: [] }, isFound)
    : all;
  return ({ by }) => (by === "state" ? ofState : all);
}
