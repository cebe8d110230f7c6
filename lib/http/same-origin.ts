/**
 * Whether a state change comes from our own pages. A browser always tells the origin of a POST: one that is missing is refused as much
 * as another site's. Under our `no-referrer` a plain form says `null`; then the browser must say itself that it is the same origin, in
 * a header that no page can set. `Host` is believed because a browser sets it; `appUrl` is for proxies that rewrite it.
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
