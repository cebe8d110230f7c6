import { and, count, desc, eq, gte, inArray, lt, ne, sql, type SQL } from "drizzle-orm";

import { type BoundedCount, COUNT_BOUND, countRows } from "@/db/bounded-count";
import { db, replica } from "@/db/driver/client";
import { newestFirst, type Page, type PageQuery, readPage } from "@/db/keyset";
import { deliveries } from "@/db/schema/deliveries";
import type { DeliveryFilter, DeliveryListView } from "@/lib/delivery/filter";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";

/** The columns that the log shows. They exclude the body. */
const LOG_COLUMNS = {
  id: deliveries.id,
  callId: deliveries.callId,
  receivedAt: deliveries.receivedAt,
  lastReceivedAt: deliveries.lastReceivedAt,
  timesReceived: deliveries.timesReceived,
  verdict: deliveries.verdict,
  reason: deliveries.reason,
  outcome: deliveries.outcome,
  sourceIp: deliveries.sourceIp,
  secretLabel: deliveries.secretLabel,
  replayedAt: deliveries.replayedAt,
  /** Bytes as received. */
  size: sql<number>`octet_length(${deliveries.body})`,
  flagCount: sql<number>`cardinality(${deliveries.flags})`,
};

export type LoggedDelivery = Awaited<ReturnType<typeof selectPage>>[number];

const LOG_ORDER = newestFirst<LoggedDelivery>(deliveries.receivedAt, deliveries.id, ({ receivedAt, id }) => ({
  value: receivedAt.getTime(),
  id,
}));

/** One page of the log, newest first. */
export function listDeliveries(filter: DeliveryFilter, view: DeliveryListView): Promise<Page<LoggedDelivery>> {
  return readPage(LOG_ORDER, view, (query) => selectPage(conditions(filter), query));
}

function selectPage(where: SQL | undefined, { beyond, orderBy, limit }: PageQuery) {
  return replica
    .select(LOG_COLUMNS)
    .from(deliveries)
    .where(and(where, beyond))
    .orderBy(...orderBy)
    .limit(limit);
}

/** Counts the deliveries that match the filter, exactly up to a bound. */
export function countDeliveries(filter: DeliveryFilter): Promise<BoundedCount> {
  return countRows(deliveries, conditions(filter));
}

function conditions(filter: DeliveryFilter): SQL | undefined {
  return and(
    filter.verdict.length === 0 ? undefined : inArray(deliveries.verdict, filter.verdict),
    filter.reason.length === 0 ? undefined : inArray(deliveries.reason, filter.reason),
    filter.secret.length === 0 ? undefined : inArray(deliveries.secretLabel, filter.secret),
    filter.callId === null ? undefined : eq(deliveries.callId, filter.callId),
    // The first condition is that of the partial index on flagged deliveries.
    filter.flag === null
      ? undefined
      : sql`${deliveries.flags} <> '{}' and ${deliveries.flags} @> array[${filter.flag}]::text[]`,
    filter.from === null ? undefined : gte(deliveries.receivedAt, filter.from.at),
    filter.to === null ? undefined : lt(deliveries.receivedAt, filter.to.at),
  );
}

/** One delivery with its body; null for an unknown id. `id` is a UUID. */
export async function getDelivery(id: string) {
  const [row] = await db
    .select({
      ...LOG_COLUMNS,
      body: deliveries.body,
      bodySha256: deliveries.bodySha256,
      contentType: deliveries.contentType,
      contentEncoding: deliveries.contentEncoding,
      flags: deliveries.flags,
      headers: deliveries.headers,
    })
    .from(deliveries)
    .where(eq(deliveries.id, id))
    .limit(1);
  return row ?? null;
}

export type WholeDelivery = NonNullable<Awaited<ReturnType<typeof getDelivery>>>;

/** Limits how many bodies of one call are read at once: a hostile sender may have stored thousands. */
const MAX_SIBLINGS = 20;
const MAX_SIBLING_BYTES = 8 * 1024 * 1024;

/**
 * The other deliveries of a call, newest first. `raw` is the body, null once all bodies together exceed `MAX_SIBLING_BYTES`.
 * `isComplete` says whether all deliveries were returned with their bodies.
 */
export async function listSiblings(callId: string, id: string) {
  if (callId === "") {
    return { siblings: [], isComplete: true };
  }
  const rows = await db
    .select(LOG_COLUMNS)
    .from(deliveries)
    .where(and(eq(deliveries.callId, callId), ne(deliveries.id, id)))
    .orderBy(desc(deliveries.receivedAt), desc(deliveries.id))
    .limit(MAX_SIBLINGS + 1);
  const readable: string[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, MAX_SIBLINGS)) {
    bytes += row.size;
    if (bytes > MAX_SIBLING_BYTES) {
      break;
    }
    readable.push(row.id);
  }
  const bodies =
    readable.length === 0
      ? []
      : await db
          .select({ id: deliveries.id, body: deliveries.body, contentEncoding: deliveries.contentEncoding })
          .from(deliveries)
          .where(and(eq(deliveries.callId, callId), inArray(deliveries.id, readable)));
  return {
    siblings: rows
      .slice(0, MAX_SIBLINGS)
      .map((row) => Object.assign(row, { raw: bodies.find((body) => body.id === row.id) ?? null })),
    isComplete: rows.length === readable.length,
  };
}

/** Counts the quarantined deliveries of each reason, the most frequent reason first. */
export async function countQuarantined(): Promise<{ reason: QuarantineReason; count: number }[]> {
  const rows = await replica
    .select({ reason: deliveries.reason, count: count() })
    .from(deliveries)
    .where(eq(deliveries.verdict, "quarantined"))
    .groupBy(deliveries.reason)
    .orderBy(desc(count()));
  return rows.flatMap((row) =>
    row.reason === null ? [] : [{ reason: row.reason as QuarantineReason, count: row.count }],
  );
}

export type SecretUse = {
  label: string;
  lastUsedAt: Date | null;
  /** Deliveries of the last 24 hours, exact up to `COUNT_BOUND`. */
  lastDay: number;
};

/**
 * A repeated body also counts as a use of the secret, so the last use is the latest `last_received_at` of this many
 * deliveries. Repetitions of older deliveries are missed.
 */
const RECENT = 200;

/** When and how often each secret was used. Reads a few index pages, regardless of the table's size. */
export async function readSecretUse(labels: readonly string[]): Promise<SecretUse[]> {
  return Promise.all(
    labels.map(async (label) => {
      const recent = replica
        .select({ at: deliveries.lastReceivedAt })
        .from(deliveries)
        .where(eq(deliveries.secretLabel, label))
        .orderBy(desc(deliveries.receivedAt))
        .limit(RECENT)
        .as("recent");
      const today = replica
        .select({ one: sql`1`.as("one") })
        .from(deliveries)
        .where(and(eq(deliveries.secretLabel, label), sql`${deliveries.receivedAt} > now() - interval '24 hours'`))
        .limit(COUNT_BOUND)
        .as("today");
      const [[last], [day]] = await Promise.all([
        replica.select({ at: sql<string | null>`max(${recent.at})` }).from(recent),
        replica.select({ count: count() }).from(today),
      ]);
      return { label, lastUsedAt: last?.at ? new Date(last.at) : null, lastDay: day?.count ?? 0 };
    }),
  );
}
