"use client";

import { NextIntlClientProvider } from "next-intl";
import type { ComponentProps } from "react";

/** next-intl's provider for the whole page. No formats: next-intl would send those of the server with each page. */
export function IntlProvider(
  props: Required<Pick<ComponentProps<typeof NextIntlClientProvider>, "locale" | "messages" | "timeZone" | "children">>,
) {
  return <NextIntlClientProvider {...props} formats={null} />;
}
