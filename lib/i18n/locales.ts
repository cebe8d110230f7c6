/** The supported languages. The cookie `locale` contains one of them. */
export const LOCALES = ["en", "ar"] as const;

export type Locale = (typeof LOCALES)[number];

const DEFAULT_LOCALE: Locale = "en";

export const LOCALE_COOKIE = "locale";

/** Each language's name in that language, so that users who cannot read the page can read the language switch. */
export const LOCALE_NAMES = { en: "English", ar: "العربية" } as const satisfies Record<Locale, string>;

/**
 * The locales that are passed to `Intl`. British English puts the day before the month, which is usual in the countries of our users. Both
 * languages use Latin digits: without the extension, Arabic would use Arabic-Indic digits, even in plurals.
 */
export const INTL_LOCALES = { en: "en-GB", ar: "ar-u-nu-latn" } as const satisfies Record<Locale, string>;

export type IntlLocale = (typeof INTL_LOCALES)[Locale];

export function isLocale(value: string | undefined): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** The language of an `Intl` locale, which is what `useLocale()` returns. */
export function localeOf(intlLocale: string): Locale {
  return intlLocale.startsWith("ar") ? "ar" : "en";
}

export function directionOf(locale: Locale): "ltr" | "rtl" {
  return locale === "ar" ? "rtl" : "ltr";
}

/**
 * The supported language that an `Accept-Language` header (RFC 9110, 12.5.4) prefers, by weight, then by order. Never throws: the result
 * for a malformed header is the default language.
 */
export function preferredLocale(acceptLanguage: string | null): Locale {
  const ranges = (acceptLanguage ?? "")
    .split(",")
    .slice(0, 32)
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { language: tag.split("-")[0], quality: weight === undefined ? 1 : Number(weight) };
    })
    .filter((range) => range.quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { language } of ranges) {
    if (isLocale(language)) {
      return language;
    }
  }
  return DEFAULT_LOCALE;
}
