/**
 * Whether a browser seems to have opened a page over plain http at another host name than this machine's. Browsers send
 * `Upgrade-Insecure-Requests` with every navigation, but `Sec-Fetch-Site` only over https and to this machine (Fetch Metadata, "Set the
 * Sec-Fetch-* headers": potentially trustworthy URLs), and proxies pass both on. So it also holds behind a proxy that terminates TLS and
 * does not say so. Programs other than browsers send neither. It is not certain: browsers without Fetch Metadata (Safari before 16.4) look
 * the same over https behind such a proxy.
 */
export function isPlainHttp(headers: Headers): boolean {
  return (
    headers.get("upgrade-insecure-requests") === "1" &&
    !headers.has("sec-fetch-site") &&
    !(headers.get("x-forwarded-proto") ?? "").includes("https")
  );
}
