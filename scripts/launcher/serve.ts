import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded";
import { build, isBuilt } from "./build";
import { type Interruption, listenForInterruption } from "./interruption";
import { bringUpToDate, hasUsers } from "./outside-database";
import { answers, whyNotListen } from "./ports";
import { isCallboardRunning, type RunLock, takeRunLock } from "./run-lock";
import { type Address, completeEnvironment, readAddress, readOrMakeSecrets, refuseBadEnvironment } from "./settings";
import { bold, complain, dim, Refusal, step } from "./terminal";
import { startWebServer } from "./web-server";

/** What `npm start`, `npm run demo` and `npm run dev` have in common, and what each adds. */
export type Plan = {
  /** As it is typed, for sentences that say how to do it otherwise. */
  commandLine: string;
  mode: "start" | "dev";
  dataFolder: string;
  /** Set over the environment when the address is known and nobody else uses the folder; an empty string takes a variable away. */
  overrides?: (ready: { address: Address }) => Promise<Record<string, string>>;
  /** Said instead of what the start would say, and after it. */
  howToSignIn?: string;
  whoPosts?: string;
  furtherRows?: [name: string, value: string][];
  /** Called when everything answers. What it returns is called first when everything is stopped. */
  onReady?: (serving: Serving) => Promise<() => Promise<void>>;
  /** How the web server's lines are shown; by default as they are. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
};

export type Serving = {
  /** Where this machine posts webhooks, the secret included. */
  localWebhookUrl: string;
  interruption: Interruption;
};

/** The folders of those who serve from the same build. The tests put them, and the build, elsewhere. */
const DATA = process.env.CALLBOARD_DATA_FOLDER ?? ".data";
export const DATA_FOLDERS = { start: DATA, demo: `${DATA}/demo` };

const DIST = process.env.NEXT_DIST_DIR ?? ".next";
/** The pauses before a database that ended by itself is started again; the last one for ever: meanwhile deliveries wait on disk. */
const RESTARTS_MILLISECONDS = [0, 1_000, 5_000, 15_000, 30_000];
/** A database that ran that long starts with the first pause again. */
const CALM_MILLISECONDS = 600_000;

/**
 * Runs until Ctrl-C or SIGTERM, then stops what it started, in the reverse order, and exits 0. A second Ctrl-C does not wait.
 * What a person can mend ends it with a sentence, and so does a server that ends by itself; both exit 1.
 */
export async function serve(plan: Plan): Promise<void> {
  const kills: (() => void)[] = [];
  const interruption = listenForInterruption(() => {
    for (const kill of kills) {
      kill();
    }
    console.log("\nStopped at once. The database repairs itself at the next start.");
    process.exit(1);
  });
  const started = new AsyncDisposableStack();
  let failure: unknown = null;
  try {
    await run(plan, { interruption, started, kills });
  } catch (error) {
    failure = interruption.signal.aborted ? null : error;
  }
  if (failure === null) {
    await step("\nStopping", () => started.disposeAsync());
    process.exit(0);
  }
  complain(failure);
  await started.disposeAsync();
  process.exit(1);
}

type Run = { interruption: Interruption; started: AsyncDisposableStack; kills: (() => void)[] };

/** Returns when it is interrupted. */
async function run(plan: Plan, { interruption, started, kills }: Run): Promise<void> {
  const { dataFolder } = plan;
  const address = readAddress(process.env);
  const secrets = readOrMakeSecrets(dataFolder);
  const lock = await takeRunLock(dataFolder, {
    url: `http://localhost:${address.port}`,
    onLeftover: (names) => console.log(`Ending what an earlier run left behind: ${names.join(", ")}.`),
  });
  started.defer(() => lock.release());

  const overrides = (await plan.overrides?.({ address })) ?? {};
  const env = completeEnvironment(
    { ...process.env, APP_VERSION: version(), ...overrides },
    { address, dataFolder, secrets },
  );
  refuseBadEnvironment(env);
  await refuseTakenPort(address, plan.commandLine);

  if (plan.mode === "start" && !isBuilt(DIST)) {
    refuseToReplaceBuild(dataFolder);
    await step("Building", () => build(DIST, { signal: interruption.signal }));
    interruption.throwIfInterrupted();
  }

  const embedded = env.DATABASE_URL === undefined ? await startDatabase(dataFolder) : null;
  if (embedded !== null) {
    started.defer(() => embedded.stop());
    kills.push(() => void embedded.kill());
    keepRunning(embedded, { lock, interruption });
  }
  const databaseUrl = embedded?.url ?? env.DATABASE_URL ?? "";
  env.DATABASE_URL = databaseUrl;
  interruption.throwIfInterrupted();

  const unreachable = await bringUpToDate(databaseUrl);
  if (unreachable !== null) {
    void bringUpToDateLater(databaseUrl, interruption);
  }
  interruption.throwIfInterrupted();

  const server = startWebServer({ mode: plan.mode, address, env, onLine: plan.onLine ?? passOn });
  lock.remember("the web server", server.pid, "SIGTERM");
  started.defer(() => server.stop());
  kills.push(() => server.kill());
  const isUp = await Promise.race([server.answers(), interruption.first.then(() => false)]);
  interruption.throwIfInterrupted();
  if (!isUp) {
    throw new Refusal("The web server did not start; what it said is above.");
  }

  await introduce({ plan, env, address, embedded, databaseUrl, unreachable, isSecretGiven: isGiven(overrides) });
  const [secret] = (env.SARJ_WEBHOOK_SECRETS ?? "").split(",");
  const localWebhookUrl = `http://${localHost(address)}:${address.port}/webhooks/sarj/${secret}`;
  const playing = (async () => {
    const finish = await plan.onReady?.({ localWebhookUrl, interruption });
    if (finish !== undefined) {
      started.defer(finish);
    }
  })();
  await Promise.race([
    interruption.first,
    playing.then(() => interruption.first),
    server.ended.then((how) => {
      interruption.throwIfInterrupted();
      throw new Refusal(`The web server ended by itself (${how}); what it said is above.`);
    }),
  ]);
  await playing;
}

