import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { expect, test } from "@playwright/test";

import { BUILD } from "@/tests/fixtures/build";

test("the functions of the build contain no package that only development needs, no tests and no tools", () => {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const traces = readdirSync(BUILD, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".nft.json"));
  const files = traces.flatMap((trace) => {
    const { files: traced } = JSON.parse(readFileSync(join(BUILD, trace), "utf8")) as { files: string[] };
    return traced.map((file) => relative("", join(BUILD, dirname(trace), file)));
  });
  const packages = new Set(files.flatMap((file) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  expect(packages).toContain("node_modules/next");
  expect([...packages].filter((name) => lock.packages[name]?.dev === true)).toEqual([]);
  expect(files.filter((file) => /^(?:tests|scripts|\.git|\.data)\//.test(file))).toEqual([]);
});
