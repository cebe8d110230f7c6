import { randomBytes } from "node:crypto";

import { type NextRequest, NextResponse } from "next/server";

import { env } from "@/lib/env";
import { ANSWER_HEADER, answerKind } from "@/lib/http/answer-kind";
import { isPlainHttp } from "@/lib/http/plain-http";
import { refusedPage } from "@/lib/http/refused-page";
import { isSameOrigin } from "@/lib/http/same-origin";
import { isLocale, LOCALE_COOKIE, type Locale, preferredLocale } from "@/lib/i18n/locales";

/**
 * Sets the security headers of all responses of the dashboard, and refuses forms and actions of other sites. It must not run for the
 * webhook: Next silently truncates the body of a request that passes through here to 10 MB. It does not check permissions; the gates in
 * `server/auth/gates.ts` do.
 */
export function proxy(request: NextRequest): NextResponse {
  // ASVS 5, 11.5.1 asks for 128 random bits; a UUID has 122.
  const nonce = randomBytes(16).toString("hex");
  const isTls = isHttps && !isPlainHttp(request.headers);
  const policy = contentSecurityPolicy(nonce, isTls);

  const forwarded = new Headers(request.headers);
  // Next reads the nonce for its own scripts from this header.
  forwarded.set("content-security-policy", policy);
  forwarded.set("x-nonce", nonce);
  forwarded.set(ANSWER_HEADER, answerKind(request.headers));
  // Pages cannot read their own URL, which the redirect to the sign-in page must contain.
  forwarded.set("x-url", ownUrl(request));

  const response = admit(request, forwarded)
    ? NextResponse.next({ request: { headers: forwarded } })
    : new NextResponse(refusedPage(localeOf(request), env.APP_URL, request.headers.has("sec-fetch-site")), {
        status: 403,
        headers: { "content-type": "text/html; charset=utf-8" },
      });
  for (const [name, value] of Object.entries(HEADERS)) {
    response.headers.set(name, value);
  }
  if (isTls) {
    response.headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  }
  response.headers.set("content-security-policy", policy);
  return response;
}

/**
 * Whether a request to a page reads, or comes from our own pages. Next compares `Origin` with the host that the request names, and answers
 * 500 if they differ: behind a proxy that rewrites `Host`, and to every form without scripts, whose `Origin` is `null`. So a request that
 * we admit gets the origin and the host of `APP_URL`.
 */
function admit({ method, headers, nextUrl }: NextRequest, forwarded: Headers): boolean {
  // The route handlers in `app/api` check their callers themselves.
  if (["GET", "HEAD", "OPTIONS"].includes(method) || nextUrl.pathname.startsWith("/api/")) {
    return true;
  }
  if (!isSameOrigin(headers, env.APP_URL)) {
    return false;
  }
  forwarded.set("origin", env.APP_URL);
  forwarded.set("x-forwarded-host", new URL(env.APP_URL).host);
  return true;
}

function localeOf({ cookies, headers }: NextRequest): Locale {
  const chosen = cookies.get(LOCALE_COOKIE)?.value;
  return isLocale(chosen) ? chosen : preferredLocale(headers.get("accept-language"));
}

export const config = {
  matcher: ["/((?!webhooks/|webhooks$|_next/static/|icon.svg|apple-icon|favicon.ico|robots.txt).*)"],
};

const isHttps = env.APP_URL.startsWith("https://");

const HEADERS: Record<string, string> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Paths contain the webhook's secret and the ids of calls.
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "cache-control": "private, no-store",
};

function contentSecurityPolicy(nonce: string, isTls: boolean): string {
  const isDevelopment = env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    // React's development build uses `eval` to show stack traces of the server.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    // Positions, widths and the waveform are style attributes, and the toasts add a style element.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // On a page that was opened over plain http, the browser would load the styles and scripts from an address that nothing serves.
    ...(isTls ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

function ownUrl(request: NextRequest): string {
  const url = new URL(request.nextUrl);
  url.searchParams.delete("_rsc");
  return `${url.pathname}${url.search}`;
}
