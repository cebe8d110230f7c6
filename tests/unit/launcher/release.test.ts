import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { stage } from "@/scripts/bootstrap/release.mjs";
import { BUILD_SOURCES } from "@/scripts/launcher/build";

let root: string;
test.beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "callboard-release-"));
});
test.afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test("a release has all that goes into a build, and nothing that people keep beside it", async () => {
  const isFile = (name: string) => name.includes(".");
  for (const name of [...BUILD_SOURCES, "scripts", ".npmrc", "package.json"]) {
    if (isFile(name)) {
      writeFileSync(join(root, name), "");
    } else {
      mkdirSync(join(root, name));
    }
  }
  // The spool and the data may be in the folder of the project, under any name: a copy would keep what is deleted there.
  for (const name of ["spool", "data", "backups", ".git", "node_modules"]) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, "file"), "");
  }
  for (const name of ["backup.sql", "calls.csv", "secrets.json", ".env", ".env.production"]) {
    writeFileSync(join(root, name), "");
  }
  expect(readdirSync(await stage(root)).toSorted()).toEqual(
    [...BUILD_SOURCES, "scripts", ".npmrc", "package.json"].toSorted(),
  );
});

test("a copy that fails half way says so and leaves nothing behind", async () => {
  mkdirSync(join(root, "app"));
  // Nearly as long as a path may be: in the copy it is longer.
  const longest = process.platform === "darwin" ? 1000 : 4075;
  let deep = join(root, "lib");
  while (deep.length < longest) {
    deep = join(deep, "x".repeat(10));
  }
  mkdirSync(deep, { recursive: true });
  await expect(stage(root)).rejects.toThrow(
    /cannot be copied to .* \(ENAMETOOLONG\)\. The running version was not changed\./,
  );
  expect(readdirSync(join(root, ".releases"))).toEqual([]);
});
