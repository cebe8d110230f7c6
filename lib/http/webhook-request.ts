import type { IncomingMessage } from "node:http";

import { matchSecret } from "@/lib/sarj/secrets";

/** Whether a request target is `/webhooks` or below it, also with repeated slashes and in the absolute form. */
export function isWebhookPath(target: string): boolean {
  return /^\/webhooks(\/|$)/.test(ownPath(target));
}

/** The label of the secret in a request target of the webhook; null if it contains none of the secrets. */
export function webhookSecretLabel(target: string, secrets: readonly string[]): string | null {
  const [, secret = ""] = /^\/webhooks\/sarj\/([^/]+)\/?$/.exec(ownPath(target)) ?? [];
  return matchSecret(secret, secrets);
}

/**
 * Next answers repeated slashes with 308, an absolute request target (RFC 9112, 3.2.2) with 308, and some of its own request headers with
 * 307, an error or an empty answer, before the route runs. To the vendor each of these is a failed delivery. So a webhook's path is
 * simplified here, and these headers and the query are removed. The route decides about the secret as always. Other requests stay unchanged.
 */
export function tidyWebhookRequest(request: IncomingMessage): void {
  const target = request.url ?? "/";
  if (!isWebhookPath(target)) {
    return;
  }
  request.url = ownPath(target);
  for (const name of Object.keys(request.headers)) {
    if (FRAMEWORK_HEADER.test(name)) {
      delete request.headers[name];
    }
  }
}

/** The headers with which the parts of Next talk to each other: `rsc`, `next-action`, `x-middleware-prefetch`, `x-nextjs-data` … */
const FRAMEWORK_HEADER =
  /^(rsc$|next-|x-next|x-middleware-|x-invoke-|x-action-|x-prerender-|x-matched-path$|x-now-|_rsc)/;

/** The path without the scheme and host, with single slashes. Next also treats a backslash as a slash. */
function ownPath(target: string): string {
  const [path = "/"] = target.split(/[?#]/, 1);
  return path.replace(/^https?:\/\/[^/\\]*/i, "").replaceAll(/[/\\]+/g, "/") || "/";
}
