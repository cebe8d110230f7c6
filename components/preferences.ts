"use client";

import { LOCALE_COOKIE, type Locale } from "@/lib/i18n/locales";
import { type Theme, THEME_COOKIE } from "@/lib/theme";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Stores a preference in a cookie for a year; null deletes the cookie. `value` may contain only characters allowed in cookies. */
export function writeCookie(name: string, value: string | null): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // oxlint-disable-next-line unicorn/no-document-cookie -- the Cookie Store API is not in every browser
  document.cookie = `${name}=${value ?? ""}; path=/; max-age=${value === null ? 0 : YEAR_SECONDS}; samesite=lax${secure}`;
}

/** Applies a theme and stores it in this browser. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset["theme"];
  } else {
    document.documentElement.dataset["theme"] = theme;
  }
  writeCookie(THEME_COOKIE, theme === "system" ? null : theme);
}

/** The current theme of the page. */
export function currentTheme(): Theme {
  const shown = document.documentElement.dataset["theme"];
  return shown === "light" || shown === "dark" ? shown : "system";
}

/** Stores a language in this browser. The caller must refresh the router, because the texts come from the server. */
export function storeLocale(locale: Locale): void {
  writeCookie(LOCALE_COOKIE, locale);
}
