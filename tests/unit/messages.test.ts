import { readFileSync } from "node:fs";

import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import { expect, test } from "@playwright/test";

import { LOCALES, type Locale } from "@/lib/i18n/locales";
import { NAMESPACES, type Namespace } from "@/lib/i18n/namespaces";

type Tree = { [key: string]: string | Tree };

/** Every message of a language, `namespace.path.to.key` → text. */
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

/** The arguments and tags of a message with their types: what the code must pass, whatever the language. */
function argumentsOf(message: string): string[] {
  const found = new Set<string>();
  const walk = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) {
        continue;
      }
      found.add(`${TYPE[element.type]} ${element.value}`);
      if (element.type === TYPE.tag) {
        walk(element.children);
      }
      if (element.type === TYPE.plural || element.type === TYPE.select) {
        for (const option of Object.values(element.options)) {
          walk(option.value);
        }
      }
    }
  };
  walk(parse(message));
  return [...found].toSorted();
}

/** The plural categories that a message chooses between, of each of its plurals. */
function pluralsOf(message: string): string[][] {
  const found: string[][] = [];
  const walk = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.tag) {
        walk(element.children);
      }
      if (element.type === TYPE.plural || element.type === TYPE.select) {
        if (element.type === TYPE.plural) {
          found.push(Object.keys(element.options).filter((key) => !key.startsWith("=")));
        }
        for (const option of Object.values(element.options)) {
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

/** Names, signs and technical words that are the same in Arabic text, and nothing else. */
const SAME_IN_BOTH = /^(Callboard|CSV|XLSX|JSON|URL|ID|API|P90|p90|SIP|UTC)$/;
const ARABIC_LETTER = /\p{Script=Arabic}/u;
/** Arabic-Indic digits: the product shows Latin digits in both languages. */
const ARABIC_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/;

/** What is left of a message when its arguments and tags are taken away. */
function wordsOf(message: string): string {
  return message.replaceAll(/<[^>]*>/g, "").replaceAll(/\{\w+(, \w+)?\}/g, "");
}

test("both languages have the same messages", () => {
  expect([...arabic.keys()].toSorted()).toEqual([...english.keys()].toSorted());
});

test("a message takes the same arguments in both languages", () => {
  const both = [...english.keys()].filter((key) => arabic.has(key));
  const list = (messages: Map<string, string>) => both.map((key) => [key, argumentsOf(messages.get(key) ?? "")]);
  expect(list(arabic)).toEqual(list(english));
});

test("no message is empty, and none has space around it", () => {
  for (const locale of LOCALES) {
    const untidy = [...messagesOf(locale)].filter(([, text]) => text === "" || text !== text.trim());
    expect(untidy).toEqual([]);
  }
});

test("Arabic messages are in Arabic", () => {
  const untranslated = [...arabic].filter(
    ([key, text]) =>
      /[a-z]/i.test(wordsOf(english.get(key) ?? "")) && !ARABIC_LETTER.test(text) && !SAME_IN_BOTH.test(text.trim()),
  );
  expect(untranslated).toEqual([]);
  expect([...arabic].filter(([, text]) => ARABIC_DIGIT.test(text))).toEqual([]);
});

test("English messages are in English", () => {
  expect([...english].filter(([, text]) => ARABIC_LETTER.test(text))).toEqual([]);
});

test("a plural has every form that its language needs", () => {
  const needed: Record<Locale, string[]> = {
    en: ["one", "other"],
    ar: ["few", "many", "one", "other", "two", "zero"],
  };
  for (const locale of LOCALES) {
    const incomplete = [...messagesOf(locale)].filter(([, text]) =>
      pluralsOf(text).some((forms) => needed[locale].some((form) => !forms.includes(form))),
    );
    expect(incomplete, locale).toEqual([]);
  }
});
