import { createHash } from "node:crypto";

import { env } from "@/lib/env";
import { clientIp, networkOf } from "@/lib/http/client-ip";

/** Keys under which attempts are counted. They contain hashes, so that the table stores no e-mail or IP addresses. */

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The key for sign-ins to an account, whether the account exists or not: answers must not reveal which accounts exist.
 *
 * @param body the parsed body of the request, or any other object with an `email`
 */
export function accountKey(body: unknown): string {
  return `sign-in:account:${hashOf(emailOf(body))}`;
}

/** The `email` of an object, in lower case and without NUL, which Postgres refuses; empty if it has none. */
export function emailOf(body: unknown): string {
  const email = typeof body === "object" && body !== null && "email" in body ? String(body.email) : "";
  return email.replaceAll("\0", "").trim().toLowerCase().slice(0, 320);
}

/** The key for sign-ins from the client's network; null if the address is unknown. */
export function addressKey(requestHeaders: Headers | undefined): string | null {
  const network = networkOfClient(requestHeaders);
  return network === null ? null : `sign-in:address:${hashOf(network)}`;
}

/** What an address is counted as (`networkOf`); null if it is unknown. */
export function networkOfClient(requestHeaders: Headers | undefined): string | null {
  const address = addressOf(requestHeaders);
  return address === null ? null : networkOf(address);
}

/** The client's IP address; null if no header is trusted or the header contains no address. */
export function addressOf(requestHeaders: Headers | undefined): string | null {
  return requestHeaders ? clientIp(requestHeaders, env.CLIENT_IP_HEADER) : null;
}
