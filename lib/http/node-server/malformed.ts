import type { IncomingMessage } from "node:http";

import { isWebhookPath } from "../webhook-request";

/** Paths of Next that answer although nothing asks for them: its page for errors, with 500, and the data of its other router. */
const UNUSED = /^\/(_global-error|_next\/data)([/?]|$)/;

/**
 * Next answers two kinds of malformed requests with 500. Replaces a path with invalid percent-encoding by a path that does not exist, and
 * the method TRACE, for which no `Request` can be constructed, by OPTIONS. Also replaces Next's own paths that nothing uses.
 */
export function fixMalformed(request: IncomingMessage): void {
  if (UNUSED.test(request.url ?? "/")) {
    request.url = "/malformed";
  }
  if (!isDecodable(request.url ?? "/")) {
    request.url = isWebhookPath(request.url ?? "/") ? "/webhooks/malformed" : "/malformed";
  }
  if (request.method === "TRACE") {
    request.method = "OPTIONS";
  }
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "");
    return true;
  } catch {
    return false;
  }
}
