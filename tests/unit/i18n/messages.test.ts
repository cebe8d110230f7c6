import { readFileSync } from "node:fs";

import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { expect, test } from "@playwright/test";

import { STREAM_PROBLEMS } from "@/lib/audit-stream/problem";
import { DIAL_RESULTS, STATE_CHOICES } from "@/lib/call/contact";
import { ENRICHMENT_STATES } from "@/lib/call/enrichment";
import { GOAL_KINDS } from "@/lib/call/goal";
import { LIST_ROWS } from "@/lib/call/list-view";
import { OUTCOME_KINDS } from "@/lib/call/outcome";
import { DECISIONS, REVIEW_DECISIONS } from "@/lib/call/review";
import { FLAG_PROBLEMS } from "@/lib/delivery/flags";
import { QUARANTINE_REASONS } from "@/lib/delivery/quarantine-reason";
import { VERDICTS } from "@/lib/delivery/verdict";
import { LOCALES, type Locale } from "@/lib/i18n/locales";
import { NAMESPACES, type Namespace } from "@/lib/i18n/namespaces";
import { IMPORT_ITEM_STATES, IMPORT_SOURCES } from "@/lib/imports/import";
import { JOB_PROBLEMS } from "@/lib/job-problem";
import { LINK_PURPOSES } from "@/lib/people/link-purpose";
import { FACTOR_CHANGES, NOTICE_KINDS } from "@/lib/people/notice";
import { ROLES } from "@/lib/people/role";
import { AUDIT_ACTIONS } from "@/lib/privacy/audit";
import { ERASURE_STEPS } from "@/lib/privacy/erasure";
import { API_ERRORS } from "@/lib/sarj/api";

type Tree = { [key: string]: string | Tree };

/** Maps `namespace.path.to.key` to the text, for every message of a language. */
function messagesOf(locale: Locale): Map<string, string> {
  const flat = new Map<string, string>();
  const walk = (node: Tree, path: string) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "string") {
        flat.set(`${path}.${key}`, value);
      } else {
        walk(value, `${path}.${key}`);
      }
    }
  };
  for (const namespace of NAMESPACES) {
    walk(read(locale, namespace), namespace);
  }
  return flat;
}

function read(locale: Locale, namespace: Namespace): Tree {
  return JSON.parse(readFileSync(`lib/i18n/messages/${locale}/${namespace}.json`, "utf8")) as Tree;
}

/**
 * The arguments and tags of a message. `used` contains all of them, `shown` only the ones that the reader sees. A plural that only
 * changes a word ("was", "were") does not show its argument, so the other language may omit it.
 */
function argumentsOf(message: string): { used: Set<string>; shown: Set<string> } {
  const used = new Set<string>();
  const shown = new Set<string>();
  const walk = (elements: MessageFormatElement[], counted: string | null) => {
    for (const element of elements) {
      if (element.type === TYPE.literal) {
        continue;
      }
      if (element.type === TYPE.pound) {
        shown.add(counted ?? "#");
        continue;
      }
      used.add(element.value);
      if (element.type === TYPE.tag) {
        shown.add(element.value);
        walk(element.children, counted);
      } else if (element.type === TYPE.plural || element.type === TYPE.select) {
        for (const option of Object.values(element.options)) {
          walk(option.value, element.type === TYPE.plural ? element.value : counted);
        }
      } else {
        shown.add(element.value);
      }
    }
  };
  walk(parse(message), null);
  return { used, shown };
}

/** The forms of each plural that shows its number. `=1` and `=2` count as `one` and `two`. */
function pluralsOf(message: string): string[][] {
  const found: string[][] = [];
  const walk = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.tag) {
        walk(element.children);
      }
      if (element.type === TYPE.plural || element.type === TYPE.select) {
        const options = Object.entries(element.options);
        const showsNumber = options.some(([, { value }]) => value.some(({ type }) => type === TYPE.pound));
        if (element.type === TYPE.plural && showsNumber) {
          found.push(options.map(([form]) => ({ "=1": "one", "=2": "two" })[form] ?? form));
        }
        for (const [, option] of options) {
          walk(option.value);
        }
      }
    }
  };
  walk(parse(message));
  return found;
}

const english = messagesOf("en");
const arabic = messagesOf("ar");

