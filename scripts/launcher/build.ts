import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Refusal } from "./terminal";

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
const STAMP = "callboard-build.json";

/** True if the folder holds a whole build of the sources as they are now. */
export function isBuilt(folder: string): boolean {
  return existsSync(join(folder, "BUILD_ID")) && readStamp(folder) === fingerprint();
}

/** Builds into `folder` and prints nothing. The types are not checked: the tests do that. Throws a Refusal with what Next.js printed. */
export async function build(folder: string, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const sources = fingerprint();
  // A build that is interrupted leaves a folder that is whole for neither the old sources nor the new ones.
  rmSync(join(folder, STAMP), { force: true });
  const output = await runNextBuild(folder, signal);
  if (output !== null) {
    throw new Refusal(`The build failed:\n\n${output}`);
  }
  writeFileSync(join(folder, STAMP), JSON.stringify({ sources }));
}

/** null if all went well, else everything that was printed. */
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
    return (JSON.parse(readFileSync(join(folder, STAMP), "utf8")) as { sources: string }).sources;
  } catch {
    return null;
  }
}
