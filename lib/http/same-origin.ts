/**
 * Whether a request that changes data comes from our own pages. Browsers send `Origin` with every POST, so a missing `Origin` is refused.
 * Because of our `Referrer-Policy: no-referrer`, a form without scripts sends `Origin: null`; then `Sec-Fetch-Site`, which pages cannot set,
 * must be `same-origin`. `Host` can be trusted because the browser sets it; `appUrl` covers proxies that rewrite it.
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
