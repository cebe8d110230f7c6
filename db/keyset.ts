import { asc, desc, sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { type Cursor, decodeCursor, encodeCursor } from "@/lib/url/cursor";

/**
 * Keyset paging, for every list. A page is found by comparing rows with a cursor, never by OFFSET. So a later page costs as much as the
 * first one, and new rows do not shift later pages.
 */

/** The sort key and the id of a row. */
export type Place = Omit<Cursor, "side">;

/** The order of a list: by a sort key, then by an id for rows with equal keys. Both must be in one index, in this order. */
export type KeysetOrder<Row> = {
  key: SQL | PgColumn;
  id: PgColumn;
  isDescending: boolean;
  /** A cursor's value as SQL of the key's type. The row comparison can use the index only if the types are equal. */
  keyOf: (value: number) => SQL;
  /** A cursor's id as SQL of the id's type. */
  idOf: (id: string) => SQL;
  placeOf: (row: Row) => Place;
};

/** The order of a log: the newest row first. Its ids are UUIDs. */
export function newestFirst<Row>(at: PgColumn, id: PgColumn, placeOf: KeysetOrder<Row>["placeOf"]): KeysetOrder<Row> {
  return { key: at, id, isDescending: true, keyOf: instantOf, idOf: (uuid) => sql`${uuid}::uuid`, placeOf };
}

/** Milliseconds since 1970 as a `timestamptz`. */
export function instantOf(milliseconds: number): SQL {
  return sql`${new Date(milliseconds).toISOString()}::timestamptz`;
}

/**
 * The parts of a query for one page. `beyond` selects the rows after the cursor in the query's order; undefined without a cursor. `key` and `id` are
 * what the rows are ordered by.
 */
export type PageQuery = {
  beyond: SQL | undefined;
  orderBy: [SQL, SQL];
  limit: number;
  key: SQL | PgColumn;
  id: PgColumn;
  isDescending: boolean;
  /** The key of the cursor. */
  since: SQL | undefined;
};

/** Both cursors are text for a URL; null if there is no such page. */
export type Page<Row> = { rows: Row[]; previousCursor: string | null; nextCursor: string | null };

/**
 * Reads one page. If the cursor cannot be decoded, it reads the first page.
 *
 * @param select runs the list's query with the given parts
 */
export async function readPage<Row>(
  order: KeysetOrder<Row>,
  view: { cursor: string | null; perPage: number },
  select: (query: PageQuery) => PromiseLike<Row[]>,
): Promise<Page<Row>> {
  const cursor = view.cursor === null ? null : decodeCursor(view.cursor);
  const isBackward = cursor?.side === "before";
  // One extra row shows whether there is another page in this direction.
  const found = await select(queryFrom(order, cursor, view.perPage + 1));
  const hasMore = found.length > view.perPage;
  const page = found.slice(0, view.perPage);
  const rows = isBackward ? page.toReversed() : page;

  const first = rows[0];
  const last = rows.at(-1);
  const hasPrevious = isBackward ? hasMore : cursor !== null;
  const hasNext = isBackward || hasMore;
  return {
    rows,
    previousCursor: first !== undefined && hasPrevious ? cursorBeside(order, "before", first) : null,
    nextCursor: last !== undefined && hasNext ? cursorBeside(order, "after", last) : null,
  };
}

/** The cursor for the rows before or after a row. The row need not be in the list. */
export function cursorBeside<Row>(order: KeysetOrder<Row>, side: Cursor["side"], row: Row): string {
  return encodeCursor({ side, ...order.placeOf(row) });
}

/** Reads a whole list in batches of up to `size` rows. A batch is read when the caller requests it, and is never empty. */
export async function* readBatches<Row>(
  order: KeysetOrder<Row>,
  size: number,
  select: (query: PageQuery) => PromiseLike<Row[]>,
): AsyncGenerator<Row[], void> {
  let cursor: Cursor | null = null;
  for (;;) {
    const rows: Row[] = await select(queryFrom(order, cursor, size));
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    yield rows;
    if (rows.length < size) {
      return;
    }
    cursor = { side: "after", ...order.placeOf(last) };
  }
}

/** The query for up to `limit` rows after a place; from the start if it is null. */
export function queryAfter<Row>(order: KeysetOrder<Row>, place: Place | null, limit: number): PageQuery {
  return queryFrom(order, place === null ? null : { side: "after", ...place }, limit);
}

/** To read the rows before a cursor, the order is reversed, so that the nearest rows come first. */
function queryFrom<Row>(order: KeysetOrder<Row>, cursor: Cursor | null, limit: number): PageQuery {
  const { key, id, keyOf, idOf } = order;
  const isDescending = order.isDescending !== (cursor?.side === "before");
  const direction = isDescending ? desc : asc;
  const side = isDescending ? sql`<` : sql`>`;
  return {
    beyond: cursor === null ? undefined : sql`(${key}, ${id}) ${side} (${keyOf(cursor.value)}, ${idOf(cursor.id)})`,
    orderBy: [direction(key), direction(id)],
    limit,
    key,
    id,
    isDescending,
    since: cursor === null ? undefined : keyOf(cursor.value),
  };
}
