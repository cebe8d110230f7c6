import { relative } from "node:path";

import type { EmbeddedPostgres } from "../postgres/embedded";
import type { Address } from "./address";
import { bold, dim } from "./terminal";

export type StartMessage = {
  mode: "start" | "dev";
  /** The complete environment of the web server. */
  env: Record<string, string>;
  address: Address;
  /** null: DATABASE_URL names the database. */
  embedded: EmbeddedPostgres | null;
  /** The error code if the database cannot be reached; null if it can. */
  unreachable: string | null;
  /** True if the environment set the webhook's secret; false if the launcher generated it. */
  isSecretGiven: boolean;
  /** The file with the generated secrets. */
  secretsFile: string;
  /** Replaces the sentence about how to sign in. */
  signIn?: string | undefined;
  /** Printed below the webhook's URL. */
  webhookNote?: string | undefined;
  furtherRows?: [name: string, value: string][] | undefined;
};

/** Prints the URL of Callboard, how to sign in, and the URL of the webhook. Reads from the database whether there are users. */
export async function printStartMessage(message: StartMessage): Promise<void> {
  const { mode, env, address, embedded, unreachable, isSecretGiven, secretsFile } = message;
  const url = new URL(env.APP_URL ?? "").origin;
  const [secret] = (env.SARJ_WEBHOOK_SECRETS ?? "").split(",");
  const place = isSecretGiven ? "the first one in SARJ_WEBHOOK_SECRETS" : `webhookSecret in ${secretsFile}`;
  const shownSecret = secretOrPlace(secret ?? "", `<${place}>`);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
  const webhookNote =
    message.webhookNote ??
    (isLocal
      ? "for Sarj.ai, which has to reach it from the internet: see docs/deploy.md"
      : "to be set in the dashboard of Sarj.ai");
  const rows: [string, string][] = [
    ["Dashboard", bold(url)],
    ["Sign in", message.signIn ?? (await howToSignIn(env, url, { unreachable, secretsFile }))],
    ["Webhook", `${url}/webhooks/sarj/${shownSecret}`],
    ["", dim(webhookNote)],
    ["Database", describeDatabase(embedded, env.DATABASE_URL ?? "", unreachable)],
    ...(message.furtherRows ?? []),
  ];
  const isLoopback = address.host === "127.0.0.1" || address.host === "localhost";
  console.log(
    [
      "",
      `  ${bold(`Callboard is running${mode === "dev" ? " for development" : ""}.`)}`,
      "",
      ...rows.map(([name, value]) => `  ${dim(name.padEnd(12))}${value}`),
      "",
      ...(isLoopback ? [dim("  Only this machine can connect. HOST=0.0.0.0 opens it to the network.")] : []),
      dim("  Ctrl-C stops all of it. The data stays."),
      "",
    ].join("\n"),
  );
}

/** A secret for a terminal; for a log, where to find it. Logs are kept, collected and read by others than those who may sign in. */
export function secretOrPlace(secret: string, place: string): string {
  return process.stdout.isTTY ? secret : place;
}

async function howToSignIn(
  env: Record<string, string>,
  url: string,
  { unreachable, secretsFile }: { unreachable: string | null; secretsFile: string },
): Promise<string> {
  const someUser = unreachable === null && (await hasUsers());
  if (env.ADMIN_EMAIL) {
    return `as ${env.ADMIN_EMAIL}${someUser ? "" : ", with ADMIN_PASSWORD"}`;
  }
  if (unreachable !== null) {
    return "once the database can be reached";
  }
  const codePlace = `that is setupCode in ${secretsFile}`;
  return someUser
    ? "with your e-mail address and password"
    : `first open ${url}/setup and enter the code ${bold(secretOrPlace(env.SETUP_CODE ?? "", codePlace))}`;
}

/** Imports db/ at run time, because db/ reads process.env when it is loaded, and `serve` must complete the environment before that. */
async function hasUsers(): Promise<boolean> {
  const [users, { db }] = await Promise.all([import("../../db/people/users"), import("../../db/driver/client")]);
  try {
    return await users.hasUsers();
  } finally {
    // The launcher sends no other query, so do not keep the connection open.
    await db.$client.end({ timeout: 1 });
  }
}

function describeDatabase(embedded: EmbeddedPostgres | null, databaseUrl: string, unreachable: string | null): string {
  if (embedded !== null) {
    const folder = relative(process.cwd(), embedded.directory);
    return `embedded PostgreSQL, its data is in ${folder.startsWith("..") ? embedded.directory : folder}`;
  }
  const { hostname, port, pathname } = new URL(databaseUrl);
  const name = `${hostname}:${port || "5432"}${pathname}`;
  return unreachable === null
    ? name
    : `${name} cannot be reached yet (${unreachable}); Callboard tries again and keeps deliveries on disk meanwhile`;
}