/* ------------------------------------------------------------------ refusals */

async function refuseTakenPort({ port, host }: Address, commandLine: string): Promise<void> {
  const problem = await whyNotListen(port, host);
  const other = `PORT=${port === 65_535 ? 3000 : port + 1} ${commandLine}`;
  // A server on the IPv6 loopback alone does not stand in our way, but the browser would take it for us.
  if (problem === "EADDRINUSE" || (host === "127.0.0.1" && (await answers(port, "::1")))) {
    throw new Refusal(`Port ${port} is in use by another program. Stop that one, or take another port: ${other}`);
  }
  if (problem === "EACCES") {
    throw new Refusal(
      `Port ${port} needs more rights than this user has. Take one above 1023: PORT=3000 ${commandLine}`,
    );
  }
  if (problem === "EADDRNOTAVAIL") {
    throw new Refusal(
      `HOST is ${host}, which is no address of this machine. Leave it away, or give 0.0.0.0 for all of them.`,
    );
  }
  if (problem !== null) {
    throw new Refusal(`Nothing can listen on ${host} port ${port} (${problem}). Take another port: ${other}`);
  }
}

/** A running server loads parts of its build when they are first asked for. */
function refuseToReplaceBuild(dataFolder: string): void {
  const other = Object.values(DATA_FOLDERS).find((folder) => folder !== dataFolder && isCallboardRunning(folder));
  if (other !== undefined) {
    throw new Refusal(
      "The code has changed and must be built, but another Callboard runs from this folder on the build as it is " +
        `(its data is in ${other}). Stop that one first, then start both again.`,
    );
  }
}

/* ------------------------------------------------------------------ database */

async function startDatabase(dataFolder: string): Promise<EmbeddedPostgres> {
  return step("Starting the database", () => startEmbeddedPostgres({ directory: resolve(dataFolder, "postgres") }));
}

/** A server that the system killed, for want of memory perhaps, is started again; the web server waits for it meanwhile. */
function keepRunning(
  embedded: EmbeddedPostgres,
  { lock, interruption }: { lock: RunLock; interruption: Interruption },
): void {
  const remember = () => lock.remember("the database", embedded.process().pid, "SIGINT");
  let times = 0;
  let startedAt = performance.now();
  const again = async () => {
    if (performance.now() - startedAt > CALM_MILLISECONDS) {
      times = 0;
    }
    const pause = RESTARTS_MILLISECONDS[Math.min(times, RESTARTS_MILLISECONDS.length - 1)] ?? 0;
    times += 1;
    if (interruption.signal.aborted) {
      return;
    }
    if (times < RESTARTS_MILLISECONDS.length) {
      console.error(
        `The embedded PostgreSQL ended by itself; starting it again${pause > 0 ? ` in ${pause / 1000} s` : ""}.`,
      );
    } else if (times === RESTARTS_MILLISECONDS.length) {
      console.error(
        `The embedded PostgreSQL ends again and again; its log is beside its data. It is tried every ${pause / 1000} s.`,
      );
    }
    await wait(pause, undefined, { ref: false });
    if (interruption.signal.aborted) {
      return;
    }
    try {
      await embedded.start();
      startedAt = performance.now();
      remember();
    } catch {
      await again();
    }
  };
  remember();
  embedded.onUnexpectedEnd(() => void again());
}

