import { asc, desc, sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { type Cursor, decodeCursor, encodeCursor } from "@/lib/url/cursor";

/**
 * Keyset paging, for every list: a page is found by comparing rows with a cursor, never by OFFSET, so a page far down costs what the
 * first one costs, and rows that arrive meanwhile shift nothing.
 */

/** The order of a list: a sort key, then an id that decides between equal keys. Both must be in one index, in this order. */
export type KeysetOrder<Row> = {
  key: SQL | PgColumn;
  id: PgColumn;
  isDescending: boolean;
  /** A cursor's value as SQL of the key's type: the row comparison uses the index only if the types agree. */
  keyOf: (value: number) => SQL;
  /** A cursor's id as SQL of the id's type. */
  idOf: (id: string) => SQL;
  placeOf: (row: Row) => Omit<Cursor, "side">;
};

/** The order of a log: the newest row first. Its ids are UUIDs. */
export function newestFirst<Row>(at: PgColumn, id: PgColumn, placeOf: KeysetOrder<Row>["placeOf"]): KeysetOrder<Row> {
  return { key: at, id, isDescending: true, keyOf: instantOf, idOf: (uuid) => sql`${uuid}::uuid`, placeOf };
}

/** Milliseconds since 1970 as a `timestamptz`. */
export function instantOf(milliseconds: number): SQL {
  return sql`${new Date(milliseconds).toISOString()}::timestamptz`;
}

/** The parts of a query for one page: `beyond` excludes the rows up to the cursor, undefined for the first page. */
export type PageQuery = { beyond: SQL | undefined; orderBy: [SQL, SQL]; limit: number };

/** Both cursors are text for a URL; null where there is no such page. */
export type Page<Row> = { rows: Row[]; previousCursor: string | null; nextCursor: string | null };

/**
 * Reads one page. A cursor that cannot be decoded means the first page.
 *
 * @param select runs the list's query with these parts
 */
export async function readPage<Row>(
  order: KeysetOrder<Row>,
  view: { cursor: string | null; perPage: number },
  select: (query: PageQuery) => PromiseLike<Row[]>,
): Promise<Page<Row>> {
  const cursor = view.cursor === null ? null : decodeCursor(view.cursor);
  const isBackward = cursor?.side === "before";
  // One row more than the page holds says whether there is another page in this direction.
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

/** The cursor for the rows on one side of a row, which need not be in the list. */
export function cursorBeside<Row>(order: KeysetOrder<Row>, side: Cursor["side"], row: Row): string {
  return encodeCursor({ side, ...order.placeOf(row) });
}

/** Reads a whole list in batches of `size` rows; each is read when it is asked for, and none is empty. */
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

/** For the rows before a cursor the order is reversed, so that the nearest rows come first. */
function queryFrom<Row>(order: KeysetOrder<Row>, cursor: Cursor | null, limit: number): PageQuery {
  const { key, id, keyOf, idOf } = order;
  const isDescending = order.isDescending !== (cursor?.side === "before");
  const direction = isDescending ? desc : asc;
  const side = isDescending ? sql`<` : sql`>`;
  return {
    beyond: cursor === null ? undefined : sql`(${key}, ${id}) ${side} (${keyOf(cursor.value)}, ${idOf(cursor.id)})`,
    orderBy: [direction(key), direction(id)],
    limit,
  };
}
