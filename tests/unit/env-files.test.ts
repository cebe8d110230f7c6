import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { readSecretFiles } from "@/lib/env-files";
import { ENV_NAMES } from "@/lib/env-schema";

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(content: string): string {
  const path = join(folder, "secret");
  writeFileSync(path, content);
  return path;
}

test("every variable can come from a file, whose byte order mark and last line break do not count", () => {
  const path = file("\uFEFFa secret, with spaces \r\n");
  for (const name of ENV_NAMES) {
    expect(readSecretFiles({ OTHER: "kept", [name]: " ", [`${name}_FILE`]: path }, ENV_NAMES)).toEqual({
      env: { OTHER: "kept", [name]: "a secret, with spaces " },
      problems: [],
    });
  }
});

test("a file that cannot be used is named by its variable, without its path and content", () => {
  expect(readSecretFiles({ AUTH_SECRET_FILE: join(folder, "missing") }, ENV_NAMES).problems).toEqual([
    "AUTH_SECRET_FILE names a file that cannot be read (ENOENT)",
  ]);
  expect(readSecretFiles({ AUTH_SECRET_FILE: folder }, ENV_NAMES).problems).toEqual([
    "AUTH_SECRET_FILE names a file that cannot be read (EISDIR)",
  ]);
  expect(readSecretFiles({ AUTH_SECRET_FILE: file("\n") }, ENV_NAMES).problems).toEqual([
    "AUTH_SECRET_FILE names an empty file",
  ]);
  expect(readSecretFiles({ AUTH_SECRET: "one", AUTH_SECRET_FILE: file("two") }, ENV_NAMES).problems).toEqual([
    "AUTH_SECRET and AUTH_SECRET_FILE are both set: keep one of them",
  ]);
});

test("a variable that only looks like the name of a file stays", () => {
  const source = { SSL_CERT_FILE: "/etc/ssl/cert.pem", PORT_FILE: "x" };
  expect(readSecretFiles(source, ENV_NAMES)).toEqual({ env: source, problems: [] });
});
