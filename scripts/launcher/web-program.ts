import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { ENV_NAMES } from "../../lib/env-schema";
import type { Address } from "./address";

/** How to start a web server. `npm run upgrade` passes one to the running launcher, so the fields must not change. */
export type WebProgram = { folder: string; program: string; args: string[]; env: WebEnvironment };

type WebEnvironment = Record<string, string> & { NODE_ENV: "production" | "development" };

/** `next start` of this version, which waits for its socket: see `listener.mjs`. */
export function startProgram(address: Address, env: Record<string, string>): WebProgram {
  const folder = process.cwd();
  const listener = pathToFileURL(join(folder, "scripts/launcher/listener.mjs")).href;
  return {
    folder,
    program: process.execPath,
    args: ["--import", listener, ...nextArguments("start", address)],
    env: { ...withoutFiles(env), NODE_ENV: "production" },
  };
}

/** `next dev`, which opens the port itself. */
export function devProgram(address: Address, env: Record<string, string>): WebProgram {
  return {
    folder: process.cwd(),
    program: process.execPath,
    args: nextArguments("dev", address),
    env: { ...withoutFiles(env), NODE_ENV: "development" },
  };
}

/**
 * Next.js reads the files of variables in its folder once more. What the launcher has read in them and replaced (the name of a secret's file by the
 * secret) or keeps to itself (the URL of the database's owner) must not come back: so each other variable is empty, which counts as unset.
 */
function withoutFiles(env: Record<string, string>): Record<string, string> {
  const names = ENV_NAMES.flatMap((name) => [name, `${name}_FILE`]);
  return { ...Object.fromEntries(names.map((name) => [name, ""])), ...env };
}

function nextArguments(mode: "start" | "dev", { port, host }: Address): string[] {
  return ["node_modules/next/dist/bin/next", mode, "--port", String(port), "--hostname", host];
}
