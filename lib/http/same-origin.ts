/**
 * Whether a request that changes something comes from our own pages. Browsers send `Origin` with every POST, so a missing one is refused
 * like another site's. Under our `Referrer-Policy: no-referrer` a form without scripts sends `null`; then `Sec-Fetch-Site`, which no page
 * can set, must say `same-origin`. `Host` can be trusted because the browser sets it; `appUrl` covers proxies that rewrite it.
 */
export function isSameOrigin(headers: Headers, appUrl: string): boolean {
  const origin = headers.get("origin");
  if (origin === "null") {
    return headers.get("sec-fetch-site") === "same-origin";
  }
  if (origin === null || !URL.canParse(origin)) {
    return false;
  }
  const { host, origin: parsed } = new URL(origin);
  return parsed === new URL(appUrl).origin || host === headers.get("host");
}
