import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { chromium } from "@playwright/test";
import postgres from "postgres";

import { findInstalledBrowser } from "@/scripts/launcher/browser";
import { findFreePort } from "@/scripts/launcher/ports";

import { startBenchApp } from "../app";
import { signInAt } from "../client";
import type { BenchContext } from "../context";
import type { FilledDatabase } from "../data/kept";
import type { LineId, Measured } from "../lines";
import { spread } from "../rounds";

/** Fetched by npm when it is needed: as a dependency, it would add a hundred packages to every installation. */
const LIGHTHOUSE = "lighthouse@13.5.0";
const RUNS = 3;
const RUN_WITHIN_MS = 180_000;

const CATEGORIES = {
  performance: "lighthousePerformance",
  accessibility: "lighthouseAccessibility",
  "best-practices": "lighthousePractices",
} as const satisfies Record<string, LineId>;

type Category = keyof typeof CATEGORIES;
type Scores = Record<Category, number>;

/** Lighthouse's scores of three pages, as a desktop and signed in. Each line has the page whose median is the lowest. */
export async function measureLighthouse(context: BenchContext): Promise<Measured[]> {
  const { data, small, folder } = context;
  const database = data.filled(small);
  const app = await startBenchApp({ applicationUrl: database.applicationUrl, folder });
  const port = await findFreePort();
  const installed = findInstalledBrowser();
  const browser = await chromium.launch({
    ...(installed?.path === undefined ? {} : { executablePath: installed.path }),
    chromiumSandbox: false,
    args: [`--remote-debugging-port=${port}`, "--disable-gpu"],
  });
  try {
    const { headers } = await signInAt(app);
    const headersFile = join(folder, "headers.json");
    writeFileSync(headersFile, JSON.stringify(headers));
    const scores = new Map<string, Scores[]>();
    for (const path of ["/calls", "/", await pathOfCall(database)]) {
      const name = path.startsWith("/calls/") ? "a call" : `\`${path}\``;
      context.say(`lighthouse: ${name}`);
      const runs: Scores[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        runs.push(await scoresOf(`${app.url}${path}`, { port, headersFile, folder }));
      }
      scores.set(name, runs);
    }
    return (Object.entries(CATEGORIES) as [Category, LineId][]).map(([category, line]) => {
      const medians = [...scores]
        .map(([name, runs]) => ({ name, values: runs.map((run) => run[category]) }))
        .toSorted((a, b) => spread(a.values).median - spread(b.values).median);
      return {
        line,
        values: medians[0]?.values ?? [],
        detail: medians.map(({ name, values }) => `${name} ${spread(values).median}`).join(", "),
      };
    });
  } catch (error) {
    const detail = `Lighthouse did not run: ${(error as Error).message.split("\n", 1)[0]}`;
    return Object.values(CATEGORIES).map((line) => ({ line, values: [], detail }));
  } finally {
    await browser.close();
    await app.stop();
  }
}

async function scoresOf(
  url: string,
  { port, headersFile, folder }: { port: number; headersFile: string; folder: string },
): Promise<Scores> {
  const report = join(folder, "lighthouse.json");
  await promisify(execFile)(
    "npm",
    [
      "exec",
      "--yes",
      LIGHTHOUSE,
      "--",
      url,
      `--port=${port}`,
      "--preset=desktop",
      "--quiet",
      "--output=json",
      `--output-path=${report}`,
      `--extra-headers=${headersFile}`,
      "--disable-full-page-screenshot",
      `--only-categories=${Object.keys(CATEGORIES).join(",")}`,
    ],
    { timeout: RUN_WITHIN_MS },
  );
  const { categories } = JSON.parse(readFileSync(report, "utf8")) as {
    categories: Record<Category, { score: number | null }>;
  };
  const points = (category: Category) => Math.round((categories[category].score ?? Number.NaN) * 100);
  return {
    performance: points("performance"),
    accessibility: points("accessibility"),
    "best-practices": points("best-practices"),
  };
}

/** A completed call with a transcript. */
async function pathOfCall({ superuserUrl }: FilledDatabase): Promise<string> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql<{ id: string }[]>`
      select call_id as id from call_details join calls using (call_id) where transcript is not null order by occurred_at desc limit 1`;
    return `/calls/${row?.id ?? ""}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
