/** The lines of the table in `docs/performance.md`: what is measured, against what, and what it should reach. */

type LineDefinition = {
  part: Part;
  what: string;
  against: string;
  unit: Unit;
  goal: { atLeast: number } | { atMost: number } | null;
};

/** `×`: a ratio of the two sides in the same round. */
type Unit = "×" | "ms" | "MB" | "points";

/** What `npm run bench -- <part>` can measure alone, in the order of a whole run. */
export const PARTS = [
  "ingest",
  "start",
  "spool",
  "lists",
  "overview",
  "export",
  "retention",
  "pages",
  "lighthouse",
  "memory",
] as const;

export type Part = (typeof PARTS)[number];

const PLAIN_TABLE = "a plain table of the same cells";
const EMPTY_PAGE = "an empty page of a signed-in user";
/** Two collections of garbage in a row differ by a few megabytes. */
const NOISE_MB = 5;
const EMPTY_HANDLER = "an empty route handler of the same build that reads its body";

export const LINES = {
  ingest1: ingest("ingest throughput, 1 sender", null),
  ingest32: ingest("ingest throughput, 32 senders", { atLeast: 0.65 }),
  ingest128: ingest("ingest throughput, 128 senders", null),
  slowest1: ingest("ingest p99, 1 sender", { atMost: 2 }),
  slowest32: ingest("ingest p99, 32 senders", { atMost: 2 }),
  slowest128: ingest("ingest p99, 128 senders", { atMost: 2 }),
  databaseTime: {
    part: "ingest",
    what: "database's processor time a delivery, 32 senders",
    against: "the same rows by `pgbench -M prepared`",
    unit: "×",
    goal: { atMost: 1.5 },
  },
  ingestLarge: {
    part: "ingest",
    what: "ingest throughput with the large database, 32 senders",
    against: "with the small one",
    unit: "×",
    goal: { atLeast: 0.9 },
  },
  firstWebhook: {
    part: "start",
    what: "first webhook after a cold start",
    against: "first request to the empty handler after a cold start",
    unit: "×",
    goal: { atMost: 1.5 },
  },
  drain: {
    part: "spool",
    what: "draining spooled deliveries",
    against: "taking them by HTTP, 32 senders",
    unit: "×",
    goal: { atLeast: 2 },
  },
  listFirst: list("`/calls`, slowest single filter, first page", "the small database", "×", { atMost: 1.5 }),
  listFirstTime: list("`/calls`, slowest single filter, first page, in the database", "–", "ms", { atMost: 30 }),
  listDeep: list("`/calls`, slowest single filter, 1,000 pages deep", "the small database, 95% deep", "×", {
    atMost: 1.5,
  }),
  listDeepTime: list("`/calls`, slowest single filter, 1,000 pages deep, in the database", "–", "ms", { atMost: 30 }),
  listRare: list("`/calls`, 50 pairs and triples of filters, worst, with count and menus", "–", "ms", { atMost: 150 }),
  listNumber: list("`/calls`, parts of numbers, worst, with count and menus", "–", "ms", { atMost: 150 }),
  listContacts: list("`/calls?by=contacts`, single filters and pairs, worst, with count and menus", "–", "ms", {
    atMost: 150,
  }),
  overviewRatio: {
    part: "overview",
    what: "overview, 7 days, 30 days and all time, under no and each single filter, worst",
    against: "the small database",
    unit: "×",
    goal: { atMost: 3 },
  },
  overviewTime: {
    part: "overview",
    what: "overview, the same pages, worst, in the database",
    against: "–",
    unit: "ms",
    goal: { atMost: 150 },
  },
  overviewCounted: {
    part: "overview",
    what: "overview under filters that no sum knows (words, numbers, durations, two at once), worst, in the database",
    against: "–",
    unit: "ms",
    goal: null,
  },
  exportRate: {
    part: "export",
    what: "CSV of a million calls",
    against: "`\\copy` of the same columns by psql",
    unit: "×",
    goal: { atLeast: 0.6 },
  },
  exportFirstByte: { part: "export", what: "CSV, first byte", against: "–", unit: "ms", goal: { atMost: 300 } },
  exportMemory: { part: "export", what: "CSV, growth of memory", against: "–", unit: "MB", goal: { atMost: 50 } },
  purgeLongest: {
    part: "retention",
    what: "retention of a day's calls, longest statement",
    against: "–",
    unit: "ms",
    goal: { atMost: 1_000 },
  },
  eraseLongest: {
    part: "retention",
    what: "erasure of one number, longest statement",
    against: "–",
    unit: "ms",
    goal: { atMost: 1_000 },
  },
  deletionSlowest: {
    part: "retention",
    what: "ingest p99 meanwhile, 32 senders",
    against: "without them",
    unit: "×",
    goal: { atMost: 2 },
  },
  callsHtml: page("HTML of `/calls` (50 rows)", PLAIN_TABLE, 2.5),
  callsGzip: page("HTML of `/calls`, compressed", PLAIN_TABLE, 2.5),
  callsTime: page("server time of `/calls`", EMPTY_PAGE, 3),
  overviewHtml: page("HTML of `/`", PLAIN_TABLE, 2.5),
  overviewGzip: page("HTML of `/`, compressed", PLAIN_TABLE, 2.5),
  overviewServer: page("server time of `/`", EMPTY_PAGE, 3),
  lighthousePerformance: lighthouse("performance", 95),
  lighthouseAccessibility: lighthouse("accessibility", 100),
  lighthousePractices: lighthouse("best practices", 100),
  memoryDeliveries: memory("memory after 100,000 deliveries"),
  memoryViews: memory("memory after 10,000 page views"),
} as const satisfies Record<string, LineDefinition>;

export type LineId = keyof typeof LINES;

function ingest(what: string, goal: LineDefinition["goal"]) {
  return { part: "ingest", what, against: EMPTY_HANDLER, unit: "×", goal } as const;
}

function page(what: string, against: string, atMost: number) {
  return { part: "pages", what, against, unit: "×", goal: { atMost } } as const;
}

function lighthouse(category: string, atLeast: number) {
  const what = `Lighthouse, ${category}, worst of \`/calls\`, \`/\` and a call`;
  return { part: "lighthouse", what, against: "–", unit: "points", goal: { atLeast } } as const;
}

function memory(what: string) {
  return { part: "memory", what, against: "after a tenth of them", unit: "MB", goal: { atMost: NOISE_MB } } as const;
}

function list(what: string, against: string, unit: Unit, goal: LineDefinition["goal"]) {
  return { part: "lists", what, against, unit, goal } as const;
}

/**
 * What was measured for a line: a value for each round, in the line's unit, and the figures behind it as text. `values` is empty if it could not be
 * measured; then `detail` says why.
 */
export type Measured = { line: LineId; values: number[]; detail: string };
