import { directionOf, type Locale } from "@/lib/i18n/locales";

/** The HTML of a message that is complete in itself, for requests that never reach Next's pages. `title` is text, `body` is HTML. */
export function plainPage(locale: Locale, title: string, body: string): string {
  return `<!doctype html>
<html lang="${locale}" dir="${directionOf(locale)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Callboard</title>
<style>
  :root { color-scheme: light dark }
  body { margin: 14vh auto; max-width: 28rem; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif; text-align: center }
  h1 { font-size: 1.125rem }
</style>
<h1>${title}</h1>
${body}
</html>
`;
}
