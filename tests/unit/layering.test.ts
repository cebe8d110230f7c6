import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { expect, test } from "@playwright/test";

/** Lints one file under the project's own rules and returns the names of the rules that it breaks. */
function brokenRules(path: string, source: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "layering-"));
  try {
    copyFileSync(".oxlintrc.json", join(folder, ".oxlintrc.json"));
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
    const { stdout } = spawnSync(resolve("node_modules/.bin/oxlint"), ["--format", "json"], {
      cwd: folder,
      encoding: "utf8",
    });
    return (JSON.parse(stdout) as { diagnostics: { code: string }[] }).diagnostics.map((problem) => problem.code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FORBIDDEN: [file: string, imports: string][] = [
  ["lib/outcome.ts", "@/db/calls"],
  ["lib/outcome.ts", "@/app/auth"],
  ["lib/outcome.ts", "@/components/ui/button"],
  ["lib/outcome.ts", "../db/calls"],
  ["lib/sarj/webhook.ts", "react"],
  ["lib/sarj/webhook.ts", "drizzle-orm"],
  ["db/calls.ts", "@/app/auth"],
  ["db/calls.ts", "@/components/ui/button"],
  ["db/calls.ts", "../app/auth"],
  ["db/calls.ts", "next/headers"],
  ["components/data-table.tsx", "@/app/auth"],
  ["components/data-table.tsx", "@/db/calls"],
  ["components/data-table.tsx", "@/db/schema"],
  ["components/ui/button.tsx", "../../db/calls"],
];

for (const [file, imports] of FORBIDDEN) {
  test(`${file} may not import ${imports}`, () => {
    const rules = brokenRules(file, `import { thing } from "${imports}";\n\nexport const other = thing;\n`);
    expect(rules.filter((rule) => rule.includes("no-restricted-imports"))).toHaveLength(1);
  });
}

const ALLOWED: [file: string, statement: string][] = [
  ["lib/outcome.ts", 'import { z as thing } from "zod";'],
  ["db/calls.ts", 'import { env as thing } from "@/lib/env";'],
  ["db/calls.ts", 'import { sql as thing } from "drizzle-orm";'],
  ["app/page.tsx", 'import { listCalls as thing } from "@/db/calls";'],
  ["components/data-table.tsx", 'import { outcomes as thing } from "@/lib/outcome";'],
];

for (const [file, statement] of ALLOWED) {
  test(`${file} may: ${statement}`, () => {
    expect(brokenRules(file, `${statement}\n\nexport const other = thing;\n`)).toEqual([]);
  });
}

test("components may import types from the schema", () => {
  const source =
    'import type { Call } from "@/db/schema";\n\nexport function idOf(call: Call): string {\n  return call.callId;\n}\n';
  expect(brokenRules("components/call-link.tsx", source)).toEqual([]);
});
