"use client";

import "./globals.css";
import { NextIntlClientProvider } from "next-intl";
import { useSyncExternalStore } from "react";

import { HydrationMark } from "@/components/hydration-mark";
import { PageError } from "@/components/page-error";
import { directionOf, INTL_LOCALES, LOCALE_COOKIE, type Locale } from "@/lib/i18n/locales";
import ar from "@/lib/i18n/messages/ar/common.json";
import en from "@/lib/i18n/messages/en/common.json";
import { THEME_COOKIE } from "@/lib/theme";

const messages = { en, ar };
const subscribeToNothing = () => () => {};
const cookie = (name: string) => new RegExp(`(?:^|; )${name}=([a-z]+)`).exec(document.cookie)?.[1];

/** Shown when the root layout fails. Replaces the whole document, so it reads the language and the theme from their cookies. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  const locale = useSyncExternalStore<Locale>(
    subscribeToNothing,
    () => (cookie(LOCALE_COOKIE) === "ar" ? "ar" : "en"),
    () => "en",
  );
  const theme = useSyncExternalStore(
    subscribeToNothing,
    () => cookie(THEME_COOKIE),
    () => undefined,
  );
  return (
    <html lang={locale} dir={directionOf(locale)} data-theme={theme}>
      <body>
        <HydrationMark />
        <title>{messages[locale].error.pageTitle}</title>
        <NextIntlClientProvider locale={INTL_LOCALES[locale]} messages={{ common: messages[locale] }} timeZone="UTC">
          <main>
            <PageError error={error} retry={retry} />
          </main>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
