import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type ZlibOptions,
} from "node:zlib";

import { readBytes } from "@/lib/text/charset";

import { MAX_BODY_BYTES } from "./body";

/** The only way to unpack a body, for everything that reads one: the webhook, the pages, the files, replay and erasure. */

export type UnpackedBody = {
  /** The content; with a `problem`, as much of it as could be unpacked. */
  bytes: Buffer;
  /** `undecodable`: broken, or in an unknown encoding. `too_large`: more than `MAX_BODY_BYTES`, or packed too often. */
  problem: "undecodable" | "too_large" | null;
};

/** A body may be compressed by the sender and again on its way. */
const MAX_LAYERS = 3;

type Coding = "gzip" | "zlib" | "deflate" | "br" | "zstd";

/** The names in `Content-Encoding` (RFC 9110, 8.4.1). `deflate` is zlib, but some senders send the raw format. */
const CODINGS = new Map<string, readonly Coding[]>([
  ["gzip", ["gzip"]],
  ["x-gzip", ["gzip"]],
  ["deflate", ["zlib", "deflate"]],
  ["br", ["br"]],
  ["zstd", ["zstd"]],
]);

/**
 * Unpacks a body: by its `Content-Encoding`, and by what it contains, because the header may be missing or wrong. Detects gzip, zlib,
 * deflate, Brotli and Zstandard, also within each other. Never throws.
 */
export async function unpackBody(bytes: Buffer, contentEncoding: string | null): Promise<UnpackedBody> {
  const declared = (contentEncoding ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
    .toReversed();
  let content = bytes;
  let isPacked = declared.length > 0;
  for (let layer = 0; ; layer += 1) {
    const hinted = CODINGS.get(declared[layer] ?? "") ?? [];
    const detected = detectCoding(content);
    if (detected === null && (isLikeJson(content) || isText(content))) {
      return { bytes: content, problem: null };
    }
    if (layer === MAX_LAYERS) {
      return { bytes: content, problem: "too_large" };
    }
    const result = await unpackLayer(content, detected, hinted);
    if (result === null) {
      // Without a sign of compression, this is a body of another kind, such as one that is not in UTF-8.
      return { bytes: content, problem: isPacked ? "undecodable" : null };
    }
    isPacked = true;
    if (result.problem !== null) {
      return result;
    }
    content = result.bytes;
  }
}

/** Null if no coding fits. With a problem, the content up to it. */
async function unpackLayer(
  content: Buffer,
  detected: Coding | null,
  hinted: readonly Coding[],
): Promise<UnpackedBody | null> {
  let partial: UnpackedBody | null = null;
  for (const coding of new Set([...(detected === null ? [] : [detected]), ...hinted])) {
    const result = await unpackWith(coding, content);
    if (result.problem === null || result.problem === "too_large") {
      return result;
    }
    // The two bytes of zlib may be others: something has to come out.
    partial ??= (detected === coding && coding !== "zlib") || result.bytes.length > 0 ? result : null;
  }
  if (detected === null) {
    // These two have no mark at their beginning, and random bytes may be valid: only a text counts, or what has a mark.
    for (const coding of ["br", "deflate"] as const) {
      const result = await unpackWith(coding, content);
      if (result.problem === null && result.bytes.length > 0 && (isMarked(result.bytes) || isText(result.bytes))) {
        return result;
      }
    }
  }
  return partial;
}

/** Begins like an object or a list, in any encoding: nearly every body. */
function isLikeJson(bytes: Buffer): boolean {
  return bytes[0] === 0x7b || bytes[0] === 0x5b;
}

function isText(bytes: Buffer): boolean {
  return readBytes(bytes).isReadable;
}

/** By the first bytes: RFC 1952, RFC 1950 and RFC 8878. */
function detectCoding(bytes: Buffer): Coding | null {
  if (bytes.length >= 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) {
    return "gzip";
  }
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528) {
    return "zstd";
  }
  const isZlib = bytes.length >= 2 && (bytes.readUInt8(0) & 0x8f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return isZlib && !isText(bytes) ? "zlib" : null;
}

function isMarked(bytes: Buffer): boolean {
  const coding = detectCoding(bytes);
  return coding === "gzip" || coding === "zstd";
}

function unpackWith(coding: Coding, bytes: Buffer): Promise<UnpackedBody> {
  const stream = openStream(coding);
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const finish = (problem: UnpackedBody["problem"]) => {
      stream.destroy();
      resolve({ bytes: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES), problem });
    };
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        finish("too_large");
      }
    });
    stream.on("end", () => finish(null));
    stream.on("error", () => finish("undecodable"));
    stream.end(bytes);
  });
}

function openStream(coding: Coding) {
  const options: ZlibOptions = { chunkSize: 64 * 1024 };
  switch (coding) {
    case "gzip":
      return createGunzip(options);
    case "zlib":
      return createInflate(options);
    case "deflate":
      return createInflateRaw(options);
    case "br":
      return createBrotliDecompress({ chunkSize: options.chunkSize });
    case "zstd":
      return createZstdDecompress({ chunkSize: options.chunkSize });
  }
}
