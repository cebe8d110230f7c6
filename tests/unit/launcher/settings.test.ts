import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { readEnv } from "@/lib/env-schema";
import { completeEnvironment, readAddress, readOrMakeSecrets } from "@/scripts/launcher/settings";

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "settings-"));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const address = { port: 4000, host: "127.0.0.1" };
const DATABASE_URL = "postgres://a:b@127.0.0.1/c";

test("secrets are made once, kept, and readable by their owner alone", () => {
  const first = readOrMakeSecrets(folder);
  expect(readOrMakeSecrets(folder)).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(4);
  expect(first.webhookSecret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(first.setupCode).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("a secret that an older version did not know is added to the others", () => {
  writeFileSync(join(folder, "secrets.json"), JSON.stringify({ webhookSecret: "kept-as-it-is" }));
  const secrets = readOrMakeSecrets(folder);
  expect(secrets.webhookSecret).toBe("kept-as-it-is");
  expect(JSON.parse(readFileSync(join(folder, "secrets.json"), "utf8"))).toEqual(secrets);
});

test("a damaged file of secrets is not replaced: its webhook secret is in use", () => {
  writeFileSync(join(folder, "secrets.json"), '{"webhookSecret": "abc');
  expect(() => readOrMakeSecrets(folder)).toThrow("is not JSON any more");
  expect(readFileSync(join(folder, "secrets.json"), "utf8")).toBe('{"webhookSecret": "abc');
});

test("what self-hosting makes is an environment that the application accepts", () => {
  const secrets = readOrMakeSecrets(folder);
  const result = readEnv(completeEnvironment({ DATABASE_URL }, { address, dataFolder: folder, secrets }));
  expect(result).toMatchObject({
    ok: true,
    env: {
      SARJ_WEBHOOK_SECRETS: [secrets.webhookSecret],
      APP_URL: "http://localhost:4000",
      SPOOL_DIR: join(folder, "spool"),
    },
  });
});

test("what is set wins, and what is empty is not set", () => {
  const secrets = readOrMakeSecrets(folder);
  const given = { DATABASE_URL, APP_URL: "https://calls.example.com", AUTH_SECRET: "", SPOOL_DIR: " " };
  expect(completeEnvironment(given, { address, dataFolder: folder, secrets })).toMatchObject({
    APP_URL: "https://calls.example.com",
    AUTH_SECRET: secrets.authSecret,
    SPOOL_DIR: join(folder, "spool"),
  });
});

test("the address is port 3000 of the loopback unless said otherwise", () => {
  expect(readAddress({})).toEqual({ port: 3000, host: "127.0.0.1" });
  expect(readAddress({ PORT: "8080", HOST: "0.0.0.0" })).toEqual({ port: 8080, host: "0.0.0.0" });
  expect(readAddress({ PORT: "", HOST: "" })).toEqual({ port: 3000, host: "127.0.0.1" });
});

for (const PORT of ["0", "65536", "-1", "80x", "3.5", "http"]) {
  test(`PORT=${PORT} is refused in one sentence`, () => {
    expect(() => readAddress({ PORT })).toThrow(`PORT is "${PORT}": give a number from 1 to 65535.`);
  });
}

test("a HOST that is a name is refused: some shells set it to the machine's", () => {
  expect(() => readAddress({ HOST: "my-laptop" })).toThrow('HOST is "my-laptop"');
});
