import { CSPProvider } from "@base-ui/react/csp-provider";
import { DirectionProvider } from "@base-ui/react/direction-provider";
import type { Metadata, Viewport } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getLocale } from "next-intl/server";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";

import { Toaster } from "@/components/ui/toaster";
import { directionOf, localeOf } from "@/lib/i18n/locales";
import { THEME_COOKIE, themeOf } from "@/lib/theme";

import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Callboard", template: "%s · Callboard" },
  description: "The operations dashboard for your voice agents’ calls.",
  robots: { index: false, follow: false },
  formatDetection: { telephone: false, date: false, address: false, email: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafb" },
    { media: "(prefers-color-scheme: dark)", color: "#0e0f13" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [intlLocale, cookieStore, requestHeaders] = await Promise.all([getLocale(), cookies(), headers()]);
  const locale = localeOf(intlLocale);
  const direction = directionOf(locale);
  const theme = themeOf(cookieStore.get(THEME_COOKIE)?.value);
  const nonce = requestHeaders.get("x-nonce") ?? undefined;
  return (
    <html lang={locale} dir={direction} {...(theme === "system" ? {} : { "data-theme": theme })}>
      <body>
        <CSPProvider {...(nonce === undefined ? {} : { nonce })}>
          <DirectionProvider direction={direction}>
            <NextIntlClientProvider>
              {children}
              <Toaster />
            </NextIntlClientProvider>
          </DirectionProvider>
        </CSPProvider>
      </body>
    </html>
  );
}
