import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

import postgres, { type Sql } from "postgres";

import { grantToApplication } from "@/db/driver/application-role";
import { migrate } from "@/db/driver/migrate";
import type { Reinterpretation } from "@/db/reinterpretation/progress";
import { RULES_VERSION } from "@/lib/sarj/rules-version";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/scripts/postgres/embedded";
import { environment } from "@/tests/fixtures/environment";

import { STATEMENT_SETTINGS } from "../statements";
import { type DatabaseUrls, fill } from "./fill";
import { MOST_WIDE } from "./wide";

/**
 * The server of the bench with its filled databases, kept in a folder between runs: filling ten million calls takes minutes. A database is made
 * again if the generator or one of its migrations has changed, and only migrated if there are more of them. Measurements that write do so in a copy.
 */
export type KeptData = {
  server: EmbeddedPostgres;
  /** A superuser, in the database `postgres`. */
  admin: Sql;
  /** The filled database with so many calls. Nothing writes to it but a running application's own jobs. */
  filled(calls: number): FilledDatabase;
  /** A copy of it to write to. The next copy of the same name replaces it. */
  copyOf(calls: number): Promise<FilledDatabase>;
  drop(database: FilledDatabase): Promise<void>;
  stop(): Promise<void>;
};

export type FilledDatabase = DatabaseUrls & { name: string; calls: number; until: Date };

/** What a database was filled with, in a file beside the server's data: hashes of the generator and of each migration, in their order. */
type Manifest = { generator: string; migrations: string[]; calls: number; until: string };

/** As `docs/scale.md` says. */
const MEMORY_SHARE = 0.25;
/** A full disk stops the server: so much is left free. */
const DISK_RESERVE_BYTES = 5e9;

/** Filling needs no protection against a crash: an unfinished database has no manifest. */
const FILL_SETTINGS = {
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "6GB",
  checkpoint_timeout: "30min",
  autovacuum: "off",
};

/**
 * Starts the server in `folder` and fills what is missing of databases with these numbers of calls.
 *
 * @param onProgress is called with a line of text
 */
export async function openKeptData(
  folder: string,
  sizes: readonly number[],
  onProgress: (line: string) => void,
): Promise<KeptData> {
  mkdirSync(folder, { recursive: true });
  const directory = join(folder, "postgres");
  const sharedBuffers = `${Math.round((totalmem() / 1024 ** 2) * MEMORY_SHARE)}MB`;
  const settings = { ...STATEMENT_SETTINGS, shared_buffers: sharedBuffers, max_wal_size: "4GB" };
  const missing = sizes.filter((calls) => stateOf(folder, calls) === "missing");
  const older = sizes.filter((calls) => stateOf(folder, calls) === "older");
  if (missing.length > 0 || older.length > 0) {
    const server = await startEmbeddedPostgres({
      directory,
      durable: false,
      settings: { ...settings, ...FILL_SETTINGS },
    });
    try {
      for (const calls of missing) {
        await fillKept(folder, server, calls, onProgress);
      }
      for (const calls of older) {
        onProgress(`${calls.toLocaleString("en")} calls: migrations`);
        await migrateKept(folder, server, calls);
      }
    } finally {
      await server.stop();
    }
  }
  const server = await startEmbeddedPostgres({ directory, settings });
  const admin = connect(server.superuserUrl);
  await admin`create extension if not exists pg_stat_statements`;
  for (const calls of sizes) {
    await forgetReinterpretation(urlsOf(server, nameOf(calls)));
  }
  const filled = (calls: number): FilledDatabase => {
    const { until } = readManifest(folder, calls) ?? {};
    return { ...urlsOf(server, nameOf(calls)), name: nameOf(calls), calls, until: new Date(until ?? 0) };
  };
  return {
    server,
    admin,
    filled,
    async copyOf(calls) {
      const source = filled(calls);
      const name = `${source.name}_copy`;
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      const [size] = await admin<{ bytes: string }[]>`select pg_database_size(${source.name}) as bytes`;
      const { bavail, bsize } = statfsSync(folder);
      if (bavail * bsize < Number(size?.bytes) + DISK_RESERVE_BYTES) {
        throw new Error(`The disk has no room for a copy of the database with ${calls.toLocaleString("en")} calls`);
      }
      await admin.unsafe(`create database ${name} template ${source.name} strategy file_copy owner callboard`);
      return { ...source, ...urlsOf(server, name), name };
    },
    drop: async ({ name }) => {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
    },
    async stop() {
      await admin.end({ timeout: 5 });
      await server.stop();
    },
  };
}

