import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/**
 * Turns requests that Next answers with 500 into ones that it knows how to refuse: a path whose percent-encoding is
 * broken becomes one that does not exist, and TRACE, which no `Request` can be made for, becomes OPTIONS.
 */
export function tameMalformedRequests(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    if (!isDecodable(request.url ?? "/")) {
      request.url = request.url?.startsWith("/webhooks/") ? "/webhooks/malformed" : "/malformed";
    }
    if (request.method === "TRACE") {
      request.method = "OPTIONS";
    }
  });
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "");
    return true;
  } catch {
    return false;
  }
}
