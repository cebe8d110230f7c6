import type { BenchContext } from "../context";
import { combinations, NUMBERS, singleFilters } from "../filters";
import type { LineId, Measured } from "../lines";
import { type Reader, startReader } from "../readers";
import { spread } from "../rounds";

const DEEP_PAGES = 1_000;
const PER_PAGE = 50;
/** So many rows are read at once on the way to a deep page. */
const STEP = 2_500;
/** A query that is as slow as this is not repeated. */
const SLOW_MS = 2_000;

/** The database's time of the lists, at both sizes and with every filter. */
export async function measureLists(context: BenchContext): Promise<Measured[]> {
  const { data, small, large } = context;
  const [smallReader, largeReader] = [
    startReader(context, data.filled(small)),
    startReader(context, data.filled(large)),
  ];
  try {
    const { until } = data.filled(large);
    // The first queries of a connection also load catalogues.
    await Promise.all([smallReader, largeReader].map((reader) => reader.ask({ query: "", what: "all", cursor: null })));
    return [
      ...(await singlePages(context, smallReader, largeReader, until)),
      await worst(context, largeReader, "listRare", combinations(until)),
      await worst(
        context,
        largeReader,
        "listNumber",
        NUMBERS.map((digits) => `phone=${encodeURIComponent(digits)}`),
      ),
      await worst(
        context,
        largeReader,
        "listContacts",
        [...singleFilters(until), ...combinations(until, 20)].map((query) => `by=contacts&${query}`),
      ),
    ];
  } finally {
    smallReader.close();
    largeReader.close();
  }
}

/** The times of one filter with the two databases, by round. */
type Timed = { query: string; small: number[]; large: number[] };

async function singlePages(context: BenchContext, small: Reader, large: Reader, until: Date): Promise<Measured[]> {
  const first: Timed[] = [];
  const deep: Timed[] = [];
  for (const query of singleFilters(until)) {
    context.say(`lists: ${query || "no filter"}`);
    first.push(await timeBoth(context, query, [small, null], [large, null]));
    const [smallCursor, largeCursor] = [await cursorDeep(small, query), await cursorDeep(large, query)];
    if (smallCursor !== null && largeCursor !== null) {
      deep.push(await timeBoth(context, query, [small, smallCursor], [large, largeCursor]));
    }
  }
  return [
    ratioLine("listFirst", first),
    timeLine("listFirstTime", first),
    ratioLine("listDeep", deep),
    timeLine("listDeepTime", deep),
  ];
}

async function timeBoth(
  { rounds }: BenchContext,
  query: string,
  [small, smallCursor]: [Reader, string | null],
  [large, largeCursor]: [Reader, string | null],
): Promise<Timed> {
  const timed: Timed = { query, small: [], large: [] };
  // Once unmeasured: Postgres plans a statement again for each of the first five executions of a connection, and reads from the disk.
  await small.ask({ query, what: "page", cursor: smallCursor });
  await large.ask({ query, what: "page", cursor: largeCursor });
  for (let round = 0; round < rounds; round += 1) {
    timed.small.push(await small.time({ query, what: "page", cursor: smallCursor }));
    timed.large.push(await large.time({ query, what: "page", cursor: largeCursor }));
    if ((timed.large.at(-1) ?? 0) > SLOW_MS) {
      break;
    }
  }
  return timed;
}

/** The cursor of the page that is 1,000 pages deep; if there are fewer, of one near the end. Null if there is only one page. */
async function cursorDeep(reader: Reader, query: string): Promise<string | null> {
  const ask = (cursor: string | null, perPage: number) => reader.ask({ query, what: "page", cursor, perPage });
  let cursor: string | null = null;
  for (let rows = 0; rows < DEEP_PAGES * PER_PAGE; rows += STEP) {
    const reply = await ask(cursor, STEP);
    if ("problem" in reply) {
      return null;
    }
    if (reply.nextCursor === null) {
      const last = await ask(cursor, Math.max(1, Math.floor(reply.rows * 0.95)));
      return reply.rows <= PER_PAGE || "problem" in last ? cursor : last.nextCursor;
    }
    cursor = reply.nextCursor;
  }
  return cursor;
}

const medianOf = (values: readonly number[]) => spread(values).median;

/** The line with the filter whose ratio is the worst. */
function ratioLine(line: LineId, all: readonly Timed[]): Measured {
  const sorted = all.toSorted((a, b) => ratioOf(b) - ratioOf(a));
  const [slowest] = sorted;
  if (slowest === undefined) {
    return { line, values: [], detail: "no filter has so many pages" };
  }
  return {
    line,
    values: slowest.large.map((value) => value / medianOf(slowest.small)),
    detail: `${all.length} filters; worst: ${sorted
      .slice(0, 3)
      .map((timed) => `${named(timed)} ${medianOf(timed.large).toFixed(1)} ms : ${medianOf(timed.small).toFixed(1)} ms`)
      .join(", ")}`,
  };
}

function ratioOf({ small, large }: Timed): number {
  return medianOf(large) / medianOf(small);
}

/** The line with the filter that takes the longest with the large database. */
function timeLine(line: LineId, all: readonly Timed[]): Measured {
  const sorted = all.toSorted((a, b) => medianOf(b.large) - medianOf(a.large));
  return {
    line,
    values: sorted[0]?.large ?? [],
    detail: `median of the filters ${medianOf(all.map((timed) => medianOf(timed.large))).toFixed(1)} ms; slowest: ${sorted
      .slice(0, 3)
      .map((timed) => `${named(timed)} ${medianOf(timed.large).toFixed(1)} ms`)
      .join(", ")}`,
  };
}

function named({ query }: { query: string }): string {
  return query === "" ? "no filter" : `\`${query}\``;
}

async function worst(
  context: BenchContext,
  reader: Reader,
  line: LineId,
  queries: readonly string[],
): Promise<Measured> {
  const timed: Timed[] = [];
  for (const query of queries) {
    context.say(`lists: ${query}`);
    await reader.ask({ query, what: "all", cursor: null });
    const large: number[] = [];
    for (let round = 0; round < Math.min(3, context.rounds) && (large.at(-1) ?? 0) < SLOW_MS; round += 1) {
      large.push(await reader.time({ query, what: "all", cursor: null }));
    }
    timed.push({ query, small: [], large });
  }
  return timeLine(line, timed);
}