/**
 * The web server holds and keeps deliveries while the database is away, so it is better to serve than to wait, whatever the database
 * says once it answers: a password that is wrong today may be right tomorrow, and what is on disk is not lost meanwhile.
 */
async function bringUpToDateLater(databaseUrl: string, interruption: Interruption): Promise<void> {
  let said = "";
  for (;;) {
    await wait(5_000, undefined, { ref: false });
    if (interruption.signal.aborted) {
      return;
    }
    try {
      if ((await bringUpToDate(databaseUrl)) === null) {
        console.log("The database can be reached now.");
        return;
      }
    } catch (error) {
      const { message } = error as Error;
      if (message !== said) {
        console.error(`${message} Trying again.`);
      }
      said = message;
    }
  }
}

/* ------------------------------------------------------------------- the page */

async function introduce({
  plan,
  env,
  address,
  embedded,
  databaseUrl,
  unreachable,
  isSecretGiven,
}: {
  plan: Plan;
  env: Record<string, string>;
  address: Address;
  embedded: EmbeddedPostgres | null;
  databaseUrl: string;
  unreachable: string | null;
  isSecretGiven: boolean;
}): Promise<void> {
  const url = (env.APP_URL ?? "").replace(/\/+$/, "");
  const [secret] = (env.SARJ_WEBHOOK_SECRETS ?? "").split(",");
  // Whoever set the secret knows it, and what is not a terminal is a log.
  const shownSecret = isSecretGiven && !process.stdout.isTTY ? "<the secret in SARJ_WEBHOOK_SECRETS>" : secret;
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
  const rows: [string, string][] = [
    ["Dashboard", bold(url)],
    ["Sign in", plan.howToSignIn ?? (await howToSignIn(env, url, databaseUrl, unreachable))],
    ["Webhook", `${url}/webhooks/sarj/${shownSecret}`],
    [
      "",
      dim(
        plan.whoPosts ??
          (isLocal
            ? "for Sarj.ai, which must reach it from the internet: see docs/deploy.md"
            : "for Sarj.ai's dashboard"),
      ),
    ],
    ["Database", describeDatabase(embedded, databaseUrl, unreachable)],
    ...(plan.furtherRows ?? []),
  ];
  const lines = rows.map(([name, value]) => `  ${dim(name.padEnd(12))}${value}`);
  const reach =
    address.host === "127.0.0.1" || address.host === "localhost"
      ? [dim("  Only this machine can connect; HOST=0.0.0.0 opens it to the network.")]
      : [];
  console.log(
    [
      "",
      `  ${bold(`Callboard is running${plan.mode === "dev" ? " for development" : ""}.`)}`,
      "",
      ...lines,
      "",
      ...reach,
      dim("  Ctrl-C stops all of it. The data stays."),
      "",
    ].join("\n"),
  );
}

async function howToSignIn(
  env: Record<string, string>,
  url: string,
  databaseUrl: string,
  unreachable: string | null,
): Promise<string> {
  if (env.ADMIN_EMAIL) {
    return `as ${env.ADMIN_EMAIL}${unreachable === null && (await hasUsers(databaseUrl)) ? "" : ", with ADMIN_PASSWORD"}`;
  }
  if (unreachable !== null) {
    return "when the database is back";
  }
  return (await hasUsers(databaseUrl))
    ? "with your e-mail address and password"
    : `first open ${url}/setup and enter the code ${bold(env.SETUP_CODE ?? "")}`;
}

function describeDatabase(embedded: EmbeddedPostgres | null, databaseUrl: string, unreachable: string | null): string {
  if (embedded !== null) {
    const folder = relative(process.cwd(), embedded.directory);
    return `PostgreSQL of its own, in ${folder.startsWith("..") ? embedded.directory : folder}`;
  }
  const { hostname, port, pathname } = new URL(databaseUrl);
  const name = `${hostname}:${port || "5432"}${pathname}`;
  return unreachable === null
    ? name
    : `${name} cannot be reached yet (${unreachable}); trying again, and keeping what comes in meanwhile`;
}

/* -------------------------------------------------------------------- shared */

function isGiven(overrides: Record<string, string>): boolean {
  return Boolean(process.env.SARJ_WEBHOOK_SECRETS?.trim()) && overrides.SARJ_WEBHOOK_SECRETS === undefined;
}

function localHost({ host }: Address): string {
  if (host === "0.0.0.0") {
    return "127.0.0.1";
  }
  return host.includes(":") ? `[${host === "::" ? "::1" : host}]` : host;
}

function passOn(line: string, stream: "stdout" | "stderr"): void {
  process[stream].write(`${line}\n`);
}

/** `0.1.0+a1b2c3d`, so that the health answer tells which code runs. */
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
