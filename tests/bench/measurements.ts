import type { BenchContext } from "./context";
import type { Measured, Part } from "./lines";
import { measureExport } from "./parts/export";
import { measureIngest } from "./parts/ingest";
import { measureLighthouse } from "./parts/lighthouse";
import { measureLists } from "./parts/lists";
import { measureMemory } from "./parts/memory";
import { measureOverview } from "./parts/overview";
import { measurePages } from "./parts/pages";
import { measureRetention } from "./parts/retention";
import { measureSpool } from "./parts/spool";
import { measureStart } from "./parts/start";

/** What measures each part. */
export const MEASUREMENTS: Record<Part, (context: BenchContext) => Promise<Measured[]>> = {
  ingest: measureIngest,
  start: measureStart,
  spool: measureSpool,
  lists: measureLists,
  overview: measureOverview,
  export: measureExport,
  retention: measureRetention,
  pages: measurePages,
  lighthouse: measureLighthouse,
  memory: measureMemory,
};
