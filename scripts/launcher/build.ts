import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "./command-error";
import { runProgram } from "./run-program";

/** The files and folders that go into a build. A change elsewhere does not cause a new build. */
export const BUILD_SOURCES = [
  "app",
  "components",
  "db",
  "lib",
  "public",
  "server",
  "instrumentation-client.ts",
  "instrumentation.ts",
  "next.config.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
  "tsconfig.json",
];
/** The folder of the build that `npm start`, `npm run demo` and `npm run upgrade` use. */
export const DIST = process.env.NEXT_DIST_DIR ?? ".next";

const STAMP_FILE = "callboard-build.json";

/** Whether the folder holds a complete build of the current sources. */
export function isBuilt(folder: string): boolean {
  return existsSync(join(folder, "BUILD_ID")) && readStamp(folder) === fingerprint();
}

/** Builds into `folder` without printing. Does not check types; `npm test` does. Throws a CommandError with the output of Next.js. */
export async function build(folder: string, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const sources = fingerprint();
  // If this build is interrupted, the folder holds a complete build of neither the old nor the new sources.
  rmSync(join(folder, STAMP_FILE), { force: true });
  const output = await runProgram(process.execPath, ["node_modules/next/dist/bin/next", "build"], {
    env: {
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      NEXT_DIST_DIR: folder,
      CALLBOARD_SKIP_TYPE_CHECK: "1",
    },
    signal,
  });
  if (output !== null) {
    throw new CommandError(`The build failed:\n\n${output}`);
  }
  writeFileSync(join(folder, STAMP_FILE), JSON.stringify({ sources }));
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
