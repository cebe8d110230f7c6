import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";

import { readSecretFiles } from "../../lib/env-files";
import { ENV_NAMES, readEnv } from "../../lib/env-schema";
import type { Address } from "./address";
import { CommandError } from "./command-error";
import type { Secrets } from "./secrets";

/** The folder of the project, with its `.env` and `.data`. A release runs in another folder: see `bootstrap/release.mjs`. */
const HOME = process.env.CALLBOARD_HOME ?? process.cwd();

/** The variables that this process was started with, for the time before files are read. */
export function environmentAsGiven(): Record<string, string> {
  const given = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.filter(([name]) => name !== "CALLBOARD_DOOR"));
}

/**
 * Loads the same files as Next.js, in the same order, then the secrets from the files that `<NAME>_FILE` names. A variable that is already set keeps
 * its value. Throws a CommandError with one line for each file that cannot be used.
 */
export function loadEnvFiles(mode: "production" | "development"): void {
  const folder = process.cwd();
  process.chdir(HOME);
  try {
    readFiles(mode);
  } finally {
    process.chdir(folder);
  }
}

function readFiles(mode: "production" | "development"): void {
  for (const file of [`.env.${mode}.local`, ".env.local", `.env.${mode}`, ".env"]) {
    if (existsSync(file)) {
      try {
        // `process.loadEnvFile` takes a byte order mark, which editors on Windows write, for a part of the first name.
        const variables = parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
        for (const [name, value] of Object.entries(variables)) {
          process.env[name] ??= value;
        }
      } catch (error) {
        throw new CommandError(`${file} cannot be read (${(error as Error).message}).`);
      }
    }
  }
  const { env, problems } = readSecretFiles(process.env, ENV_NAMES);
  if (problems.length > 0) {
    throw environmentError(problems);
  }
  for (const name of ENV_NAMES) {
    delete process.env[`${name}_FILE`];
  }
  Object.assign(process.env, env);
}

/** Returns the environment of the web server: the given variables, and defaults for variables that are unset or empty. */
export function completeEnvironment(
  given: NodeJS.Dict<string>,
  { address, dataFolder, secrets }: { address: Address; dataFolder: string; secrets: Secrets },
): Record<string, string> {
  const defaults: Record<string, string> = {
    SARJ_WEBHOOK_SECRETS: secrets.webhookSecret,
    AUTH_SECRET: secrets.authSecret,
    CRON_SECRET: secrets.cronSecret,
    SETUP_CODE: secrets.setupCode,
    APP_URL: `http://localhost:${address.port}`,
    SPOOL_DIR: resolve(dataFolder, "spool"),
    NEXT_TELEMETRY_DISABLED: "1",
    // Node writes files, resolves names, compresses and hashes passwords on these threads, 4 by default. Two may hash passwords, and libuv
    // lets half of all resolve names: with 4 threads, a slow name server and two sign-ins would keep deliveries from the spool.
    UV_THREADPOOL_SIZE: "16",
  };
  const set = Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim()));
  const env: Record<string, string> = { ...defaults, ...Object.fromEntries(set) };
  // A release runs in another folder, and must use the same spool.
  return { ...env, SPOOL_DIR: resolve(HOME, env.SPOOL_DIR ?? "") };
}

/** Throws a CommandError with one line for each invalid variable. DATABASE_URL may be unset, because the embedded database starts later. */
export function checkEnvironment(env: Record<string, string>): void {
  const result = readEnv({ ...env, DATABASE_URL: env.DATABASE_URL ?? "postgres://embedded@127.0.0.1/callboard" });
  if (!result.ok) {
    throw environmentError(result.problems);
  }
}

function environmentError(problems: readonly string[]): CommandError {
  const lines = problems.map((problem) => `  - ${problem}`).join("\n");
  return new CommandError(`Callboard cannot start, its environment is not right:\n${lines}`);
}
