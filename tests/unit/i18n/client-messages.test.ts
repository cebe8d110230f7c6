import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "@playwright/test";

import { GATE_REASONS, UNREACHABLE_REASONS } from "@/lib/action-answer";
import english from "@/lib/i18n/messages/en/auth.json" with { type: "json" };
import { mergeMessages, pickMessages } from "@/lib/i18n/pick-messages";

const IMPORT = /^(?:import|export) (?!type )(?:[^;"']*? from )?["']([^"']+)["'];|\bimport\(["']([^"']+)["']\)/gm;
/** `useTranslations(by)`: the namespaces that a variable can name. */
const VARIABLES: Record<string, string[]> = { by: ["calls", "contacts"], "view.by": ["calls", "contacts"] };
/** The root layout sends all of it but what it names. */
const ROOT = ["common"];
const EXCEPT = /(?:\bexcept=\{|\bNOT_IN_PAGES = )\[([^\]]*)\]/g;
/** All refusals of actions are described here, and a page sends those that its actions may answer with. */
const REFUSALS = "auth.error";
const DESCRIBES_REFUSALS = "components/use-action.ts";
const REASONS = Object.keys(english.error);
/** This layout sends the reasons for which every action may be refused. */
const SHELL = "app/(dashboard)/layout.tsx";
const BY_EVERY_ACTION = [...GATE_REASONS, ...UNREACHABLE_REASONS].map((reason) => `${REFUSALS}.${reason}`);

type Found = {
  /** The namespaces, or parts of them, that client components use, each with the first file. */
  used: Map<string, string>;
  /** What server components send, and what they leave out of it. */
  sent: Set<string>;
  except: Set<string>;
  /** Client files with the namespaces that they use. */
  clients: Map<string, string[]>;
};

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].flatMap(([, still, dynamic]) => {
    const name = still ?? dynamic ?? "";
    const path = name.startsWith("@/") ? name.slice(2) : name.startsWith(".") ? join(dirname(file), name) : "";
    return [path, `${path}.ts`, `${path}.tsx`].filter((each) => /\.tsx?$/.test(each) && existsSync(each));
  });
}

/** What the components use and send that an entry imports. */
function messagesOf(entry: string): Found {
  const used = new Map<string, string>();
  const sent = new Set(ROOT);
  const except = new Set<string>();
  const clients = new Map<string, string[]>();
  const seen = new Set<string>();
  const visit = (file: string, isBelowClient: boolean) => {
    const text = readFileSync(file, "utf8");
    const isClient = isBelowClient || text.startsWith('"use client"');
    if (text.startsWith('"use server"')) {
      for (const reason of REASONS.filter((each) => text.includes(`"${each}"`))) {
        used.set(`${REFUSALS}.${reason}`, file);
      }
      return;
    }
    if (seen.has(`${file} ${isClient}`)) {
      return;
    }
    seen.add(`${file} ${isClient}`);
    if (file === DESCRIBES_REFUSALS) {
      BY_EVERY_ACTION.forEach((each) => used.set(each, file));
    } else if (isClient) {
      for (const [, name = ""] of text.matchAll(/useTranslations(?:<[^(]*>)?\(([^)]*)\)/g)) {
        for (const namespace of VARIABLES[name] ?? [name.replaceAll('"', "")]) {
          used.set(namespace, used.get(namespace) ?? file);
          clients.set(file, [...(clients.get(file) ?? []), namespace]);
        }
      }
    } else {
      for (const [, list = ""] of text.matchAll(/<ClientMessages\s+of=\{\[([^\]]*)\]\}/g)) {
        for (const [, name = ""] of list.matchAll(/"([^"]+)"/g)) {
          sent.add(name);
        }
      }
      for (const [, list = ""] of text.matchAll(EXCEPT)) {
        for (const [, name = ""] of list.matchAll(/"([^"]+)"/g)) {
          except.add(name);
        }
      }
    }
    for (const next of importsOf(file)) {
      visit(next, isClient);
    }
  };
  visit(entry, false);
  if (entry === SHELL) {
    BY_EVERY_ACTION.forEach((each) => sent.add(each));
  }
  return { used, sent, except, clients };
}

/** The layouts above a file. */
function layoutsAbove(file: string): string[] {
  const parts = dirname(file).split("/");
  return parts.map((_, index) => join(...parts.slice(0, index + 1), "layout.tsx")).filter(existsSync);
}

function entriesOfApp(): string[] {
  const entries = execFileSync("git", ["ls-files", "app"], { encoding: "utf8" })
    .split("\n")
    .filter((file) => /\/(page|layout|error|not-found|forbidden|default)\.tsx$/.test(file));
  expect(entries.length).toBeGreaterThan(30);
  return entries;
}

test("each page sends the messages that its client components use", () => {
  const entries = entriesOfApp();
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

test("no page leaves out messages that its client components use", () => {
  const found = entriesOfApp().map((entry) => [entry, messagesOf(entry)] as const);
  const wrong = found.flatMap(([entry, { except, clients }]) => {
    const above = layoutsAbove(entry).map((layout) => messagesOf(layout).except);
    const leftOut = [except, ...above].flatMap((names) => Array.from(names));
    return [...clients].flatMap(([file, namespaces]) => {
      const text = readFileSync(file, "utf8");
      return leftOut
        .filter((path) =>
          namespaces.some(
            (namespace) =>
              namespace === path ||
              namespace.startsWith(`${path}.`) ||
              (path.startsWith(`${namespace}.`) &&
                new RegExp(`["'\`]${path.slice(namespace.length + 1).replaceAll(".", "\\.")}["'\`.]`).test(text)),
          ),
        )
        .map((path) => `${entry} leaves out ${path}, which ${file} uses`);
    });
  });
  expect(wrong).toEqual([]);
});

test("messages are picked by namespace or by a part of one, and added to others", () => {
  const all = { common: { yes: "Yes" }, call: { title: "Call", panel: { open: "Open", close: "Close" } } };
  expect(pickMessages(all, ["common", "call.panel"])).toEqual({
    common: { yes: "Yes" },
    call: { panel: { open: "Open", close: "Close" } },
  });
  expect(pickMessages(all, ["common", "call"], ["call.title", "call.panel.open"])).toEqual({
    common: { yes: "Yes" },
    call: { panel: { close: "Close" } },
  });
  expect(() => pickMessages(all, ["call"], ["call.panel.opens"])).toThrow("call.panel.opens");
  expect(() => pickMessages(all, ["call"], ["call.title.of"])).toThrow("call.title.of");
  expect(
    mergeMessages(pickMessages(all, ["call.panel"]), { call: { title: "A call" }, calls: { none: "None" } }),
  ).toEqual({ call: { title: "A call", panel: { open: "Open", close: "Close" } }, calls: { none: "None" } });
  expect(() => pickMessages(all, ["call.pannel"])).toThrow("call.pannel");
  expect(() => pickMessages(all, ["call.title.of"])).toThrow("call.title.of");
});
