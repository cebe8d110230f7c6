import { directionOf, type Locale } from "@/lib/i18n/locales";
import ar from "@/lib/i18n/messages/ar/common.json";
import en from "@/lib/i18n/messages/en/common.json";

const MESSAGES = { en, ar };

/**
 * The HTML that answers a form or an action that `proxy.ts` refuses. It is complete in itself: a page of Next would be reached by a rewrite,
 * which Next takes for a request to another server if it listens on an IP address. `address`: the origin of `APP_URL`.
 * `saysWhere`: whether the browser said where the form comes from (`Sec-Fetch-Site`). If not, it may have been our own page before its
 * scripts were there (`same-origin.ts`), so the page says to wait for them.
 */
export function refusedPage(locale: Locale, address: string, saysWhere: boolean): string {
  const text = MESSAGES[locale].address;
  const body = text.refusedBody.replace("<link></link>", `<a href="${address}" dir="ltr">${address}</a>`);
  return `<!doctype html>
<html lang="${locale}" dir="${directionOf(locale)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.refusedTitle} · Callboard</title>
<style>
  :root { color-scheme: light dark }
  body { margin: 14vh auto; max-width: 28rem; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif; text-align: center }
  h1 { font-size: 1.125rem }
</style>
<h1>${text.refusedTitle}</h1>
<p>${body}</p>
${saysWhere ? "" : `<p>${text.refusedPlain}</p>`}
</html>
`;
}
