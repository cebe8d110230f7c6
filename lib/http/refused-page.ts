import type { Locale } from "@/lib/i18n/locales";
import ar from "@/lib/i18n/messages/ar/common.json";
import en from "@/lib/i18n/messages/en/common.json";

import { plainPage } from "./plain-page";

const MESSAGES = { en, ar };

/**
 * The HTML that answers a form or an action that `proxy.ts` refuses. It is complete in itself: a page of Next would be reached by a rewrite,
 * which Next takes for a request to another server if it listens on an IP address. `address`: the origin of `APP_URL`.
 * `saysWhere`: whether the browser said where the form comes from (`Sec-Fetch-Site`). If not, it may have been our own page before its
 * scripts were there (`same-origin.ts`), so the page says to wait for them.
 */
export function refusedPage(locale: Locale, address: string, saysWhere: boolean): string {
  const text = MESSAGES[locale].address;
  const link = `<a href="${address}" dir="ltr">${address}</a>`;
  const paragraphs = [text.refusedBody.replace("<link></link>", link), ...(saysWhere ? [] : [text.refusedPlain])];
  return plainPage(locale, text.refusedTitle, paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join("\n"));
}
