import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "@playwright/test";

const VALUE_IMPORT = /^(?:import|export) (?!type )(?:[^;"']*? from )?["']([^"']+)["'];/gm;

/** Returns the files that a module imports, without type imports. Package names are returned unchanged. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(VALUE_IMPORT)].flatMap(([statement, name = ""]) => {
    const names =
      /\{([^}]*)\}/
        .exec(statement)?.[1]
        ?.split(",")
        .filter((each) => each.trim() !== "") ?? [];
    if (names.length > 0 && names.every((each) => each.trim().startsWith("type "))) {
      return [];
    }
    if (!name.startsWith("@/") && !name.startsWith(".")) {
      return [name];
    }
    const path = name.startsWith("@/") ? name.slice(2) : join(dirname(file), name);
    return [path, `${path}.ts`, `${path}.tsx`].filter(
      (candidate) => /\.tsx?$/.test(candidate) && existsSync(candidate),
    );
  });
}

/** Returns the chain of imports from a client component to a module of Node, or null. Skips server actions, which stay on the server. */
function importsToNode(file: string, seen: Set<string>): string[] | null {
  for (const next of importsOf(file)) {
    if (next.startsWith("node:")) {
      return [file, next];
    }
    if (seen.has(next) || !existsSync(next) || readFileSync(next, "utf8").startsWith('"use server"')) {
      continue;
    }
    seen.add(next);
    const chain = importsToNode(next, seen);
    if (chain !== null) {
      return [file, ...chain];
    }
  }
  return null;
}

test("no client component imports a module of Node", () => {
  const files = execFileSync("git", ["ls-files", "app", "components"], { encoding: "utf8" })
    .split("\n")
    .filter((file) => /\.tsx?$/.test(file) && existsSync(file));
  const components = files.filter((file) => readFileSync(file, "utf8").startsWith('"use client"'));
  expect(components.length).toBeGreaterThan(50);
  expect(components.map((file) => importsToNode(file, new Set())).filter((chain) => chain !== null)).toEqual([]);
});
