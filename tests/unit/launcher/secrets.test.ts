import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { readOrMakeSecrets } from "@/scripts/launcher/secrets";

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("secrets are generated once, stored, and readable only by their owner", () => {
  const first = readOrMakeSecrets(folder);
  expect(readOrMakeSecrets(folder)).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(4);
  expect(first.webhookSecret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(first.setupCode).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("a secret that an older version did not have is added", () => {
  writeFileSync(join(folder, "secrets.json"), JSON.stringify({ webhookSecret: "kept-as-it-is" }));
  const secrets = readOrMakeSecrets(folder);
  expect(secrets.webhookSecret).toBe("kept-as-it-is");
  expect(JSON.parse(readFileSync(join(folder, "secrets.json"), "utf8"))).toEqual(secrets);
});

test("a damaged secrets.json is not replaced, because its webhook secret is in use", () => {
  writeFileSync(join(folder, "secrets.json"), '{"webhookSecret": "abc');
  expect(() => readOrMakeSecrets(folder)).toThrow("is not valid JSON");
  expect(readFileSync(join(folder, "secrets.json"), "utf8")).toBe('{"webhookSecret": "abc');
});
