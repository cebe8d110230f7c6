import type { IncomingMessage, ServerResponse } from "node:http";

import { perProcess } from "@/lib/per-process";

/**
 * Lets a page set the status of its response. Next has only `notFound()` for that, whose HTML is empty: the browser's script renders the
 * message. So `node-server/fix.ts` numbers the requests in a header, and a page finds its response by this number.
 */
const HEADER = "x-response-number";

const responses = perProcess("responses", () => ({ latest: 0, open: new Map<string, ServerResponse>() }));

/** Makes the response known to the page that answers this request. A client cannot set the header. */
export function rememberResponse(request: IncomingMessage, response: ServerResponse): void {
  delete request.headers[HEADER];
  // The router requests data and not a document. It needs Next's own answer, and shows the message itself.
  if (request.headers["rsc"] !== undefined || request.headers["next-action"] !== undefined) {
    return;
  }
  responses.latest += 1;
  const number = String(responses.latest);
  request.headers[HEADER] = number;
  responses.open.set(number, response);
  response.once("close", () => responses.open.delete(number));
}

/**
 * Sets the status of the response to a request with these headers, before its first byte is sent. False on platforms without the hook, and
 * for requests of the router.
 */
export function setResponseStatus(headers: Headers, status: number): boolean {
  const response = responses.open.get(headers.get(HEADER) ?? "");
  if (response === undefined || response.headersSent) {
    return false;
  }
  response.statusCode = status;
  return true;
}
