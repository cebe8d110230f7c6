import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { startEmbeddedPostgres } from "../postgres/embedded";
import { type Address, checkAddress, localOrigin, readAddress } from "./address";
import { build, isBuilt } from "./build";
import { CommandError } from "./command-error";
import { DATA_FOLDERS } from "./data-folders";
import { checkEnvironment, completeEnvironment } from "./environment";
import { type Interruption, listenForInterruption } from "./interruption";
import { migrateDatabase, migrateDatabaseLater } from "./migrate-database";
import { restartOnUnexpectedEnd } from "./restart-database";
import { isCallboardRunning, takeRunLock } from "./run-lock";
import { readOrMakeSecrets } from "./secrets";
import { printStartMessage, type StartMessage } from "./start-message";
import { printError, step } from "./terminal";
import { startWebServer } from "./web-server";

/** The options in which `npm start`, `npm run demo` and `npm run dev` differ. */
export type ServeOptions = {
  /** The command that the person typed. Error messages repeat it with a correction. */
  commandLine: string;
  mode: "start" | "dev";
  dataFolder: string;
  /**
   * Returns variables that replace those of the environment; an empty string unsets a variable. Called when the address is known and
   * the data folder is locked.
   */
  overrides?: (ready: { address: Address }) => Promise<Record<string, string>>;
  /** The parts of the start message that differ from `npm start`. */
  message?: Pick<StartMessage, "signIn" | "webhookNote" | "furtherRows">;
  /** Called when the web server answers. On shutdown, the returned function is called before anything else stops. */
  onReady?: (running: RunningServer) => Promise<() => Promise<void>>;
  /** Called with each line that the web server prints. Default: prints the line unchanged. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
};

export type RunningServer = {
  /** The URL of the webhook on this machine, with the secret. */
  localWebhookUrl: string;
  interruption: Interruption;
};

/** The folder of the build. All commands use the same one. */
const DIST = process.env.NEXT_DIST_DIR ?? ".next";

/**
 * Runs until Ctrl-C, SIGTERM or SIGHUP, then stops everything in reverse order of its start and exits with code 0. A second Ctrl-C
 * ends everything immediately. On any error, such as a web server that ends unexpectedly, it also stops everything, and exits with
 * code 1.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const kills: (() => void)[] = [];
  const interruption = listenForInterruption(() => {
    for (const kill of kills) {
      kill();
    }
    console.log("\nStopped at once. The database recovers at the next start.");
    process.exit(1);
  });
  const started = new AsyncDisposableStack();
  let failure: unknown = null;
  try {
    await run(options, { interruption, started, kills });
  } catch (error) {
    failure = interruption.signal.aborted ? null : error;
  }
  if (failure === null) {
    await step("\nStopping", () => started.disposeAsync());
    process.exit(0);
  }
  printError(failure);
  await started.disposeAsync();
  process.exit(1);
}

type Run = { interruption: Interruption; started: AsyncDisposableStack; kills: (() => void)[] };

/** Starts everything and returns on the first interruption. Adds each started part to `started` and `kills`. */
async function run(options: ServeOptions, { interruption, started, kills }: Run): Promise<void> {
  const { dataFolder, mode } = options;
  const address = readAddress(process.env);
  const secrets = readOrMakeSecrets(dataFolder);
  const lock = await takeRunLock(dataFolder, {
    url: `http://localhost:${address.port}`,
    onLeftover: (names) => console.log(`Ending what an earlier run left behind: ${names.join(", ")}.`),
  });
  started.defer(() => lock.release());

  const overrides = (await options.overrides?.({ address })) ?? {};
  const isSecretGiven =
    Boolean(process.env.SARJ_WEBHOOK_SECRETS?.trim()) && overrides.SARJ_WEBHOOK_SECRETS === undefined;
  const env = completeEnvironment(
    { ...process.env, APP_VERSION: version(), ...overrides },
    { address, dataFolder, secrets },
  );
  checkEnvironment(env);
  await checkAddress(address, options.commandLine);

  if (mode === "start" && !isBuilt(DIST)) {
    checkBuildIsUnused(dataFolder);
    await step("Building", () => build(DIST, { signal: interruption.signal }));
    interruption.throwIfInterrupted();
  }

  const embedded =
    env.DATABASE_URL === undefined
      ? await step("Starting the database", () => startEmbeddedPostgres({ directory: resolve(dataFolder, "postgres") }))
      : null;
  if (embedded !== null) {
    started.defer(() => embedded.stop());
    kills.push(() => void embedded.kill());
    const remember = () => lock.remember("the database", embedded.process().pid, "SIGINT");
    remember();
    restartOnUnexpectedEnd(embedded, { onRestart: remember, interruption });
  }
  const applicationUrl = embedded?.applicationUrl ?? env.DATABASE_URL ?? "";
  const urls = { applicationUrl, ownerUrl: embedded?.ownerUrl ?? env.DATABASE_OWNER_URL ?? applicationUrl };
  env.DATABASE_URL = applicationUrl;
  // The web server must not have the rights of the owner.
  delete env.DATABASE_OWNER_URL;
  // Only now can modules of db/ be imported: lib/env.ts reads process.env when it is loaded.
  Object.assign(process.env, env);
  interruption.throwIfInterrupted();

  const unreachable = await migrateDatabase(urls);
  if (unreachable !== null) {
    void migrateDatabaseLater(urls, interruption);
  }
  interruption.throwIfInterrupted();

  const server = startWebServer({ mode, address, env, onLine: options.onLine ?? printLine });
  lock.remember("the web server", server.pid, "SIGTERM");
  started.defer(() => server.stop());
  kills.push(() => server.kill());
  const isUp = await Promise.race([server.answers(), interruption.first.then(() => false)]);
  interruption.throwIfInterrupted();
  if (!isUp) {
    throw new CommandError("The web server did not start. Its output is above.");
  }

  await printStartMessage({ mode, env, address, embedded, unreachable, isSecretGiven, ...options.message });
  const [secret] = (env.SARJ_WEBHOOK_SECRETS ?? "").split(",");
  const localWebhookUrl = `${localOrigin(address)}/webhooks/sarj/${secret}`;
  const afterReady = (async () => {
    const finish = await options.onReady?.({ localWebhookUrl, interruption });
    if (finish !== undefined) {
      started.defer(finish);
    }
  })();
  await Promise.race([
    interruption.first,
    afterReady.then(() => interruption.first),
    server.ended.then((how) => {
      interruption.throwIfInterrupted();
      throw new CommandError(`The web server ended unexpectedly (${how}). Its output is above.`);
    }),
  ]);
  await afterReady;
}

/** Throws if another Callboard serves from the build. A running server loads parts of its build on demand, so nothing may replace it. */
function checkBuildIsUnused(dataFolder: string): void {
  const other = Object.values(DATA_FOLDERS).find((folder) => folder !== dataFolder && isCallboardRunning(folder));
  if (other !== undefined) {
    throw new CommandError(
      "The code has changed and must be built, but another Callboard is running from the current build " +
        `(its data is in ${other}). Stop that one first, then start both again.`,
    );
  }
}

function printLine(line: string, stream: "stdout" | "stderr"): void {
  process[stream].write(`${line}\n`);
}

/** Returns the version that `GET /api/health` reports: `0.1.0+a1b2c3d`, or without the commit outside a git clone. */
function version(): string {
  const { version: number } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  try {
    const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return `${number}+${commit.trim()}`;
  } catch {
    return number;
  }
}
