import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { INTL_LOCALES, LOCALES, preferredLocale } from "@/lib/i18n/locales";

const headers: [header: string | null, locale: string][] = [
  [null, "en"],
  ["", "en"],
  ["ar", "ar"],
  ["ar-SA,ar;q=0.9,en;q=0.8", "ar"],
  ["en-US,en;q=0.9,ar;q=0.8", "en"],
  ["fr-FR,fr;q=0.9,ar;q=0.3,en;q=0.2", "ar"],
  ["en;q=0.1, AR;q=0.2", "ar"],
  ["ar;q=0, en;q=0.1", "en"],
  ["*", "en"],
  [";;;q=,ar", "ar"],
];
for (const [header, locale] of headers) {
  test(`Accept-Language: ${header} → ${locale}`, () => {
    expect(preferredLocale(header)).toBe(locale);
  });
}

test("every header gives one of the two languages", () => {
  fc.assert(fc.property(fc.string(), (header) => LOCALES.includes(preferredLocale(header))));
});

test("digits are Latin and the calendar is Gregorian in both languages", () => {
  for (const locale of LOCALES) {
    expect(new Intl.NumberFormat(INTL_LOCALES[locale]).format(1234567)).toMatch(/^1.234.567$/);
    expect(new Intl.DateTimeFormat(INTL_LOCALES[locale], { dateStyle: "short" }).format(new Date(0))).toContain("1970");
  }
});
