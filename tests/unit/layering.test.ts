import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { expect, test } from "@playwright/test";

type Tree = Record<string, string>;

/**
 * Lints trees of files (path → source) with the project's rules and returns the names of the rules that each tree breaks. One run of the
 * linter for all trees takes hardly longer than a run for a single tree.
 */
function brokenRules(trees: readonly Tree[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), "layering-"));
  try {
    for (const [index, tree] of trees.entries()) {
      const root = join(folder, String(index));
      mkdirSync(root);
      copyFileSync(".oxlintrc.json", join(root, ".oxlintrc.json"));
      copyFileSync("tsconfig.json", join(root, "tsconfig.json"));
      for (const [path, source] of Object.entries(tree)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), source);
      }
    }
    const { stdout } = spawnSync(resolve("node_modules/.bin/oxlint"), ["--format", "json"], {
      cwd: folder,
      encoding: "utf8",
    });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
    return trees.map((_, index) =>
      diagnostics.filter(({ filename }) => filename.startsWith(`${index}/`)).map(({ code }) => code),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FORBIDDEN: [file: string, imports: string][] = [
  ["lib/call/outcome.ts", "@/db/calls/list"],
  ["lib/call/outcome.ts", "@/server/auth/auth"],
  ["lib/call/outcome.ts", "@/app/navigation"],
  ["lib/call/outcome.ts", "@/components/ui/button"],
  ["lib/call/outcome.ts", "../../db/calls/list"],
  ["lib/sarj/interpret.ts", "react"],
  ["lib/sarj/interpret.ts", "drizzle-orm"],
  ["db/calls/list.ts", "@/app/navigation"],
  ["db/calls/list.ts", "@/server/auth/auth"],
  ["db/calls/list.ts", "@/components/ui/button"],
  ["db/calls/list.ts", "../../server/auth/auth"],
  ["db/calls/list.ts", "next/headers"],
  ["server/audit.ts", "@/app/navigation"],
  ["server/audit.ts", "../app/navigation"],
  ["server/jobs/enrich.ts", "@/components/ui/button"],
  ["server/jobs/enrich.ts", "@/scripts/launcher/ports"],
  ["components/data-table.tsx", "@/app/navigation"],
  ["components/data-table.tsx", "@/server/auth/auth"],
  ["components/data-table.tsx", "@/db/calls/list"],
  ["components/data-table.tsx", "@/db/schema/calls"],
  ["components/ui/button.tsx", "../../db/calls/list"],
  ["app/(dashboard)/page.tsx", "@/scripts/launcher/ports"],
  ["scripts/start.ts", "../app/navigation"],
  ["scripts/launcher/serve.ts", "../../app/navigation"],
  ["scripts/launcher/serve.ts", "@/components/ui/button"],
  ["instrumentation.ts", "@/app/navigation"],
  ["proxy.ts", "./app/navigation"],
  ["tests/unit/time/time.test.ts", "@/app/navigation"],
];

const ALLOWED: [file: string, statement: string][] = [
  ["lib/call/outcome.ts", 'import { z as thing } from "zod";'],
  ["db/calls/list.ts", 'import { env as thing } from "@/lib/env";'],
  ["db/calls/list.ts", 'import { sql as thing } from "drizzle-orm";'],
  ["server/audit.ts", 'import { recordAuditEvent as thing } from "@/db/privacy/audit";'],
  ["app/page.tsx", 'import { listCalls as thing } from "@/db/calls/list";'],
  ["app/page.tsx", 'import { audit as thing } from "@/server/audit";'],
  ["instrumentation.ts", 'import { startTimer as thing } from "@/server/jobs/timer";'],
  ["scripts/import.ts", 'import { importDue as thing } from "../server/jobs/import";'],
  ["components/data-table.tsx", 'import { outcomes as thing } from "@/lib/call/outcome";'],
];

let forbiddenRules: string[][];
let allowedRules: string[][];

test.beforeAll(() => {
  const tree = (file: string, statement: string) => ({ [file]: `${statement}\n\nexport const other = thing;\n` });
  const rules = brokenRules([
    ...FORBIDDEN.map(([file, imports]) => tree(file, `import { thing } from "${imports}";`)),
    ...ALLOWED.map(([file, statement]) => tree(file, statement)),
  ]);
  forbiddenRules = rules.slice(0, FORBIDDEN.length);
  allowedRules = rules.slice(FORBIDDEN.length);
});

for (const [index, [file, imports]] of FORBIDDEN.entries()) {
  test(`${file} may not import ${imports}`, () => {
    expect(forbiddenRules[index]?.filter((rule) => rule.includes("no-restricted-imports"))).toHaveLength(1);
  });
}

for (const [index, [file, statement]] of ALLOWED.entries()) {
  test(`${file} may: ${statement}`, () => {
    expect(allowedRules[index]).toEqual([]);
  });
}

test("components may import types from the schema", () => {
  const source =
    'import type { Call } from "@/db/schema/calls";\n\nexport function idOf(call: Call): string {\n  return call.callId;\n}\n';
  expect(brokenRules([{ "components/call-link.tsx": source }])).toEqual([[]]);
});

test("an import cycle is an error, even between types", () => {
  const [rules] = brokenRules([
    {
      "lib/one.ts": 'import { two } from "@/lib/two";\n\nexport const one = (): number => two();\n',
      "lib/two.ts": 'import { one } from "./one";\n\nexport const two = (): number => one();\n',
      "db/three.ts": 'import type { Four } from "./four";\n\nexport type Three = Four | null;\n',
      "db/four.ts": 'import type { Three } from "./three";\n\nexport type Four = { three: Three };\n',
    },
  ]);
  expect(rules).toEqual(Array.from({ length: 4 }, () => "import(no-cycle)"));
});
