import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The page that answers while Callboard starts. It loads itself again until Callboard answers instead. */

const REFRESH_SECONDS = 3;
const STYLE = `:root { color-scheme: light dark }
body { margin: 14vh auto; max-width: 28rem; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif; text-align: center }
h1 { font-size: 1.125rem }`;

/** The headers of the page. The policy allows its style only. */
export const PAGE_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

/** @param {import("node:http").IncomingHttpHeaders} headers */
export function startingPage(headers) {
  const locale = localeOf(headers);
  const { title, body } = textsOf(locale);
  return `<!doctype html>
<html lang="${locale}" dir="${locale === "ar" ? "rtl" : "ltr"}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${body}</p>
</html>
`;
}

/** The language in the cookie, otherwise the one that the browser prefers: the rule of `server/i18n.ts`. */
function localeOf(headers) {
  const chosen = /(?:^|;\s*)locale=(en|ar)(?:;|$)/.exec(headers.cookie ?? "")?.[1];
  if (chosen !== undefined) {
    return chosen;
  }
  const [preferred] = (headers["accept-language"] ?? "")
    .toLowerCase()
    .split(",")
    .slice(0, 32)
    .map((part) => ({
      language: /^\s*(en|ar)\b/.exec(part)?.[1],
      weight: Number(/;\s*q=([\d.]+)/.exec(part)?.[1] ?? 1),
    }))
    .filter(({ language, weight }) => language !== undefined && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return preferred?.language ?? "en";
}

function textsOf(locale) {
  const file = new URL(`../../lib/i18n/messages/${locale}/common.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).starting;
}
