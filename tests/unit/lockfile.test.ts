import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect, test } from "@playwright/test";

/** A package-lock.json as npm writes it on Linux with a registry that has only packages for Linux. */
const PARTIAL = {
  name: "thing",
  lockfileVersion: 3,
  packages: {
    "": { dependencies: { tool: "1.0.0" } },
    "node_modules/tool": {
      version: "1.0.0",
      dev: true,
      optionalDependencies: {
        "@tool/darwin-arm64": "1.0.0",
        "@tool/linux-x64-gnu": "1.0.0",
        "@tool/linux-arm-musleabihf": "^1.0.0",
        "@tool/wasm32-wasi": "1.0.0",
      },
    },
    "node_modules/tool/node_modules/@tool/wasm32-wasi": { version: "1.0.0", optional: true },
    "node_modules/@tool/linux-x64-gnu": { version: "1.0.0", optional: true },
  },
};

function complete(folder: string, ...options: string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [resolve("scripts/complete-lockfile.mjs"), ...options], {
    cwd: folder,
    encoding: "utf8",
  });
}

test("the optional packages of other platforms are added, with the platform from their names", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockfile-"));
  try {
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify(PARTIAL));
    const before = complete(folder, "--check");
    expect(before.status).toBe(1);
    expect(before.stderr).toContain("package-lock.json lacks @tool/darwin-arm64, @tool/linux-arm-musleabihf");

    expect(complete(folder).status).toBe(0);
    const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
    expect(packages).toEqual({
      ...PARTIAL.packages,
      "node_modules/@tool/darwin-arm64": {
        version: "1.0.0",
        cpu: ["arm64"],
        dev: true,
        optional: true,
        os: ["darwin"],
      },
      "node_modules/@tool/linux-arm-musleabihf": {
        version: "1.0.0",
        cpu: ["arm"],
        dev: true,
        libc: ["musl"],
        optional: true,
        os: ["linux"],
      },
    });
    expect(complete(folder, "--check").status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the bill of materials tells what runs from what only development needs", () => {
  const { status, stdout } = spawnSync("npm", ["run", "--silent", "sbom"], { encoding: "utf8" });
  expect(status).toBe(0);
  const bill = JSON.parse(stdout) as {
    bomFormat: string;
    components: { name: string; version: string; scope: string }[];
  };
  expect(bill.bomFormat).toBe("CycloneDX");
  const listed = bill.components.map(({ name, version, scope }) => `${name} ${version} ${scope}`);
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  >;
  const lines = (packages: Record<string, string>, scope: string) =>
    Object.entries(packages).map(([name, version]) => `${name} ${version} ${scope}`);
  expect(listed).toEqual(expect.arrayContaining(lines(dependencies, "required")));
  // next-intl needs it too.
  delete devDependencies["@formatjs/icu-messageformat-parser"];
  expect(listed).toEqual(expect.arrayContaining(lines(devDependencies, "optional")));
});
