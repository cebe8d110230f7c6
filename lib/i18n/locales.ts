/** The languages of the product. The cookie `locale` holds one of these. */
export const LOCALES = ["en", "ar"] as const;

export type Locale = (typeof LOCALES)[number];

export const DEFAULT_LOCALE: Locale = "en";

export const LOCALE_COOKIE = "locale";

/** Each language's name for itself: the switch must be readable by someone who cannot read the page. */
export const LOCALE_NAMES = { en: "English", ar: "العربية" } as const satisfies Record<Locale, string>;

/**
 * What `Intl` is given. English puts the day before the month, as is usual where the product is used. Digits are Latin in both languages: without the extension, Arabic would format with Arabic-Indic ones, in
 * plurals too.
 */
export const INTL_LOCALES = { en: "en-GB", ar: "ar-u-nu-latn" } as const satisfies Record<Locale, string>;

export type IntlLocale = (typeof INTL_LOCALES)[Locale];

export function isLocale(value: string | undefined): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** The language behind what `useLocale()` returns. */
export function localeOf(intlLocale: string): Locale {
  return intlLocale.startsWith("ar") ? "ar" : "en";
}

export function directionOf(locale: Locale): "ltr" | "rtl" {
  return locale === "ar" ? "rtl" : "ltr";
}

/**
 * The first language of an `Accept-Language` header (RFC 9110, 12.5.4) that the product speaks, by weight and then by order.
 * Total: a malformed header gives the default.
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
