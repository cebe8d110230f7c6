"use client";

import { NextIntlClientProvider } from "next-intl";
import type { ComponentProps } from "react";

import { formats } from "@/lib/i18n/formats";

/** next-intl's provider for the whole page. The named formats are in its code: next-intl itself would send them with each page. */
export function IntlProvider(
  props: Required<Pick<ComponentProps<typeof NextIntlClientProvider>, "locale" | "messages" | "timeZone" | "children">>,
) {
  return <NextIntlClientProvider {...props} formats={formats} />;
}
