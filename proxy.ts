import { type NextRequest, NextResponse } from "next/server";

import { env } from "@/lib/env";

/**
 * Sets the security headers of all responses of the dashboard. It must not run for the webhook: Next silently truncates the body of a request
 * that passes through here to 10 MB. It does not check permissions; the gates in `server/auth/gates.ts` do.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const policy = contentSecurityPolicy(nonce);

  const forwarded = new Headers(request.headers);
  // Next reads the nonce for its own scripts from this header.
  forwarded.set("content-security-policy", policy);
  forwarded.set("x-nonce", nonce);
  // Pages cannot read their own URL, which the redirect to the sign-in page must contain.
  forwarded.set("x-url", ownUrl(request));

  const response = NextResponse.next({ request: { headers: forwarded } });
  for (const [name, value] of Object.entries(HEADERS)) {
    response.headers.set(name, value);
  }
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  matcher: ["/((?!webhooks/|webhooks$|_next/static/|_next/image|icon.svg|apple-icon|favicon.ico|robots.txt).*)"],
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
  ...(isHttps ? { "strict-transport-security": "max-age=63072000; includeSubDomains" } : {}),
};

function contentSecurityPolicy(nonce: string): string {
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
    ...(isHttps ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

function ownUrl(request: NextRequest): string {
  const url = new URL(request.nextUrl);
  url.searchParams.delete("_rsc");
  return `${url.pathname}${url.search}`;
}
