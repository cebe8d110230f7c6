import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";

import { expect, test } from "@playwright/test";
import postgres from "postgres";

import { type EmbeddedPostgres, startEmbeddedPostgres, urlsOfEmbeddedPostgres } from "@/scripts/postgres/embedded";

let folder: string;
let directory: string;
const servers: EmbeddedPostgres[] = [];

test.beforeEach(() => {
  // Not `tmpdir()`: if root starts the server, the server runs as another user, who must be able to enter the folder.
  folder = mkdtempSync("/tmp/embedded-postgres-");
  chmodSync(folder, 0o711);
  directory = join(folder, "data", "postgres");
});
test.afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start({ durable = false } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory, durable });
  servers.push(server);
  return server;
}

async function query<Row extends postgres.MaybeRow>(
  url: string,
  run: (sql: postgres.Sql) => Promise<Row[]>,
): Promise<Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

test("the first start creates a database for a role that owns it and nothing else", async () => {
  const server = await start();
  expect([
    ...(await query(
      server.ownerUrl,
      (sql) => sql`
    select current_user, rolsuper, rolcreatedb, current_database(), current_setting('listen_addresses') as listens
    from pg_roles where rolname = current_user`,
    )),
  ]).toEqual([
    {
      current_user: "callboard",
      rolsuper: false,
      rolcreatedb: false,
      current_database: "callboard",
      listens: "127.0.0.1",
    },
  ]);
  // With LC_CTYPE=C, pg_trgm does not recognise Arabic letters as letters.
  const [row] = await query(
    server.ownerUrl,
    (sql) => sql<{ similarity: number }[]>`select similarity('مكالمة', 'المكالمة')`,
  );
  expect(row?.similarity).toBeGreaterThan(0.3);
  expect(statSync(join(directory, "callboard.json")).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${directory}.log`, "utf8")).not.toContain(new URL(server.ownerUrl).password);
});

const whoami = (url: string) =>
  query(
    url,
    (sql) => sql`
      select current_user as name, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as "isMighty",
        exists (select from pg_auth_members where member = pg_roles.oid) as "isMember",
        exists (select from pg_class where relowner = pg_roles.oid) as "isOwner"
      from pg_roles where rolname = current_user`,
  ).then(([row]) => ({ ...row }));
const LIMITED = { name: "callboard_app", isMighty: false, isMember: false, isOwner: false };

test("row 75: the web server's role owns nothing and belongs to no other role, also after an upgrade of old data", async () => {
  const file = join(directory, "callboard.json");
  const first = await start();
  expect(await whoami(first.applicationUrl)).toEqual(LIMITED);
  await first.stop();

  // As an earlier version left it: without the role, which meanwhile has become more than it should be.
  const { applicationPassword: _password, ...old } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(old));
  expect(urlsOfEmbeddedPostgres(directory)).toEqual({ ownerUrl: first.ownerUrl, applicationUrl: first.ownerUrl });
  const second = await start();
  await query(second.superuserUrl, (sql) => sql`alter role callboard_app createdb createrole superuser`);
  expect(await whoami(second.applicationUrl)).toMatchObject({ isMighty: true });
  await second.stop();

  const third = await start();
  expect(await whoami(third.applicationUrl)).toEqual(LIMITED);
  expect(third.applicationUrl).toBe(second.applicationUrl);
  expect(urlsOfEmbeddedPostgres(directory)).toMatchObject({ applicationUrl: third.applicationUrl });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a later start, even after a kill, has the same data and port", async () => {
  const first = await start({ durable: true });
  await query(first.ownerUrl, (sql) => sql`create table kept as select 1 as number`);
  await first.kill();
  const second = await start();
  expect(second.ownerUrl).toBe(first.ownerUrl);
  expect([...(await query(second.ownerUrl, (sql) => sql`select number from kept`))]).toEqual([{ number: 1 }]);
});

test("an interrupted first start is repeated from the beginning", async () => {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "PG_VERSION"), "18\n");
  const server = await start();
  expect([...(await query(server.ownerUrl, (sql) => sql`select 1 as one`))]).toEqual([{ one: 1 }]);
});

test("a second server on the same data is refused with a message that names the first server", async () => {
  const first = await start();
  await expect(startEmbeddedPostgres({ directory, durable: false })).rejects.toThrow(
    `is in use by another PostgreSQL (process ${first.process().pid})`,
  );
});

test("a pid file whose id another process has reused does not prevent a start", async () => {
  const first = await start();
  await first.stop();
  writeFileSync(
    join(directory, "postmaster.pid"),
    `${process.pid}\n${directory}\n1\n${first.port}\n\n127.0.0.1\n0 0\nready\n`,
  );
  await start();
});

test("if another program has taken the port, the server uses another port", async () => {
  const first = await start();
  await first.stop();
  const other = createServer().listen(first.port, "127.0.0.1");
  try {
    const second = await start();
    expect(second.port).not.toBe(first.port);
    await second.stop();
  } finally {
    other.close();
  }
  const { port } = JSON.parse(readFileSync(join(directory, "callboard.json"), "utf8")) as { port: number };
  expect(port).not.toBe(first.port);
});

test("data of another version of PostgreSQL is refused", async () => {
  const first = await start();
  await first.stop();
  writeFileSync(join(directory, "PG_VERSION"), "17\n");
  await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(
    "was created by PostgreSQL 17, but this version of Callboard comes with PostgreSQL 18",
  );
});

test("as root, data that the server's user could not reach is stored in another folder, and stays there", async () => {
  test.skip(process.getuid?.() !== 0, "only root runs the server as another user");
  chmodSync(folder, 0o700);
  const first = await start();
  try {
    expect(first.directory).toMatch(/^\/var\/lib\/callboard\/[0-9a-f]{12}\/postgres$/);
    expect(existsSync(directory)).toBe(false);
    await query(first.ownerUrl, (sql) => sql`create table kept as select 1 as number`);
    await first.stop();
    // The folder is accessible now, but the data stays in the folder where it was created.
    chmodSync(folder, 0o711);
    const second = await start();
    expect(second.directory).toBe(first.directory);
    expect([...(await query(second.ownerUrl, (sql) => sql`select number from kept`))]).toEqual([{ number: 1 }]);
    await second.stop();
  } finally {
    rmSync(dirname(first.directory), { recursive: true, force: true });
  }
});

test("as root, data that can no longer be reached is not replaced by an empty database", async () => {
  test.skip(process.getuid?.() !== 0, "only root runs the server as another user");
  const first = await start();
  await first.stop();
  chmodSync(folder, 0o700);
  await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(
    "cannot reach it: a folder above it is closed to others",
  );
});
