import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "./command-error";

/** Everything that goes into a build. A change outside of it does not cause a new one. */
export const BUILD_SOURCES = [
  "app",
  "components",
  "db",
  "lib",
  "public",
  "server",
  "instrumentation.ts",
  "next.config.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
  "tsconfig.json",
];
const STAMP_FILE = "callboard-build.json";

/** Whether the folder holds a complete build of the current sources. */
export function isBuilt(folder: string): boolean {
  return existsSync(join(folder, "BUILD_ID")) && readStamp(folder) === fingerprint();
}

/** Builds into `folder`, printing nothing. Types are not checked: `npm test` does that. Throws a CommandError with the output of Next.js. */
export async function build(folder: string, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const sources = fingerprint();
  // An interrupted build is complete neither for the old sources nor for the new ones.
  rmSync(join(folder, STAMP_FILE), { force: true });
  const output = await runNextBuild(folder, signal);
  if (output !== null) {
    throw new CommandError(`The build failed:\n\n${output}`);
  }
  writeFileSync(join(folder, STAMP_FILE), JSON.stringify({ sources }));
}

/** Resolves with null, or with everything that was printed if the build failed. */
function runNextBuild(folder: string, signal?: AbortSignal): Promise<string | null> {
  const child = spawn(process.execPath, ["node_modules/next/dist/bin/next", "build"], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      NEXT_DIST_DIR: folder,
      CALLBOARD_SKIP_TYPE_CHECK: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(code === 0 ? null : Buffer.concat(chunks).toString("utf8").trim()));
  });
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const source of BUILD_SOURCES.filter((path) => existsSync(path))) {
    const files = source.includes(".") ? [source] : filesBelow(source);
    for (const file of files) {
      hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readStamp(folder: string): string | null {
  try {
    return (JSON.parse(readFileSync(join(folder, STAMP_FILE), "utf8")) as { sources: string }).sources;
  } catch {
    return null;
  }
}
