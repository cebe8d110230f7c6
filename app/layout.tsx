import { CSPProvider } from "@base-ui/react/csp-provider";
import { DirectionProvider } from "@base-ui/react/direction-provider";
import type { Metadata, Viewport } from "next";
import { getLocale, getMessages, getTimeZone } from "next-intl/server";
import localFont from "next/font/local";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";

import { AddressNotice } from "@/components/address-notice";
import { HydrationMark } from "@/components/hydration-mark";
import { IntlProvider } from "@/components/intl-provider";
import { isScriptsOff } from "@/components/suspense";
import { Toaster } from "@/components/ui/toaster";
import { WithoutScriptsProvider } from "@/components/without-scripts";
import { env } from "@/lib/env";
import { isPlainHttp } from "@/lib/http/plain-http";
import { directionOf, localeOf } from "@/lib/i18n/locales";
import { pickMessages } from "@/lib/i18n/pick-messages";
import { THEME_COOKIE, themeOf } from "@/lib/theme";

import "./globals.css";

/**
 * The Latin letters of the font, preloaded with the page. `globals.css` loads other letters when they are used. The adjusted
 * fallback that Next generates is disabled: it is Arial, which has Arabic letters, so the Arabic font would never be used.
 */
const inter = localFont({
  src: "../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  variable: "--font-inter",
  weight: "100 900",
  display: "swap",
  adjustFontFallback: false,
  declarations: [
    {
      prop: "unicode-range",
      value:
        "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    },
  ],
});

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

/** The texts of answers that are no page: of the door and of refused requests. */
const NOT_IN_PAGES = [
  "common.starting",
  "common.refusal",
  "common.address.refusedTitle",
  "common.address.refusedBody",
  "common.address.refusedPlain",
];

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [intlLocale, timeZone, messages, cookieStore, requestHeaders] = await Promise.all([
    getLocale(),
    getTimeZone(),
    getMessages(),
    cookies(),
    headers(),
  ]);
  const locale = localeOf(intlLocale);
  const direction = directionOf(locale);
  const theme = themeOf(cookieStore.get(THEME_COOKIE)?.value);
  const nonce = requestHeaders.get("x-nonce") ?? undefined;
  return (
    <html
      lang={locale}
      dir={direction}
      className={inter.variable}
      data-address={env.APP_URL}
      {...(theme === "system" ? {} : { "data-theme": theme })}
    >
      <body>
        <CSPProvider {...(nonce === undefined ? {} : { nonce })}>
          <DirectionProvider direction={direction}>
            {/* The texts of the error pages. Nested layouts add the texts of their pages. */}
            <IntlProvider
              locale={intlLocale}
              timeZone={timeZone}
              messages={pickMessages(messages, ["common"], NOT_IN_PAGES)}
            >
              <HydrationMark />
              <noscript>
                {/* Sets the cookie, so that the pages after the sign-in page need no second request. */}
                {/* oxlint-disable-next-line next/no-img-element -- not a picture */}
                <img src="/no-scripts" alt="" hidden />
              </noscript>
              <AddressNotice
                address={env.APP_URL}
                seemsToDiffer={env.APP_URL.startsWith("https://") && isPlainHttp(requestHeaders)}
              />
              <WithoutScriptsProvider value={await isScriptsOff()}>{children}</WithoutScriptsProvider>
              <Toaster />
            </IntlProvider>
          </DirectionProvider>
        </CSPProvider>
      </body>
    </html>
  );
}
