"use client";

import { useLocale } from "next-intl";
import { useRouter } from "next/navigation";
import { useSyncExternalStore, useTransition } from "react";

import { type Locale, localeOf } from "@/lib/i18n/locales";
import type { Theme } from "@/lib/theme";

import { applyTheme, currentTheme, storeLocale } from "./preferences";

function onThemeChange(notify: () => void): () => void {
  const observer = new MutationObserver(notify);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

/** The user's theme and language, and functions that change them. `theme` is `system` until the page is hydrated. */
export function usePreferences(): {
  theme: Theme;
  setTheme: (theme: Theme) => void;
  locale: Locale;
  setLocale: (locale: Locale) => void;
  pending: boolean;
} {
  const router = useRouter();
  const locale = localeOf(useLocale());
  const theme = useSyncExternalStore<Theme>(onThemeChange, currentTheme, () => "system");
  const [pending, startTransition] = useTransition();
  return {
    theme,
    setTheme: applyTheme,
    locale,
    setLocale(next) {
      storeLocale(next);
      startTransition(() => router.refresh());
    },
    pending,
  };
}
