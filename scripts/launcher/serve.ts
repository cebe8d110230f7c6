import { resolve } from "node:path";

import { startEmbeddedPostgres } from "../postgres/embedded";
import { type Address, checkAddress, checkLoopback, localOrigin, readAddress } from "./address";
import { build, DIST, isBuilt } from "./build";
import { CommandError } from "./command-error";
import { listenForControl } from "./control";
import { DATA_FOLDERS } from "./data-folders";
import { type Door, inheritedDoor, openOwnDoor } from "./door";
import { checkEnvironment, completeEnvironment } from "./environment";
import { type Interruption, listenForInterruption } from "./interruption";
import { migrateDatabase, migrateDatabaseLater } from "./migrate-database";
import { namePooler } from "./pooler";
import { restartOnUnexpectedEnd } from "./restart-database";
import { isCallboardRunning, takeRunLock } from "./run-lock";
import { readOrMakeSecrets, secretsFileIn } from "./secrets";
import { makeSite } from "./site";
import { printStartMessage, type StartMessage } from "./start-message";
import { printError, step } from "./terminal";
import { version } from "./version";
import { devProgram, startProgram } from "./web-program";

/** The options in which `npm start`, `npm run demo` and `npm run dev` differ. */
export type ServeOptions = {
  /** The command that the person typed. Error messages repeat it with a correction. */
  commandLine: string;
  mode: "start" | "dev";
  dataFolder: string;
  /** The environment before files were read. With it, `npm run upgrade` can replace the web server while the command runs. */
  given?: Record<string, string>;
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
  const door = mode === "start" ? await takeOrOpenDoor(env, address, options) : null;
  if (door === null) {
    await checkAddress(address, options.commandLine);
  }

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
  } else if (embedded === null) {
    env.DATABASE_URL = await namePooler(applicationUrl);
  }
  interruption.throwIfInterrupted();

  const site = makeSite({
    listening: door === null ? { address } : { socket: door.socket },
    onLine: options.onLine ?? printLine,
    lock,
  });
  started.defer(() => site.stop());
  kills.push(() => site.kill());
  const program = (mode === "start" ? startProgram : devProgram)(address, env);
  await Promise.race([site.start(program), interruption.first]);
  interruption.throwIfInterrupted();
  void door?.close();

  const { given } = options;
  if (given !== undefined) {
    const control = await listenForControl(dataFolder, {
      describe: () => ({ given, ...address, embedded: embedded === null ? null : urls }),
      replace: (next) => site.start({ ...next, env: { ...next.env, NODE_ENV: "production" } }),
    });
    started.defer(() => control?.close());
    lock.describe({ canHandOver: control !== null });
  }

  await printStartMessage({
    mode,
    env,
    address,
    embedded,
    unreachable,
    isSecretGiven,
    secretsFile: secretsFileIn(dataFolder),
    ...options.message,
  });
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
    site.ended.then((how) => {
      interruption.throwIfInterrupted();
      throw new CommandError(`The web server ended unexpectedly (${how}). Its output is above.`);
    }),
  ]);
  await afterReady;
}

/**
 * The door that `bootstrap.mjs` opened, or one of our own: for the demo, and where an earlier run left a web server behind, which had the port.
 * Throws a CommandError if no server can listen at the address.
 */
async function takeOrOpenDoor(
  env: Record<string, string>,
  address: Address,
  { commandLine, dataFolder, onLine = printLine }: ServeOptions,
): Promise<Door> {
  const inherited = await inheritedDoor();
  if (inherited !== null) {
    await checkLoopback(address, commandLine);
    return inherited;
  }
  await checkAddress(address, commandLine);
  const door = await openOwnDoor(env, dataFolder, (line) => onLine(line, "stdout"));
  return door;
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
