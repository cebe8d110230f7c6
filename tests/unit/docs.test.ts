import { existsSync, readdirSync, readFileSync } from "node:fs";

import { expect, test } from "@playwright/test";

const DOCUMENTS = [
  "README.md",
  "AGENTS.md",
  ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];
const FOLDERS = ["app", "components", "db", "docs", "lib", "public", "scripts", "server", "tests"];
/** Matches a path of this repository in running text: a path below one of its folders, or a file in its root. */
const PATH = new RegExp(
  String.raw`(?<![\w/.@<-])(?:(?:${FOLDERS.join("|")})/[\w()[\]@.{},/-]*[\w)\]}/]|[\w.-]+\.(?:ts|mjs|json|md))(?![\w<*])`,
  "g",
);
/** Files that the documents name but the repository does not contain. */
const ELSEWHERE = new Set(["ids.csv"]);

/** Returns every path that a document names, with `{en,ar}` expanded. */
function pathsIn(document: string): string[] {
  const text = readFileSync(document, "utf8").replaceAll(/\]\(([^)]+)\)/g, " ");
  const named = [...text.matchAll(PATH)].map(([path]) => path);
  return named.flatMap((path) => {
    const [whole, choices] = /\{([^}]*)\}/.exec(path) ?? [];
    return whole === undefined ? [path] : (choices ?? "").split(",").map((choice) => path.replace(whole, choice));
  });
}

for (const document of DOCUMENTS) {
  test(`every path that ${document} names exists`, () => {
    expect(pathsIn(document).filter((path) => !ELSEWHERE.has(path) && !existsSync(path))).toEqual([]);
  });
}

for (const document of ["docs/faults.md", "docs/security.md"]) {
  test(`every test that ${document} names exists`, () => {
    const named = readFileSync(document, "utf8").matchAll(/`((?:unit|integration|e2e|faults)\/[\w/-]+)`/g);
    const files = [...new Set([...named].map(([, name]) => `tests/${name}.test.ts`))];
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
}

test("the pattern finds the paths in docs/architecture.md", () => {
  expect(pathsIn("docs/architecture.md").length).toBeGreaterThan(40);
});

test("each walk in the architecture lists a file only once", () => {
  const walks = readFileSync("docs/architecture.md", "utf8").split("## Four walks")[1]?.split("\n## ")[0] ?? "";
  const stops = walks
    .split("```")
    .filter((_, index) => index % 2 === 1)
    .map((block) => [...block.matchAll(/^\d?\s+(\S+)/gm)].map(([, path]) => path));
  expect(stops).toHaveLength(4);
  for (const walk of stops) {
    expect(walk.length).toBeGreaterThan(4);
    expect(new Set(walk).size).toBe(walk.length);
  }
});
