import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";
import { sql } from "drizzle-orm";

import { DATABASE_AWAY } from "@/db/driver/breaker";
import { open } from "@/db/driver/client";
import { serverVersion } from "@/db/driver/server-version";
import { errorCode } from "@/lib/log";
import { migrateDatabase } from "@/scripts/launcher/migrate-database";
import { createDatabase, type Database } from "@/tests/fixtures/database";

/** Connections to a real PostgreSQL with a certificate for `localhost` that an authority of this test has signed. */

test.skip(
  spawnSync("openssl", ["version"]).status !== 0,
  "openssl is missing: connections with TLS were NOT tested on this machine",
);

let database: Database;
let folder: string;
let authority: string;
let stranger: string;
let serverFiles: string[] = [];

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
}

function makeAuthority(name: string): string {
  const subject = [
    "-subj",
    `/CN=${name}`,
    "-days",
    "2",
    "-nodes",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
  ];
  openssl("req", "-x509", ...subject, "-keyout", `${name}.key`, "-out", `${name}.pem`);
  return join(folder, `${name}.pem`);
}

test.beforeAll(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), "callboard-tls-"));
  authority = makeAuthority("authority");
  stranger = makeAuthority("stranger");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost");
  openssl(
    "req",
    "-new",
    "-nodes",
    "-newkey",
    "rsa:2048",
    "-subj",
    "/CN=localhost",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
  );
  openssl(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "authority.pem",
    "-CAkey",
    "authority.key",
    "-CAcreateserial",
    "-days",
    "2",
    "-extfile",
    "names",
    "-out",
    "server.pem",
  );
  const [row] = await database.superuser<
    { directory: string }[]
  >`select current_setting('data_directory') as directory`;
  const directory = row?.directory ?? "";
  const { uid, gid } = statSync(directory);
  serverFiles = ["server.key", "server.pem"].map((name) => {
    const path = join(directory, name);
    copyFileSync(join(folder, name), path);
    chownSync(path, uid, gid);
    chmodSync(path, 0o600);
    return path;
  });
  await database.superuser.unsafe("alter system set ssl_key_file = 'server.key'");
  await database.superuser.unsafe("alter system set ssl_cert_file = 'server.pem'");
  await setTls(true);
});
test.afterAll(async () => {
  await setTls(false);
  await database.close();
  for (const path of [folder, ...serverFiles]) {
    rmSync(path, { recursive: true, force: true });
  }
});

async function setTls(isOn: boolean): Promise<void> {
  await database.superuser.unsafe(`alter system set ssl = ${isOn}`);
  await database.superuser`select pg_reload_conf()`;
  await expect.poll(async () => [...(await database.superuser`show ssl`)]).toEqual([{ ssl: isOn ? "on" : "off" }]);
  // The setting holds for connections that the reloaded server accepts.
  await expect
    .poll(() => connect(isOn ? "?sslmode=no-verify" : "?sslmode=disable").catch(String))
    .toBe(isOn ? "encrypted" : "plain");
}

function urlOf(query: string, host = "localhost"): string {
  const url = new URL(database.ownerUrl + query);
  url.hostname = host;
  return url.href;
}

/** Connects as the application does, as soon as its breaker allows it: once a second after a failure. */
async function connect(query: string, host?: string): Promise<string> {
  for (;;) {
    const pool = open({ url: urlOf(query, host), name: "test", max: 1, statementTimeoutSeconds: 5 });
    try {
      const [row] = await pool.execute<{ ssl: boolean }>(sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`);
      return row?.ssl === true ? "encrypted" : "plain";
    } catch (error) {
      if (errorCode(error) !== DATABASE_AWAY) {
        throw Object.assign(new Error("not connected"), { code: errorCode(error) });
      }
    } finally {
      await pool.$client.end({ timeout: 0 });
    }
  }
}

for (const mode of ["require", "verify-full"]) {
  test(`sslmode=${mode} connects to the server whose certificate names the host and is signed by a known authority`, async () => {
    expect(await connect(`?sslmode=${mode}&sslrootcert=${authority}`)).toBe("encrypted");
  });

  test(`sslmode=${mode} refuses an unknown authority, another authority and another host's certificate`, async () => {
    const unknown = /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|SELF_SIGNED_CERT_IN_CHAIN/;
    await expect(connect(`?sslmode=${mode}`)).rejects.toMatchObject({ code: expect.stringMatching(unknown) });
    await expect(connect(`?sslmode=${mode}&sslrootcert=${stranger}`)).rejects.toMatchObject({
      code: expect.stringMatching(
        /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERT_SIGNATURE_FAILURE/,
      ),
    });
    await expect(connect(`?sslmode=${mode}&sslrootcert=${authority}`, "127.0.0.1")).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });
}

test("the other modes do what they say", async () => {
  expect(await connect(`?sslmode=verify-ca&sslrootcert=${authority}`, "127.0.0.1")).toBe("encrypted");
  await expect(connect(`?sslmode=verify-ca&sslrootcert=${stranger}`)).rejects.toThrow();
  expect(await connect("?sslmode=no-verify")).toBe("encrypted");
  expect(await connect("?sslmode=prefer")).toBe("encrypted");
  expect(await connect("?sslmode=disable")).toBe("plain");
  expect(await connect("")).toBe("plain");
  // A path to an authority is there to verify with. What only other clients know is not sent to the server.
  expect(await connect(`?sslrootcert=${authority}&channel_binding=prefer&supa=base-pooler.x`)).toBe("encrypted");
  await expect(connect(`?sslrootcert=${stranger}`)).rejects.toThrow();
});

test("the authority can also be given as text, on one line too; a refusal says what to do, by the name of the variable", async () => {
  const pem = readFileSync(authority, "utf8");
  const url = urlOf("?sslmode=require");
  expect((await serverVersion(url, pem)).number).toBeGreaterThan(150_000);
  expect((await serverVersion(url, pem.replaceAll("\n", "\\n"))).number).toBeGreaterThan(150_000);
  await expect(migrateDatabase({ ownerUrl: url, applicationUrl: url })).rejects.toThrow(/DATABASE_CA/);
  const elsewhere = urlOf(`?sslmode=require&sslrootcert=${authority}`, "127.0.0.1");
  await expect(migrateDatabase({ ownerUrl: elsewhere, applicationUrl: elsewhere })).rejects.toThrow(
    /another host name/,
  );
});

test("a server without TLS gets no password where TLS is required", async () => {
  await setTls(false);
  await expect(connect(`?sslmode=require&sslrootcert=${authority}`)).rejects.toThrow();
  await setTls(true);
});
