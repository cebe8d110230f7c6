import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";

import { readEnv } from "../../lib/env-schema";
import { Refusal } from "./terminal";

/** What a self-hosted Callboard makes for itself when it is not told, and keeps, so that a second start changes nothing. */
export type Secrets = { webhookSecret: string; authSecret: string; cronSecret: string; setupCode: string };

type Variables = Readonly<Record<string, string | undefined>>;

export type Address = { port: number; host: string };

/** PORT and HOST. Throws a Refusal for what no server could listen on. */
export function readAddress(env: Variables): Address {
  const port = Number(env.PORT?.trim() || "3000");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Refusal(`PORT is "${env.PORT}": give a number from 1 to 65535.`);
  }
  // The loopback by default: what is in front, a proxy with TLS, is on this machine; sessions do not travel in the clear.
  const host = env.HOST?.trim() || "127.0.0.1";
  if (isIP(host) === 0 && host !== "localhost") {
    throw new Refusal(
      `HOST is "${host}": give an IP address of this machine, or 0.0.0.0 for all of them. Without HOST only this machine can connect.`,
    );
  }
  return { port, host };
}

/** The files that Next.js reads too, first come first served, and none wins over what is already set. */
export function loadEnvFiles(mode: "production" | "development"): void {
  for (const file of [`.env.${mode}.local`, ".env.local", `.env.${mode}`, ".env"]) {
    if (existsSync(file)) {
      try {
        process.loadEnvFile(file);
      } catch (error) {
        throw new Refusal(`${file} cannot be read (${(error as Error).message}).`);
      }
    }
  }
}

/** Reads `<folder>/secrets.json`, making it or what is missing in it. Only its owner can read it. */
export function readOrMakeSecrets(folder: string): Secrets {
  const file = join(folder, "secrets.json");
  let known: Partial<Secrets> = {};
  try {
    mkdirSync(folder, { recursive: true });
    known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Secrets>) : {};
  } catch (error) {
    throw new Refusal(
      error instanceof SyntaxError
        ? `${file} is not JSON any more. It holds the secrets of this installation: mend it, or delete it to get new ones ` +
            "(everybody has to sign in again, and the webhook's URL changes)."
        : `${file} cannot be used (${(error as NodeJS.ErrnoException).code}): start Callboard as the user who made it.`,
    );
  }
  const secrets: Secrets = {
    webhookSecret: known.webhookSecret ?? randomBytes(32).toString("base64url"),
    authSecret: known.authSecret ?? randomBytes(32).toString("base64url"),
    cronSecret: known.cronSecret ?? randomBytes(32).toString("base64url"),
    setupCode: known.setupCode ?? readableCode(),
  };
  if (JSON.stringify(secrets) !== JSON.stringify(known)) {
    writePrivately(file, secrets);
  }
  return secrets;
}

/** Whole or not at all, and readable by nobody else. */
export function writePrivately(file: string, value: unknown): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new Refusal(
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code}): Callboard keeps its data there.`,
    );
  }
}

/** 60 bits in twelve characters that cannot be mistaken for each other, as `K7QF-3M2P-9XWD`. */
function readableCode(): string {
  const alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
  const part = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return `${part()}-${part()}-${part()}`;
}

/** The environment of the web server: what is set, and for what is not (or is empty) what self-hosting makes or assumes. */
export function completeEnvironment(
  given: Variables,
  { address, dataFolder, secrets }: { address: Address; dataFolder: string; secrets: Secrets },
): Record<string, string> {
  const assumed: Record<string, string> = {
    SARJ_WEBHOOK_SECRETS: secrets.webhookSecret,
    AUTH_SECRET: secrets.authSecret,
    CRON_SECRET: secrets.cronSecret,
    SETUP_CODE: secrets.setupCode,
    APP_URL: `http://localhost:${address.port}`,
    SPOOL_DIR: resolve(dataFolder, "spool"),
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const set = Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim()));
  return { ...assumed, ...Object.fromEntries(set) };
}

/** Throws a Refusal with a line for each variable that is wrong. The embedded database, which is still to come, counts as set. */
export function refuseBadEnvironment(env: Record<string, string>): void {
  const result = readEnv({ ...env, DATABASE_URL: env.DATABASE_URL ?? "postgres://embedded@127.0.0.1/callboard" });
  if (!result.ok) {
    const lines = result.problems.map((problem) => `  - ${problem}`).join("\n");
    throw new Refusal(`Callboard cannot start, its environment is not right:\n${lines}`);
  }
}
