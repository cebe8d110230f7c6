import { readdirSync } from "node:fs";

import { expect, test } from "@playwright/test";

import { BUILD_SOURCES } from "@/scripts/launcher/build";

const NOT_IN_A_BUILD = new Set(["docs", "node_modules", "playwright-report", "scripts", "test-results", "tests"]);

test("every folder of the application is a source of the build, so that a change in it causes a new build", () => {
  const folders = readdirSync(".", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !NOT_IN_A_BUILD.has(entry.name))
    .map((entry) => entry.name);
  expect(BUILD_SOURCES).toEqual(expect.arrayContaining(folders));
});
