import type { IncomingMessage, ServerResponse } from "node:http";

import { isLocale, LOCALE_COOKIE, type Locale, preferredLocale } from "@/lib/i18n/locales";
import ar from "@/lib/i18n/messages/ar/common.json";
import en from "@/lib/i18n/messages/en/common.json";
import { log } from "@/lib/log";

import { plainPage } from "../plain-page";
import { leaveUnread } from "./linger";

const MESSAGES = { en, ar };

const REFUSALS = {
  too_large: { status: 413, title: "tooLargeTitle", body: "tooLargeBody" },
  too_slow: { status: 408, title: "tooSlowTitle", body: "tooSlowBody" },
  busy: { status: 503, title: "busyTitle", body: "busyBody" },
} as const;

export type Refusal = keyof typeof REFUSALS;

/**
 * Answers a request that Next never sees, and closes the connection, because the rest of the request may still be on its way. A browser
 * that asks for a document gets a page, others get `{"error": "too_large"}`.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, title, body } = REFUSALS[refusal];
  log("warn", "request_refused", { status, error_code: refusal });
  leaveUnread(request);
  const isDocument =
    (request.headers.accept ?? "").includes("text/html") && request.headers["next-action"] === undefined;
  const locale = localeOf(request);
  const text = MESSAGES[locale].refusal;
  const content = isDocument ? plainPage(locale, text[title], `<p>${text[body]}</p>`) : `{"error":"${refusal}"}`;
  response.writeHead(status, {
    Connection: "close",
    "Content-Type": isDocument ? "text/html; charset=utf-8" : "application/json",
    "Content-Length": Buffer.byteLength(content),
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    ...(refusal === "busy" ? { "Retry-After": "5" } : {}),
  });
  response.end(content);
}

function localeOf({ headers }: IncomingMessage): Locale {
  const chosen = new RegExp(`(?:^|;\\s*)${LOCALE_COOKIE}=(\\w+)`).exec(headers.cookie ?? "")?.[1];
  return isLocale(chosen) ? chosen : preferredLocale(headers["accept-language"] ?? null);
}
