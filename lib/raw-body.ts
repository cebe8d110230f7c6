import { isUtf8 } from "node:buffer";

import { decodeBody } from "./sarj/body";
import { parseJson } from "./sarj/json";

/**
 * A stored body as a person can read it: `json` set out in lines, `text` as it came where it is no JSON, `hex` where it is
 * no text either. `isDecoded` is false where its content encoding could not be undone and the bytes are shown as received.
 */
export type ReadableBody = { form: "json" | "text" | "hex"; text: string; isDecoded: boolean };

/** A hex dump of more than this is nobody's reading. */
const MAX_HEX_BYTES = 64 * 1024;

/** Never throws, whatever was received. The signatures of recording URLs are left out: they are keys to the recording. */
export async function readableBody(body: Uint8Array, contentEncoding: string | null): Promise<ReadableBody> {
  const decoded = await decodeBody(Buffer.from(body), contentEncoding);
  const bytes = decoded ?? Buffer.from(body);
  const isDecoded = decoded !== null;
  const parsed = parseJson(bytes);
  if (parsed.ok) {
    return { form: "json", text: visible(withoutSignatures(JSON.stringify(parsed.value, null, 2))), isDecoded };
  }
  return isUtf8(bytes) && !bytes.includes(0)
    ? { form: "text", text: visible(withoutSignatures(bytes.toString("utf8"))), isDecoded }
    : { form: "hex", text: hexDump(bytes.subarray(0, MAX_HEX_BYTES)), isDecoded };
}

/** What lets somebody fetch a recording without signing in: the signature of a V4 or V2 signed URL. */
function withoutSignatures(text: string): string {
  return text.replaceAll(/((?:X-Goog-|X-Amz-)?Signature(?:=|%3D))[A-Za-z0-9%+/=_-]+/gi, "$1…");
}

/** Characters that hide or reorder others are written out, in the way of JSON. */
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
