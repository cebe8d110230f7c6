import type { IncomingMessage } from "node:http";

import { leaveUnread } from "@/lib/http/node-server/linger";

import { MAX_BODY_BYTES, type ReadBody } from "./body";

/**
 * `readBody` for a request of Node: up to 4 MB within `deadlineMs`. Never rejects. The rest is not read before the answer is sent, so that a sender
 * who writes without a pause has to wait, and sees the answer (`lib/http/node-server/linger.ts`).
 */
export function readNodeBody(request: IncomingMessage, { deadlineMs }: { deadlineMs: number }): Promise<ReadBody> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) {
    leaveUnread(request);
    return Promise.resolve({ ok: false, problem: "too_large" });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (read: ReadBody) => {
      clearTimeout(deadline);
      request.off("data", onData);
      if (!read.ok) {
        request.pause();
      }
      resolve(read);
    };
    const deadline = setTimeout(() => finish({ ok: false, problem: "too_slow" }), deadlineMs);
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        finish({ ok: false, problem: "too_large" });
      }
    };
    request.on("data", onData);
    request.once("end", () => {
      const [only] = chunks;
      finish({ ok: true, bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
    });
    // After the end, both change nothing.
    request.on("error", () => finish({ ok: false, problem: "cut_off" }));
    request.once("close", () => finish({ ok: false, problem: "cut_off" }));
  });
}
