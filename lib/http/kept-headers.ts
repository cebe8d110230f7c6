/**
 * The headers of a delivery that are kept with it, because the vendor will sign its requests one day, in a header whose name is not known
 * yet.
 */

/** Credentials of the caller or of the platform. The vendor's signature will have another name. */
const CREDENTIALS =
  /^(?:cookie|authorization|proxy-authorization|x-sarj-recording-token|x-vercel-oidc-token|x-vercel-proxy-signature.*|x-vercel-sc-.*|x-forwarded-authorization|x-amz-security-token|x-amzn-oidc-.*|x-ms-token-.*|x-goog-iap-jwt-assertion|x-forwarded-access-token|x-(?:api|auth|access)-(?:key|token)|cf-access-.*)$/;
const MAX_HEADERS = 100;
const MAX_VALUE_LENGTH = 4096;
const HIDDEN = "[hidden]";

/**
 * The request's headers in lower case, without cookies and authorization. In the other values, each secret is replaced: a proxy may put the
 * request's path, which contains the webhook's secret, in a header of its own, and encode some of its characters.
 *
 * @param secrets Callboard's own secrets
 */
export function keptHeaders(headers: Headers, secrets: readonly string[]): Record<string, string> {
  const kept: [string, string][] = [];
  for (const [name, value] of headers) {
    if (!CREDENTIALS.test(name) && kept.length < MAX_HEADERS) {
      const visible = secrets.reduce(withoutSecret, value);
      // Postgres refuses NUL in jsonb, and header values are bytes.
      kept.push([name, visible.slice(0, MAX_VALUE_LENGTH).toWellFormed().replaceAll("\u0000", "\uFFFD")]);
    }
  }
  return Object.fromEntries(kept);
}

function withoutSecret(text: string, secret: string): string {
  const plain = text.replaceAll(secret, HIDDEN);
  return plain.includes("%") ? plain.replaceAll(encodedPattern(secret), HIDDEN) : plain;
}

const patterns = new Map<string, RegExp>();

/** Matches a secret of which any character may be percent-encoded, even several times: `%2D`, `%252D`. */
function encodedPattern(secret: string): RegExp {
  const known = patterns.get(secret);
  if (known !== undefined) {
    return known;
  }
  const characters = [...secret].map((character) => {
    const encoded = [...Buffer.from(character)].map((byte) => `%(?:25)*${byte.toString(16).padStart(2, "0")}`);
    // A letter in hexadecimal may be of either case, one of the secret may not.
    const eitherCase = encoded.join("").replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:${character.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`)}|${eitherCase})`;
  });
  const pattern = new RegExp(characters.join(""), "g");
  patterns.set(secret, pattern);
  return pattern;
}
