import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

import postgres, { type Sql } from "postgres";

import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/scripts/postgres/embedded";
import { environment } from "@/tests/fixtures/environment";

import { STATEMENT_SETTINGS } from "../statements";
import { type DatabaseUrls, fill } from "./fill";

/**
 * The server of the bench with its filled databases, kept in a folder between runs: filling ten million calls takes minutes. A database is made
 * again if the migrations or the generator have changed. Measurements that write do so in a copy.
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

/** What a database was filled with, in a file beside the server's data. */
type Manifest = { fingerprint: string; calls: number; until: string };

const MEMORY_SHARE = 0.125;
const MOST_SHARED_MB = 2048;
/** A full disk stops the server: so much is left free. */
const DISK_RESERVE_BYTES = 5e9;

/** So many calls have details and deliveries: an export of a million calls reads no more, and those of ten million would not fit on a small disk. */
const MOST_WIDE = 1_000_000;

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
  const sharedBuffers = `${Math.min(MOST_SHARED_MB, Math.round((totalmem() / 1024 ** 2) * MEMORY_SHARE))}MB`;
  const settings = { ...STATEMENT_SETTINGS, shared_buffers: sharedBuffers, max_wal_size: "4GB" };
  const missing = sizes.filter((calls) => !isFilled(folder, calls));
  if (missing.length > 0) {
    const server = await startEmbeddedPostgres({
      directory,
      durable: false,
      settings: { ...settings, ...FILL_SETTINGS },
    });
    try {
      for (const calls of missing) {
        await fillKept(folder, server, calls, onProgress);
      }
    } finally {
      await server.stop();
    }
  }
  const server = await startEmbeddedPostgres({ directory, settings });
  const admin = connect(server.superuserUrl);
  await admin`create extension if not exists pg_stat_statements`;
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
  const manifest: Manifest = { fingerprint: fingerprint(), calls, until: until.toISOString() };
  writeFileSync(manifestFile(folder, calls), `${JSON.stringify(manifest)}\n`);
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

function isFilled(folder: string, calls: number): boolean {
  return readManifest(folder, calls)?.fingerprint === fingerprint();
}

function readManifest(folder: string, calls: number): Manifest | null {
  const file = manifestFile(folder, calls);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : null;
}

function manifestFile(folder: string, calls: number): string {
  return join(folder, `${nameOf(calls)}.json`);
}

/** Of everything that decides what a database contains. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const folder of ["db/migrations", import.meta.dirname]) {
    for (const name of readdirSync(folder)
      .filter((file) => /\.(sql|ts)$/.test(file))
      .sort()) {
      hash
        .update(`${name}\0`)
        .update(readFileSync(join(folder, name)))
        .update("\0");
    }
  }
  return hash.digest("hex");
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
