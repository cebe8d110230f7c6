import { env } from "@/lib/env";

export const dynamic = "force-dynamic";

/** RFC 9116, 2.5.5 recommends less than a year. */
const VALID_MS = 180 * 24 * 60 * 60 * 1000;

/**
 * Where to report a vulnerability (RFC 9116): to SECURITY_CONTACT, or to the mailbox that RFC 2142, 4 reserves for it at the host of APP_URL.
 */
export function GET(): Response {
  const { hostname } = new URL(env.APP_URL);
  const expires = new Date(Date.now() + VALID_MS);
  expires.setUTCHours(0, 0, 0, 0);
  const lines = [
    ...(env.SECURITY_CONTACT.length > 0 ? env.SECURITY_CONTACT : [`mailto:security@${hostname}`]).map(
      (contact) => `Contact: ${contact}`,
    ),
    `Expires: ${expires.toISOString()}`,
    "Preferred-Languages: en, ar",
    `Canonical: ${env.APP_URL}/.well-known/security.txt`,
  ];
  return new Response(`${lines.join("\n")}\n`, { headers: { "content-type": "text/plain; charset=utf-8" } });
}
