import { expect, test } from "@playwright/test";

import { databaseUrlProblem, databaseUrlWarning, readDatabaseUrl } from "@/lib/url/database-url";

const of = (rest: string) => `postgres://user:pass@${rest}`;

for (const host of [
  "db.example.com",
  "8.8.8.8",
  "172.32.0.1",
  "[2001:db8::1]",
  "ep-cool-pooler.eu.aws.neon.tech:6543",
]) {
  test(`a server on the internet is refused without TLS: ${host}`, () => {
    expect(databaseUrlProblem(of(`${host}/db`))).toContain("without TLS");
    expect(databaseUrlProblem(of(`${host}/db?sslmode=prefer`))).toContain("sslmode=require");
    for (const stated of [
      "sslmode=require",
      "sslmode=verify-full",
      "ssl=true",
      "sslmode=disable",
      "sslmode=no-verify",
    ]) {
      expect(databaseUrlProblem(of(`${host}/db?${stated}`))).toBeNull();
    }
    expect(databaseUrlWarning(of(`${host}/db?sslmode=require`))).toBeNull();
    expect(databaseUrlWarning(of(`${host}/db?sslmode=disable`))).toContain("without TLS");
    expect(databaseUrlWarning(of(`${host}/db?sslmode=no-verify`))).toContain("DATABASE_CA");
  });
}

for (const host of [
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "[fd00::1]",
  "postgres",
  "db.internal",
  "db.ns.svc.cluster.local",
]) {
  test(`a server in a private network is accepted without TLS, and named: ${host}`, () => {
    expect(databaseUrlProblem(of(`${host}/db`))).toBeNull();
    expect(databaseUrlWarning(of(`${host}/db`))).toContain("without TLS");
    expect(databaseUrlWarning(of(`${host}/db?sslmode=require`))).toBeNull();
  });
}

for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "%2Fvar%2Frun%2Fpostgresql"]) {
  test(`a server on this machine needs no TLS: ${host}`, () => {
    expect([databaseUrlProblem(of(`${host}/db`)), databaseUrlWarning(of(`${host}/db`))]).toEqual([null, null]);
  });
}

test("what the server would refuse, or the driver reads differently, is not in the driver's URL", () => {
  const url = of(
    "db.example.com/db?sslmode=require&channel_binding=require&sslrootcert=/ca.pem&pgbouncer=true&connection_limit=1&options=-c%20geqo%3Doff",
  );
  expect(readDatabaseUrl(url)).toEqual({
    host: "db.example.com",
    network: "public",
    isPooled: true,
    tls: "verified",
    isTlsStated: true,
    files: { authorities: "/ca.pem", certificate: null, key: null },
    href: of("db.example.com/db?options=-c+geqo%3Doff"),
  });
});

for (const url of ["mysql://db/x", "db.example.com", of("db:99999/x"), of("db.example.com/db?sslmode=verfy-full")]) {
  test(`not usable, and named in a sentence without the password: ${url}`, () => {
    const problem = databaseUrlProblem(url) ?? "";
    expect(problem).toMatch(/^is not the URL/);
    expect(problem).not.toContain("pass@");
  });
}
