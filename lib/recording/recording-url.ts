/**
 * Reads from a signed recording URL when it expires. V4 signatures have `X-Goog-Date` and `X-Goog-Expires` (seconds), V2
 * signatures have `Expires` (Unix seconds). Null if the URL has neither.
 */
export function recordingExpiry(url: string): Date | null {
  const query = parseUrl(url)?.searchParams;
  if (query === undefined) {
    return null;
  }
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get("X-Goog-Date") ?? "");
  const lifetime = wholeNumber(query.get("X-Goog-Expires"));
  if (signedAt !== null && lifetime !== null) {
    const [, year, month, day, hour, minute, second] = signedAt.map(Number);
    return storableDate(
      Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0) + lifetime * 1000,
    );
  }
  const expires = wholeNumber(query.get("Expires"));
  return expires === null ? null : storableDate(expires * 1000);
}

/**
 * Whether Callboard may fetch this URL: it must use https and its host must be in the list. A listed `host:port` on the
 * loopback interface is a simulated store and uses plain http. URLs with credentials (`host@evil`) are refused.
 */
export function isFetchable(url: string, hosts: readonly string[]): boolean {
  const parsed = parseUrl(url);
  if (parsed === undefined || parsed.username !== "" || parsed.password !== "") {
    return false;
  }
  if (parsed.protocol === "https:") {
    return parsed.port === "" && hosts.includes(parsed.hostname);
  }
  const isLoopback = ["127.0.0.1", "localhost", "[::1]"].includes(parsed.hostname);
  return parsed.protocol === "http:" && isLoopback && parsed.port !== "" && hosts.includes(parsed.host);
}

function parseUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

/** Null from the year 9999 on, because parsers of timestamps disagree on later years. */
function storableDate(milliseconds: number): Date | null {
  return milliseconds >= 0 && milliseconds < Date.UTC(9999, 0) ? new Date(milliseconds) : null;
}
