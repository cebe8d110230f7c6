import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";
import postgres from "postgres";

import { migrate, type Wait } from "@/db/driver/migrate";
import { migrateDatabase } from "@/scripts/launcher/migrate-database";
import { createDatabase, type Database } from "@/tests/fixtures/database";

let database: Database;
let folder: string;
test.beforeEach(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), "callboard-migrations-"));
});
test.afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes migrations that come after those of the template. Each is a list of statements. */
function writeMigrations(...migrations: string[][]): void {
  mkdirSync(join(folder, "meta"), { recursive: true });
  const entries = migrations.map((statements, idx) => {
    const tag = `000${idx}_test`;
    writeFileSync(join(folder, `${tag}.sql`), statements.join("\n--> statement-breakpoint\n"));
    return { idx, version: "7", when: 4_000_000_000_000 + idx, tag, breakpoints: true };
  });
  writeFileSync(
    join(folder, "meta", "_journal.json"),
    JSON.stringify({ version: "7", dialect: "postgresql", entries }),
  );
}

const journal = async () =>
  (
    await database.superuser<{ hash: string }[]>`
      select hash from drizzle.__drizzle_migrations where created_at >= 4000000000000 order by created_at`
  ).map(({ hash }) => hash.replace(/[0-9a-f]{64}/, "…"));

const indexes = () =>
  database.superuser`
    select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
    where relname like 'test_%' order by 1`;

/** Opens a session with a transaction that has run `statement`. */
async function openTransaction(statement: string, name: string) {
  const sql = postgres(database.ownerUrl, { max: 1, connection: { application_name: name }, onnotice: () => {} });
  await sql.unsafe("begin");
  await sql.unsafe(statement);
  return { sql, end: () => sql.end({ timeout: 1 }) };
}

