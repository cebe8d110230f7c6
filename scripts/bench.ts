import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { BENCH_DIST } from "@/tests/bench/app";
import { openKeptData } from "@/tests/bench/data/kept";
import { type Measured, type Part, PARTS } from "@/tests/bench/lines";
import { describeCommit, describeMachine } from "@/tests/bench/machine";
import { MEASUREMENTS } from "@/tests/bench/measurements";
import { printed, rowOf, updated } from "@/tests/bench/table";

import { build, isBuilt } from "./launcher/build";
import { CommandError } from "./launcher/command-error";
import { printError, runCommand, step } from "./launcher/terminal";

/**
 * `npm run bench [-- <parts> <options>]` measures the application beside its peers, prints a table with the goal of each figure, and writes it into
 * `docs/performance.md`, where it replaces the lines that it measured. Everything is real: the production build over HTTP, PostgreSQL with
 * fsync, bodies as the vendor sends them.
 */

const HELP = `npm run bench -- [parts] [options]

Parts: ${PARTS.join(", ")}; all without any

  --calls <n>       calls in the large database; default 1000000. 10000000 needs 40 GB of disk and ten minutes the first time
  --small <n>       calls in the small one; default 10000
  --rounds <n>      rounds of each measurement; default 5
  --seconds <n>     how long the sender sends in each round; default 5
  --deliveries <n>  deliveries that are drained, and sent to see whether memory grows; default 100000
  --dry             prints the table without writing it
`;

const DOCUMENT = "docs/performance.md";

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      calls: { type: "string", default: "1000000" },
      small: { type: "string", default: "10000" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      deliveries: { type: "string", default: "100000" },
      dry: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const unknown = positionals.filter((name) => !isPart(name));
  if (values.help === true || unknown.length > 0) {
    console.log(unknown.length > 0 ? `Unknown: ${unknown.join(", ")}\n\n${HELP}` : HELP);
    return;
  }
  const parts = positionals.length === 0 ? PARTS : PARTS.filter((part) => positionals.includes(part));
  const [large, small] = [readCount("calls", values.calls), readCount("small", values.small)];

  process.env.CALLBOARD_BENCH = "1";
  if (!isBuilt(BENCH_DIST)) {
    await step("Building", () => build(BENCH_DIST));
  }
  const folder = mkdtempSync(join(tmpdir(), "callboard-bench-"));
  const data = await openKeptData(resolve(".data/bench"), [...new Set([small, large])], (line) => console.log(line));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // PostgreSQL has a process group of its own, so a Ctrl-C does not reach it.
    process.once(signal, () => void data.stop().finally(() => process.exit(1)));
  }
  const measured: Measured[] = [];
  try {
    const context = {
      data,
      small,
      large,
      rounds: readCount("rounds", values.rounds),
      seconds: readCount("seconds", values.seconds),
      deliveries: readCount("deliveries", values.deliveries),
      folder,
      say: (line: string) => console.log(line),
    };
    for (const part of parts) {
      try {
        await step(part, async () => measured.push(...(await MEASUREMENTS[part](context))));
      } catch (error) {
        // The other parts can still be measured.
        printError(error);
        process.exitCode = 1;
      }
    }
  } finally {
    const [version] = await data.admin<{ server_version: string }[]>`show server_version`;
    await data.stop();
    rmSync(folder, { recursive: true, force: true });
    report(measured, { postgres: version?.server_version ?? "?", isDry: values.dry, large, small });
  }
  process.exit();
});

function report(
  measured: readonly Measured[],
  { postgres, isDry, large, small }: { postgres: string; isDry: boolean; large: number; small: number },
): void {
  const occasion = { date: new Date().toISOString().slice(0, 10), commit: describeCommit() };
  const rows = measured.map((one) => rowOf(one, occasion));
  console.log(`\n${printed(rows)}\n`);
  if (!isDry && rows.length > 0) {
    const sizes = `The large database has ${large.toLocaleString("en")} calls of one year, the small one ${small.toLocaleString("en")}.`;
    const machine = `${describeMachine(postgres)} ${sizes}`;
    writeFileSync(DOCUMENT, updated(readFileSync(DOCUMENT, "utf8"), rows, machine));
    console.log(`Written to ${DOCUMENT}`);
  }
}

function isPart(name: string): name is Part {
  return (PARTS as readonly string[]).includes(name);
}

function readCount(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new CommandError(`--${name} must be a whole number from 1`);
  }
  return value;
}
