import { createHash } from "node:crypto";

import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";

/** Keys under which attempts are counted. They are hashes, so that the table holds no e-mail and no IP address. */

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The key of the account that a sign-in names, whether it exists or not: an answer must not tell which accounts exist.
 *
 * @param body the parsed body of the request, or anything else with an `email`
 */
export function accountKey(body: unknown): string {
  const email = typeof body === "object" && body !== null && "email" in body ? String(body.email) : "";
  return `sign-in:account:${hashOf(email.trim().toLowerCase())}`;
}

/** The key of the client's address; null where no address is known. */
export function addressKey(requestHeaders: Headers | undefined): string | null {
  const address = addressOf(requestHeaders);
  return address === null ? null : `sign-in:address:${hashOf(address)}`;
}

/** The client's address; null where no header is trusted or it holds none. */
export function addressOf(requestHeaders: Headers | undefined): string | null {
  return requestHeaders ? clientIp(requestHeaders, env.CLIENT_IP_HEADER) : null;
}
