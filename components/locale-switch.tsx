"use client";

import { useTranslations } from "next-intl";

import { Segmented } from "@/components/ui/segmented";
import { LOCALE_NAMES, LOCALES } from "@/lib/i18n/locales";

import { usePreferences } from "./use-preferences";

/** Switches the language. Shows the name of each language in that language. */
export function LocaleSwitch() {
  const t = useTranslations("shell");
  const { locale, setLocale } = usePreferences();
  return (
    <Segmented
      label={t("language")}
      value={locale}
      onValueChange={setLocale}
      items={LOCALES.map((value) => ({ value, label: <span lang={value}>{LOCALE_NAMES[value]}</span> }))}
    />
  );
}
