import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The maximum lifetime that V4 signing allows: 7 days. */
const MAXIMUM_LIFETIME_SECONDS = 604_800;

const REGION = "auto";
const ALGORITHM = "GOOG4-HMAC-SHA256";

/** An HMAC key of Google Cloud Storage. */
export interface SigningKey {
  accessId: string;
  secret: string;
}

/** The result of `verifyUrl`: if not `ok`, the error of Google Cloud Storage. */
export type Verification =
  | { ok: true }
  | { ok: false; status: 400 | 401 | 403; code: string; message: string; details?: string };

/**
 * Signs `GET <origin><path>` with an HMAC key, like V4 signing of Google Cloud Storage.
 * @param at milliseconds since the epoch, truncated to whole seconds.
 * @param lifetimeSeconds 1 to 604,800.
 */
export function signUrl(origin: string, path: string, key: SigningKey, at: number, lifetimeSeconds: number): string {
  const date = compactDate(at);
  const query = new URLSearchParams([
    ["X-Goog-Algorithm", ALGORITHM],
    ["X-Goog-Credential", `${key.accessId}/${date.slice(0, 8)}/${REGION}/storage/goog4_request`],
    ["X-Goog-Date", date],
    ["X-Goog-Expires", String(Math.min(Math.max(1, Math.round(lifetimeSeconds)), MAXIMUM_LIFETIME_SECONDS))],
    ["X-Goog-SignedHeaders", "host"],
  ]);
  const host = new URL(origin).host;
  return `${origin}${path}?${canonicalQuery(query)}&X-Goog-Signature=${signature(host, path, query, key)}`;
}

/**
 * Checks a signed URL as Google Cloud Storage does: 400 if it has expired or its date or lifetime is invalid, 403 if it was altered or
 * is not signed. A URL signed for GET is also valid for HEAD.
 * @param keys every key that may have signed the URL, by access id.
 * @param revoked access ids whose signatures count as expired.
 * @param at milliseconds since the epoch.
 */
export function verifyUrl(
  url: URL,
  host: string,
  keys: ReadonlyMap<string, SigningKey>,
  revoked: ReadonlySet<string>,
  at: number,
): Verification {
  const given = url.searchParams.get("X-Goog-Signature");
  if (given === null) {
    return {
      ok: false,
      status: 403,
      code: "AccessDenied",
      message: "Access denied.",
      details: "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object.",
    };
  }
  const date = url.searchParams.get("X-Goog-Date") ?? "";
  const signedAt = parseCompactDate(date);
  const lifetime = Number(url.searchParams.get("X-Goog-Expires"));
  if (signedAt === null || !Number.isInteger(lifetime) || lifetime < 1 || lifetime > MAXIMUM_LIFETIME_SECONDS) {
    return { ok: false, status: 400, code: "InvalidArgument", message: "Invalid argument." };
  }
  const accessId = (url.searchParams.get("X-Goog-Credential") ?? "").split("/")[0] ?? "";
  const key = keys.get(accessId);
  const query = new URLSearchParams([...url.searchParams].filter(([name]) => name !== "X-Goog-Signature"));
  if (key === undefined || !equal(given, signature(host, url.pathname, query, key))) {
    return {
      ok: false,
      status: 403,
      code: "SignatureDoesNotMatch",
      message: "Access denied.",
      details: "The request signature we calculated does not match the signature you provided.",
    };
  }
  const expiry = signedAt + lifetime * 1000;
  if (revoked.has(accessId) || at >= expiry) {
    return {
      ok: false,
      status: 400,
      code: "ExpiredToken",
      message: "The provided token has expired.",
      details: `Request signature expired at: ${new Date(expiry).toISOString()}`,
    };
  }
  return { ok: true };
}

function signature(host: string, path: string, query: URLSearchParams, key: SigningKey): string {
  const date = query.get("X-Goog-Date") ?? "";
  const scope = `${date.slice(0, 8)}/${REGION}/storage/goog4_request`;
  const request = ["GET", path, canonicalQuery(query), `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const toSign = [ALGORITHM, date, scope, createHash("sha256").update(request).digest("hex")].join("\n");
  const signingKey = scope
    .split("/")
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `GOOG4${key.secret}`);
  return hmac(signingKey, toSign).toString("hex");
}

function hmac(secret: string | Buffer, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest();
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join("&");
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Formats a time as YYYYMMDDTHHMMSSZ. */
function compactDate(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
}

function parseCompactDate(text: string): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
