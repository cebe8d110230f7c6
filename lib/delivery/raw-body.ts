import { isUtf8 } from "node:buffer";

import { withoutCredentialBytes, withoutCredentials } from "@/lib/recording/url-credentials";
import { parseJson } from "@/lib/sarj/json";
import { unpackBody } from "@/lib/sarj/unpack";

/**
 * A stored body in readable form: indented JSON, other text unchanged, or a hex dump of binary data. `isDecoded` is false if
 * the body could not be unpacked; the text then shows the bytes as received.
 */
export type ReadableBody = { form: "json" | "text" | "hex"; text: string; isDecoded: boolean };

/** The largest number of bytes in a hex dump. */
export const MAX_HEX_BYTES = 64 * 1024;

/** Formats a stored body. Never throws. Omits the credentials in URLs, because they give access to recordings. */
export async function readableBody(body: Uint8Array, contentEncoding: string | null): Promise<ReadableBody> {
  const unpacked = await unpackBody(Buffer.from(body), contentEncoding);
  const isDecoded = unpacked.problem === null;
  const bytes = isDecoded ? unpacked.bytes : Buffer.from(body);
  const parsed = parseJson(bytes);
  if (parsed.ok) {
    return { form: "json", text: visible(withoutCredentials(JSON.stringify(parsed.value, null, 2))), isDecoded };
  }
  return isUtf8(bytes) && !bytes.includes(0)
    ? { form: "text", text: visible(withoutCredentials(bytes.toString("utf8"))), isDecoded }
    : { form: "hex", text: hexDump(withoutCredentialBytes(bytes).subarray(0, MAX_HEX_BYTES)), isDecoded };
}

/**
 * A stored body as a file: as received, except that dots replace each character of the credentials in URLs. The body
 * is decompressed if possible, even if the sender did not declare the compression, because otherwise unpacking the file would
 * reveal a credential. A body that cannot be decompressed (broken, too large, unknown encoding) stays as received.
 */
export async function bodyFile(body: Uint8Array, contentEncoding: string | null): Promise<Buffer> {
  const { bytes, problem } = await unpackBody(Buffer.from(body), contentEncoding);
  return withoutCredentialBytes(problem === null ? bytes : Buffer.from(body));
}

/** Escapes characters that are invisible or reorder other characters, as JSON does. */
function visible(text: string): string {
  return text.replaceAll(
    /[\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}
