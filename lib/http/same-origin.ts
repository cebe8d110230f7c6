/**
 * Whether a request that changes data comes from our own pages. `appOrigin`: the origin of `APP_URL`.
 *
 * Browsers send `Origin` with every POST, and pages cannot set it, nor `Sec-Fetch-Site`. Because of our `Referrer-Policy: no-referrer`, a
 * form without scripts sends `Origin: null` (Fetch, "append a request `Origin` header"); then `Sec-Fetch-Site` must be `same-origin`.
 * Browsers send that header only over https and to this machine. `Host` does not count: proxies rewrite it, and an attacker can point a
 * host name of his own at this server.
 */
export function isSameOrigin(headers: Headers, appOrigin: string): boolean {
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (site === "cross-site") {
    return false;
  }
  return origin === appOrigin || (origin === "null" && site === "same-origin");
}
