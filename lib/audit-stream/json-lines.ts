import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

import { eventLine, type StreamedEvent } from "./event";

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Posts events as JSON lines (`application/x-ndjson`), one a line. Resolves when the receiver has answered with a 2xx, which confirms them. Rejects
 * with the errors of the connection and of TLS, or with the code `HTTP_<status>` for any other answer: a redirect is not followed, because it
 * could lead the token and the events elsewhere.
 */
export function postJsonLines(
  url: string,
  token: string | undefined,
  events: readonly StreamedEvent[],
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<void> {
  const body = events.map((event) => `${eventLine(event)}\n`).join("");
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? requestHttps : requestHttp)(
      url,
      {
        method: "POST",
        // A connection of its own: the receiver may close an idle one just when it is used again.
        agent: false,
        rejectUnauthorized: true,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          "content-type": "application/x-ndjson",
          "content-length": Buffer.byteLength(body),
          "user-agent": "callboard",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        const status = response.statusCode ?? 0;
        response.on("error", reject);
        response.resume();
        if (status >= 200 && status < 300) {
          resolve();
        } else {
          reject(Object.assign(new Error("the receiver refused the events"), { code: `HTTP_${status}` }));
        }
      },
    );
    request.on("error", (error) => {
      const isLate = error.name === "TimeoutError" || error.name === "AbortError";
      reject(isLate ? Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }) : error);
    });
    // After a 101, Node closes the connection and reports no error.
    request.on("close", () => reject(Object.assign(new Error("no usable answer"), { code: "ECONNRESET" })));
    request.end(body);
  });
}
