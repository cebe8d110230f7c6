/**
 * The headers of a delivery that the door keeps: the same as `lib/http/kept-headers.ts`, which it cannot import. A test compares the two.
 */

const CREDENTIALS =
  /^(?:cookie|authorization|proxy-authorization|x-sarj-recording-token|x-vercel-oidc-token|x-vercel-proxy-signature.*|x-vercel-sc-.*|x-forwarded-authorization|x-amz-security-token|x-amzn-oidc-.*|x-ms-token-.*|x-goog-iap-jwt-assertion|x-forwarded-access-token|x-(?:api|auth|access)-(?:key|token)|cf-access-.*)$/;
const MAX_HEADERS = 100;
const MAX_VALUE_LENGTH = 4096;
const HIDDEN = "[hidden]";

/**
 * The request's headers in lower case, without credentials, and with each secret in the other values replaced.
 *
 * @param {Headers} headers
 * @param {readonly string[]} secrets
 * @returns {Record<string, string>}
 */
export function keptHeaders(headers, secrets) {
  const kept = [];
  for (const [name, value] of headers) {
    if (!CREDENTIALS.test(name) && kept.length < MAX_HEADERS) {
      const visible = secrets.reduce(withoutSecret, value);
      kept.push([name, visible.slice(0, MAX_VALUE_LENGTH).toWellFormed().replaceAll("\u0000", "\uFFFD")]);
    }
  }
  return Object.fromEntries(kept);
}

function withoutSecret(text, secret) {
  const plain = text.replaceAll(secret, HIDDEN);
  return plain.includes("%") ? plain.replaceAll(encodedPattern(secret), HIDDEN) : plain;
}

/** Matches a secret of which any character may be percent-encoded, even several times: `%2D`, `%252D`. */
function encodedPattern(secret) {
  const characters = [...secret].map((character) => {
    const encoded = [...Buffer.from(character)].map((byte) => `%(?:25)*${byte.toString(16).padStart(2, "0")}`);
    const eitherCase = encoded.join("").replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:${character.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`)}|${eitherCase})`;
  });
  return new RegExp(characters.join(""), "g");
}
