import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Verification } from "./signed-url";

interface StoredObject {
  bytes: Buffer;
  etag: string;
}

const objects = new Map<string, StoredObject>();

/** Returns a recording. Reads it from disk once. Throws if the file is not in `recordings/`. */
export function storedObject(file: string): StoredObject {
  const known = objects.get(file);
  if (known !== undefined) return known;
  const bytes = readFileSync(new URL(`./recordings/${file}`, import.meta.url));
  const object = { bytes, etag: `"${createHash("md5").update(bytes).digest("hex")}"` };
  objects.set(file, object);
  return object;
}

/**
 * Responds to GET and HEAD as Google Cloud Storage does: it honours one range (206, 416) and ignores several ranges (200).
 * Only a success has a CORS header; see `sendStorageError`.
 */
export function sendObject(request: IncomingMessage, response: ServerResponse, object: StoredObject): void {
  const { bytes, etag } = object;
  const headers = {
    "Content-Type": "video/mp4",
    "Accept-Ranges": "bytes",
    ETag: etag,
    "Cache-Control": "private, max-age=0",
    "Access-Control-Allow-Origin": "*",
    Server: "UploadServer",
  };
  const ifRange = request.headers["if-range"];
  const range = ifRange === undefined || ifRange === etag ? parseRange(request.headers.range, bytes.length) : null;
  if (range === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${bytes.length}`);
    sendStorageError(response, {
      ok: false,
      status: 416,
      code: "InvalidRange",
      message: "The requested range cannot be satisfied.",
      details: request.headers.range ?? "",
    });
    return;
  }
  const body = range === null ? bytes : bytes.subarray(range.start, range.end + 1);
  response.writeHead(range === null ? 200 : 206, {
    ...headers,
    "Content-Length": body.length,
    ...(range === null ? {} : { "Content-Range": `bytes ${range.start}-${range.end}/${bytes.length}` }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Sends an error as XML, like Google Cloud Storage. It has no CORS header, so a browser reports a network failure. */
export function sendStorageError(
  response: ServerResponse,
  error: Omit<Extract<Verification, { ok: false }>, "status"> & { status: number },
): void {
  const details = error.details === undefined ? "" : `<Details>${escapeXml(error.details)}</Details>`;
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>${details}</Error>`;
  response.writeHead(error.status, {
    "Content-Type": "application/xml; charset=UTF-8",
    "Content-Length": Buffer.byteLength(body),
    Server: "UploadServer",
  });
  response.end(body);
}

/** Returns the requested range; null means the whole recording, as for a header that cannot be parsed (RFC 9110, 14.2). */
function parseRange(header: string | undefined, size: number): { start: number; end: number } | "unsatisfiable" | null {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (parts === null) return null;
  const [, first = "", last = ""] = parts;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return null;
  return start >= size ? "unsatisfiable" : { start, end };
}

function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, (character) => (character === "<" ? "&lt;" : character === ">" ? "&gt;" : "&amp;"));
}
