import { getRequestConfig } from "next-intl/server";
import { cookies, headers } from "next/headers";

import { INTL_LOCALES, isLocale, LOCALE_COOKIE, type Locale, preferredLocale } from "@/lib/i18n/locales";
import { loadMessages } from "@/lib/i18n/messages";

import { getOrganization } from "./organization";

/** The language that the user chose (a cookie), otherwise the one that the browser prefers. The URL does not contain the language. */
async function requestLocale(): Promise<Locale> {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
  return isLocale(chosen) ? chosen : preferredLocale((await headers()).get("accept-language"));
}

export default getRequestConfig(async () => {
  const locale = await requestLocale();
  const [messages, { timeZone }] = await Promise.all([loadMessages(locale), getOrganization()]);
  return { locale: INTL_LOCALES[locale], messages, timeZone };
});
