import type { ServerResponse } from "node:http";

/**
 * Next removes `Content-Length` from every answer of a route handler, because a body that `fetch` decompressed is longer than its
 * header says (`FORBIDDEN_HEADERS` in `next/dist/server/send-response.js`). So the route handler sends the length in this header too,
 * and `keepContentLength` turns it back into `Content-Length`.
 */
const CARRIER = "x-content-length";

/** The headers for a body of exactly `bytes` bytes. On Vercel, the platform decides on `Content-Length`. */
export function contentLength(bytes: number): Record<string, string> {
  return { "content-length": String(bytes), [CARRIER]: String(bytes) };
}

/**
 * Makes `response` send the `Content-Length` that a route handler set with `contentLength`. Next compresses only after the headers are
 * set, and it then removes the length itself.
 */
export function keepContentLength(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) =>
    name.toLowerCase() === CARRIER ? setHeader("Content-Length", String(value)) : setHeader(name, value);
}