async function fillKept(
  folder: string,
  server: EmbeddedPostgres,
  calls: number,
  onProgress: (line: string) => void,
): Promise<void> {
  const name = nameOf(calls);
  const admin = connect(server.superuserUrl);
  const until = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  try {
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.unsafe(`create database ${name} owner callboard`);
    const percents = new Map<string, number>();
    await fill(urlsOf(server, name), {
      calls,
      wide: MOST_WIDE,
      until,
      onProgress: (step, share) => {
        const percent = Math.floor(share * 10) * 10;
        if (percents.get(step) !== percent) {
          percents.set(step, percent);
          onProgress(`${calls.toLocaleString("en")} calls: ${step} ${percent}%`);
        }
      },
    });
    onProgress(`${calls.toLocaleString("en")} calls: statistics`);
    await buildStatistics(urlsOf(server, name));
  } finally {
    await admin.end({ timeout: 5 });
  }
  writeManifest(folder, { ...hashes(), calls, until: until.toISOString() });
}

/** The product would read the stored texts again, in the background of everything that is measured: it does not know the rules that they were read by. */
async function forgetReinterpretation({ superuserUrl }: DatabaseUrls): Promise<void> {
  const sql = connect(superuserUrl);
  const now = new Date().toISOString();
  const done: Reinterpretation = {
    version: RULES_VERSION,
    phase: "quarantined",
    cursor: null,
    done: 0,
    total: 0,
    failed: 0,
    tries: 0,
    startedAt: now,
    finishedAt: now,
    holder: null,
    leasedUntil: null,
  };
  try {
    await sql`
      insert into states (key, value) values ('reinterpretation', ${sql.json(done)})
      on conflict (key) do update set value = excluded.value`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Brings a database to the newest migration. */
async function migrateKept(folder: string, server: EmbeddedPostgres, calls: number): Promise<void> {
  const urls = urlsOf(server, nameOf(calls));
  const manifest = readManifest(folder, calls);
  await migrate(urls.ownerUrl);
  await grantToApplication(urls.ownerUrl, urls.applicationUrl);
  await buildStatistics(urls);
  const sql = connect(urls.superuserUrl);
  try {
    await sql`vacuum (analyze)`;
  } finally {
    await sql.end({ timeout: 5 });
  }
  writeManifest(folder, { ...hashes(), calls, until: manifest?.until ?? "" });
}

async function buildStatistics({ applicationUrl }: DatabaseUrls): Promise<void> {
  const env = environment({ databaseUrl: applicationUrl, appPort: 1, vendorPort: 1 });
  const child = fork(join(import.meta.dirname, "../fold.ts"), {
    execArgv: ["--import", "tsx"],
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) {
    throw new Error(`The statistics could not be built (exit code ${String(code)})`);
  }
}

function stateOf(folder: string, calls: number): "ready" | "older" | "missing" {
  const manifest = readManifest(folder, calls);
  const now = hashes();
  if (
    manifest?.generator !== now.generator ||
    !manifest.migrations.every((hash, index) => now.migrations[index] === hash)
  ) {
    return "missing";
  }
  return manifest.migrations.length === now.migrations.length ? "ready" : "older";
}

function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(manifestFile(folder, manifest.calls), `${JSON.stringify(manifest)}\n`);
}

function readManifest(folder: string, calls: number): Manifest | null {
  const file = manifestFile(folder, calls);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : null;
}

function manifestFile(folder: string, calls: number): string {
  return join(folder, `${nameOf(calls)}.json`);
}

/** Of everything that decides what a database contains. */
function hashes(): { generator: string; migrations: string[] } {
  const hashOf = (files: readonly string[]) =>
    files.reduce((hash, file) => hash.update(readFileSync(file)).update("\0"), createHash("sha256")).digest("hex");
  const filesOf = (folder: string, ending: string) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(ending))
      .sort()
      .map((file) => join(folder, file));
  return {
    generator: hashOf(filesOf(import.meta.dirname, ".ts").filter((file) => file !== import.meta.filename)),
    migrations: filesOf("db/migrations", ".sql").map((file) => hashOf([file])),
  };
}

function nameOf(calls: number): string {
  return `calls_${calls}`;
}

function urlsOf({ superuserUrl, ownerUrl, applicationUrl }: EmbeddedPostgres, name: string): DatabaseUrls {
  const inDatabase = (url: string) => Object.assign(new URL(url), { pathname: name }).href;
  return {
    superuserUrl: inDatabase(superuserUrl),
    ownerUrl: inDatabase(ownerUrl),
    applicationUrl: inDatabase(applicationUrl),
  };
}

function connect(url: string): Sql {
  return postgres(url, { max: 2, onnotice: () => {} });
}