test("row 50: a migration that waits for a lock does not hold up others, says whom it waits for, and goes on", async () => {
  writeMigrations(["alter table calls add column test_column text"]);
  const waits: Wait[] = [];
  const reader = await openTransaction("select count(*) from calls", "a long report");
  const migrating = migrate(database.ownerUrl, { folder, onWait: (wait) => waits.push(wait) });
  // The lock is asked for, and given up, while the report goes on.
  await expect.poll(() => waits.length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(waits[0]).toMatchObject({
    for: "locks",
    blockers: [{ application: "a long report", command: "SELECT", isIdle: true }],
  });
  expect(JSON.stringify(waits), "no text of a query").not.toContain("count");
  // Everything that came after a waiting "alter table" would wait for it, and time out.
  for (let index = 0; index < 10; index += 1) {
    await database.sql.begin(async (sql) => {
      await sql`set local lock_timeout = '4s'`;
      await sql`insert into calls (call_id) values (${`during ${index}`})`;
    });
  }
  await reader.end();
  await migrating;
  expect(await journal()).toEqual(["…"]);
  expect(await database.sql`select test_column from calls`).toHaveLength(10);
});

test("row 50: an index is built while transactions write, outside of the migration's transaction", async () => {
  writeMigrations([
    "alter table calls add column test_column text",
    'create index concurrently "test_idx" on "calls" using btree ("test_column")',
  ]);
  const writer = await openTransaction("insert into calls (call_id) values ('open')", "a writer");
  const waits: Wait[] = [];
  const migrating = migrate(database.ownerUrl, { folder, onWait: (wait) => waits.push(wait) }).then(() => "done");
  await expect.poll(() => waits.length, { timeout: 30_000 }).toBeGreaterThan(0);
  await writer.end();
  expect(await migrating).toBe("done");
  expect([...(await indexes())]).toEqual([{ name: "test_idx", valid: true }]);
  const other = await openTransaction("insert into calls (call_id) values ('open')", "a writer");
  await other.end();
});

test("row 50: an interrupted build leaves an invalid index, which the next migration builds again", async () => {
  await database.sql`insert into calls (call_id, status) values ('a', 'same'), ('b', 'same')`;
  writeMigrations(
    ["create table test_table (id int)", "create unique index concurrently test_status_key on calls (status)"],
    ["create table test_later (id int)"],
  );
  await expect(migrate(database.ownerUrl, { folder })).rejects.toMatchObject({ code: "23505" });
  expect([...(await indexes())]).toEqual([{ name: "test_status_key", valid: false }]);
  expect(await journal(), "its transaction is committed, and the one behind it has not begun").toEqual([
    "unfinished:…",
  ]);

  await database.sql`update calls set status = call_id`;
  await migrate(database.ownerUrl, { folder });
  expect([...(await indexes())]).toEqual([{ name: "test_status_key", valid: true }]);
  expect(await journal()).toEqual(["…", "…"]);
  await migrate(database.ownerUrl, { folder });
  expect(await journal()).toEqual(["…", "…"]);
});

test("row 50: a constraint is validated after the transaction, and one that does not hold is named", async () => {
  await database.sql`insert into calls (call_id, attempt) values ('a', 7)`;
  writeMigrations([
    "alter table calls add constraint test_check check (attempt < 5) not valid",
    "-- Bad rows are named by their constraint.\nalter table calls validate constraint test_check",
  ]);
  await expect(migrate(database.ownerUrl, { folder })).rejects.toMatchObject({
    code: "23514",
    constraint_name: "test_check",
  });
  await database.sql`update calls set attempt = 1`;
  await migrate(database.ownerUrl, { folder });
  expect(await database.sql`select convalidated as valid from pg_constraint where conname = 'test_check'`).toEqual([
    { valid: true },
  ]);
});

test("row 50: a migration that fails leaves nothing of its transaction, and those before it stay", async () => {
  writeMigrations(["create table test_one (id int)"], ["create table test_two (id int)", "select 1/0"]);
  await expect(migrate(database.ownerUrl, { folder })).rejects.toMatchObject({ code: "22012" });
  expect(await database.sql`select to_regclass('test_one') as one, to_regclass('test_two') as two`).toEqual([
    { one: "test_one", two: null },
  ]);
  expect(await journal()).toEqual(["…"]);
});

test("row 50: of two processes, one builds the index and the other waits for it, without holding it up", async () => {
  writeMigrations([
    "create table test_table (id int)",
    "create index concurrently test_idx on calls (status)",
    "create index concurrently if not exists test_second_idx on calls (language)",
  ]);
  const writer = await openTransaction("insert into calls (call_id) values ('open')", "a writer");
  const waits: Wait[] = [];
  const both = [1, 2].map(() => migrate(database.ownerUrl, { folder, onWait: (wait) => waits.push(wait) }));
  await expect
    .poll(() => new Set(waits.map((wait) => wait.for)), { timeout: 30_000 })
    .toEqual(new Set(["locks", "other_migration"]));
  expect(waits.find((wait) => wait.for === "other_migration")?.blockers).toMatchObject([
    { application: "callboard-migration" },
  ]);
  await writer.end();
  await Promise.all(both);
  expect(await indexes()).toHaveLength(2);
});

/** What `work` prints with one of the console's functions. */
async function printedBy(name: "log" | "warn", work: (lines: string[]) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const { [name]: print } = console;
  console[name] = (line: string) => void lines.push(line);
  try {
    await work(lines);
  } finally {
    console[name] = print;
  }
  return lines;
}

test("row 50: the command prints whom a migration waits for, and no text of a query", async () => {
  const other = await openTransaction("select pg_advisory_xact_lock(7225301)", "another version");
  const [line] = await printedBy("log", async (lines) => {
    const migrating = migrateDatabase({ ownerUrl: database.ownerUrl, applicationUrl: database.url });
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    await other.end();
    expect(await migrating).toBeNull();
  });
  expect(line).toMatch(
    /^Another process is migrating the database: another version \(process \d+, idle in a transaction, \d+ s\)\. Waiting for it\.$/,
  );
});

test("a server in a private network without TLS is named once, by the variable, before it is migrated", async () => {
  const url = new URL(database.ownerUrl);
  // A name without a dot is one of a private network. This one is 127.0.0.1 in hexadecimal.
  url.hostname = "0x7f000001";
  const lines = await printedBy("warn", async () => {
    for (let start = 0; start < 2; start += 1) {
      expect(await migrateDatabase({ ownerUrl: url.href, applicationUrl: url.href })).toBeNull();
    }
  });
  expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL leads to 0x7f000001 without TLS: /)]);
});
