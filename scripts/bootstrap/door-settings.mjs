import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import * as util from "node:util";

/** The files of variables that Next.js reads in production, the most important one first. */
const ENV_FILES = [".env.production.local", ".env.local", ".env.production", ".env"];
const WEBHOOK_SECRET = /^[A-Za-z0-9_-]{32,}$/;

/**
 * What the door needs to know, from the environment and the files of `npm start`, which follows the same rules later and says what is
 * wrong with them. Null if something is: then the door stays closed.
 *
 * @param {Record<string, string | undefined>} environment
 * @param {string} dataFolder
 * @param {string} folder the project
 */
export function readDoorSettings(environment, dataFolder, folder = ".") {
  try {
    const variables = { ...readEnvFiles(folder), ...withoutUndefined(environment) };
    const read = (name) => valueOf(variables, name);
    // These two never come from files: see `scripts/launcher/address.ts`.
    const port = Number(variables.PORT?.trim() || "3000");
    const host = variables.HOST?.trim() || "127.0.0.1";
    const stored = readStoredSecrets(dataFolder);
    const secrets = (read("SARJ_WEBHOOK_SECRETS") ?? stored.webhookSecret)
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    const isUsable =
      Number.isInteger(port) &&
      port > 0 &&
      port < 65_536 &&
      (isIP(host) !== 0 || host === "localhost") &&
      secrets.length > 0 &&
      secrets.every((secret) => WEBHOOK_SECRET.test(secret) && new Set(secret).size >= 8) &&
      read("VERCEL") === undefined;
    if (!isUsable) {
      return null;
    }
    const ownSecrets = [
      ...secrets,
      read("SARJ_API_KEY"),
      ...(read("AUTH_SECRET") ?? stored.authSecret ?? "").split(","),
      read("CRON_SECRET") ?? stored.cronSecret,
    ];
    return {
      port,
      host,
      secrets,
      // The longest first, so that none is hidden in part.
      ownSecrets: ownSecrets.filter(Boolean).sort((a, b) => b.length - a.length),
      spoolDirectory: read("SPOOL_DIR") ?? resolve(dataFolder, "spool"),
      clientIpHeader: read("CLIENT_IP_HEADER")?.toLowerCase(),
      version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version,
    };
  } catch {
    return null;
  }
}

function readEnvFiles(folder) {
  const files = ENV_FILES.map((name) => join(folder, name)).filter((file) => existsSync(file));
  // Node has this function since 20.12. Without it the settings are unknown, and the door stays closed.
  const read = (file) => util.parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  return Object.assign({}, ...files.toReversed().map(read));
}

/** The value of a variable, or the content of the file that `<NAME>_FILE` names. Blank is unset. */
function valueOf(variables, name) {
  const file = variables[`${name}_FILE`]?.trim();
  const value = file ? readFileSync(file, "utf8").replaceAll(/^\uFEFF|\r?\n$/g, "") : variables[name]?.trim();
  return value || undefined;
}

/** Reads `secrets.json`. Makes the secret of the webhook if there is none; the launcher adds the others. */
function readStoredSecrets(dataFolder) {
  const file = join(dataFolder, "secrets.json");
  mkdirSync(dataFolder, { recursive: true });
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  if (typeof stored.webhookSecret !== "string") {
    stored.webhookSecret = randomBytes(32).toString("base64url");
    writeFileSync(`${file}.new`, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return stored;
}

function withoutUndefined(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}