/** Names, units, examples and technical terms that are not translated. */
const SAME_IN_BOTH =
  /^(Callboard|Sarj API|CSV|XLSX|JSON|URL|ID|API|P90|p90|SIP|UTC|SHA-256|ms|B|KB|MB|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const ARABIC_LETTER = /\p{Script=Arabic}/u;
/** Arabic-Indic digits: the product shows Latin digits in both languages. */
const ARABIC_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/;

/** A message without its arguments and tags. */
function wordsOf(message: string): string {
  return message.replaceAll(/<[^>]*>/g, "").replaceAll(/\{\w+(, \w+)?\}/g, "");
}

test("both languages have the same messages", () => {
  expect([...arabic.keys()].toSorted()).toEqual([...english.keys()].toSorted());
});

test("an Arabic message uses only the English message's arguments, and all of the ones that it shows", () => {
  const differing = [...english].flatMap(([key, text]) => {
    const [en, ar] = [argumentsOf(text), argumentsOf(arabic.get(key) ?? "")];
    const unknown = [...ar.used].filter((name) => !en.used.has(name));
    const dropped = [...en.shown].filter((name) => !ar.used.has(name));
    return unknown.length + dropped.length > 0 ? [{ key, unknown, dropped }] : [];
  });
  expect(differing).toEqual([]);
});

test("no message is empty or has leading or trailing space, except after a colon", () => {
  for (const locale of LOCALES) {
    const untidy = [...messagesOf(locale)].filter(
      ([, text]) => text.trim() === "" || text.replace(/: $/, ":") !== text.replace(/: $/, ":").trim(),
    );
    expect(untidy).toEqual([]);
  }
});

test("Arabic messages contain Arabic letters and no Arabic-Indic digits", () => {
  const untranslated = [...arabic].filter(
    ([, text]) => !ARABIC_LETTER.test(text) && /[a-z]/i.test(wordsOf(text)) && !SAME_IN_BOTH.test(wordsOf(text).trim()),
  );
  expect(untranslated).toEqual([]);
  expect([...arabic].filter(([, text]) => ARABIC_DIGIT.test(text))).toEqual([]);
});

test("English messages contain no Arabic letters", () => {
  expect([...english].filter(([, text]) => ARABIC_LETTER.test(text))).toEqual([]);
});

test("a plural that shows its number has all forms of its language", () => {
  // Arabic messages need no `zero`: zero uses `other` or a separate message.
  const needed: Record<Locale, string[]> = { en: ["one", "other"], ar: ["one", "two", "few", "many", "other"] };
  for (const locale of LOCALES) {
    const incomplete = [...messagesOf(locale)].filter(([, text]) =>
      pluralsOf(text).some((forms) => needed[locale].some((form) => !forms.includes(form))),
    );
    expect(incomplete, locale).toEqual([]);
  }
});

/** The sets of codes that pages describe: the path of the descriptions, the codes, and further keys that are not codes. */
const DESCRIBED_SETS: [path: string, codes: readonly string[], more?: string[]][] = [
  ["deliveries.detail.flag", FLAG_PROBLEMS],
  ["deliveries.reason", QUARANTINE_REASONS],
  ["deliveries.reasonHint", QUARANTINE_REASONS],
  ["deliveries.verdict", VERDICTS],
  ["deliveries.verdictHint", VERDICTS],
  ["call.history.verdict", VERDICTS],
  ["call.history.apiState", ENRICHMENT_STATES],
  ["calls.enrichmentState", ENRICHMENT_STATES],
  ["calls.dialResult", DIAL_RESULTS],
  ["contacts.state", STATE_CHOICES],
  ["contacts.stateHint", STATE_CHOICES],
  ["contacts.switch", LIST_ROWS, ["label"]],
  ["call.apiError", API_ERRORS, ["unknown"]],
  ["outcomes.outcome", OUTCOME_KINDS, ["unknown"]],
  ["outcomes.outcomeHint", OUTCOME_KINDS, ["unknown"]],
  ["outcomes.goal", GOAL_KINDS],
  ["outcomes.goalHint", GOAL_KINDS],
  ["privacy.audit.action", AUDIT_ACTIONS],
  ["shell.role", ROLES],
  ["people.role.may", ROLES],
  ["deliveries.replay.result", VERDICTS, ["gone"]],
  ["call.review.decision", REVIEW_DECISIONS],
  ["call.review.hint", DECISIONS],
  ["settings.import.source", IMPORT_SOURCES],
  ["settings.import.state", IMPORT_ITEM_STATES],
  ["settings.import.stateHint", IMPORT_ITEM_STATES],
  ["privacy.retention.run.problem", JOB_PROBLEMS],
  ["privacy.audit.safety.problems", STREAM_PROBLEMS],
  ["privacy.erasure.step", ERASURE_STEPS],
  ["people.made.title", LINK_PURPOSES],
  ["people.made.send", LINK_PURPOSES],
  ["people.made.subject", LINK_PURPOSES],
  ["people.made.letter", LINK_PURPOSES],
  ["notices.title", NOTICE_KINDS],
  ["notices.factor", FACTOR_CHANGES],
  ["auth.link.title", LINK_PURPOSES],
  ["auth.link.password", LINK_PURPOSES],
  ["auth.link.submit", LINK_PURPOSES],
  ["auth.link.submitting", LINK_PURPOSES],
];
for (const [path, codes, more = []] of DESCRIBED_SETS) {
  test(`${path} describes every code in both languages, and nothing else`, () => {
    for (const messages of [english, arabic]) {
      const described = [...messages.keys()].filter((key) => key.startsWith(`${path}.`));
      expect(described.toSorted()).toEqual([...codes, ...more].map((code) => `${path}.${code}`).toSorted());
    }
  });
}
