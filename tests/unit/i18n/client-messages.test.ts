import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "@playwright/test";

import { mergeMessages, pickMessages } from "@/lib/i18n/pick-messages";

const IMPORT = /^(?:import|export) (?!type )(?:[^;"']*? from )?["']([^"']+)["'];|\bimport\(["']([^"']+)["']\)/gm;
/** `useTranslations(by)`: the namespaces that a variable can name. */
const VARIABLES: Record<string, string[]> = { by: ["calls", "contacts"], "view.by": ["calls", "contacts"] };
/** The root layout sends all of it. */
const ROOT = ["common"];

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].flatMap(([, still, dynamic]) => {
    const name = still ?? dynamic ?? "";
    const path = name.startsWith("@/") ? name.slice(2) : name.startsWith(".") ? join(dirname(file), name) : "";
    return [path, `${path}.ts`, `${path}.tsx`].filter((each) => /\.tsx?$/.test(each) && existsSync(each));
  });
}

/** The namespaces that client components use which an entry imports, each with the first file, and those that its server components send. */
function messagesOf(entry: string): { used: Map<string, string>; sent: Set<string> } {
  const used = new Map<string, string>();
  const sent = new Set(ROOT);
  const seen = new Set<string>();
  const visit = (file: string, isBelowClient: boolean) => {
    const text = readFileSync(file, "utf8");
    const isClient = isBelowClient || text.startsWith('"use client"');
    if (seen.has(`${file} ${isClient}`) || text.startsWith('"use server"')) {
      return;
    }
    seen.add(`${file} ${isClient}`);
    if (isClient) {
      for (const [, name = ""] of text.matchAll(/useTranslations(?:<[^(]*>)?\(([^)]*)\)/g)) {
        for (const namespace of VARIABLES[name] ?? [name.replaceAll('"', "")]) {
          used.set(namespace, used.get(namespace) ?? file);
        }
      }
    } else {
      for (const [, list = ""] of text.matchAll(/<ClientMessages\s+of=\{\[([^\]]*)\]\}/g)) {
        for (const [, name = ""] of list.matchAll(/"([^"]+)"/g)) {
          sent.add(name);
        }
      }
    }
    for (const next of importsOf(file)) {
      visit(next, isClient);
    }
  };
  visit(entry, false);
  return { used, sent };
}

/** The layouts above a file. */
function layoutsAbove(file: string): string[] {
  const parts = dirname(file).split("/");
  return parts.map((_, index) => join(...parts.slice(0, index + 1), "layout.tsx")).filter(existsSync);
}

test("each page sends the messages that its client components use", () => {
  const entries = execFileSync("git", ["ls-files", "app"], { encoding: "utf8" })
    .split("\n")
    .filter((file) => /\/(page|layout|error|not-found|forbidden|default)\.tsx$/.test(file));
  expect(entries.length).toBeGreaterThan(30);
  const missing = entries.flatMap((entry) => {
    const { used, sent } = messagesOf(entry);
    const all = [sent, ...layoutsAbove(entry).map((layout) => messagesOf(layout).sent)];
    const isSent = (namespace: string) =>
      all.some((names) => [...names].some((each) => namespace === each || namespace.startsWith(`${each}.`)));
    return [...used]
      .filter(([namespace]) => !isSent(namespace))
      .map(([namespace, file]) => `${entry} sends no ${namespace}, which ${file} uses`);
  });
  expect(missing).toEqual([]);
});

test("messages are picked by namespace or by a part of one, and added to others", () => {
  const all = { common: { yes: "Yes" }, call: { title: "Call", panel: { open: "Open", close: "Close" } } };
  expect(pickMessages(all, ["common", "call.panel"])).toEqual({
    common: { yes: "Yes" },
    call: { panel: { open: "Open", close: "Close" } },
  });
  expect(
    mergeMessages(pickMessages(all, ["call.panel"]), { call: { title: "A call" }, calls: { none: "None" } }),
  ).toEqual({ call: { title: "A call", panel: { open: "Open", close: "Close" } }, calls: { none: "None" } });
  expect(() => pickMessages(all, ["call.pannel"])).toThrow("call.pannel");
  expect(() => pickMessages(all, ["call.title.of"])).toThrow("call.title.of");
});
