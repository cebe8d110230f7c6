/** The largest accepted body in bytes, before and after decoding. Ten times the transcript of a long call. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

export type ReadBody = { ok: true; bytes: Buffer } | { ok: false; problem: "too_large" | "too_slow" | "cut_off" };

/**
 * Reads a request's body up to `maxBytes` within `deadlineMs`. Stops reading at either limit, to bound the memory:
 * `next start` sets no limit. Never throws.
 */
export async function readBody(
  request: Request,
  { maxBytes = MAX_BODY_BYTES, deadlineMs }: { maxBytes?: number; deadlineMs: number },
): Promise<ReadBody> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) {
    return { ok: false, problem: "too_large" };
  }
  const reader = request.body?.getReader();
  if (reader === undefined) {
    return { ok: true, bytes: Buffer.alloc(0) };
  }
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<"too_slow">((resolve) => {
    timer = setTimeout(() => resolve("too_slow"), deadlineMs);
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), deadline]);
      if (next === "too_slow") {
        return { ok: false, problem: "too_slow" };
      }
      if (next.done) {
        return { ok: true, bytes: Buffer.concat(chunks) };
      }
      size += next.value.byteLength;
      if (size > maxBytes) {
        return { ok: false, problem: "too_large" };
      }
      chunks.push(next.value);
    }
  } catch {
    return { ok: false, problem: "cut_off" };
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}
