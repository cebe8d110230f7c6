import { isUtf8 } from "node:buffer";

import type { Json } from "@/lib/call/facts";
import { nextTurn } from "@/lib/next-turn";
import { maskWholeFor, type NumberAccess } from "@/lib/phone/access";
import { withoutCredentialBytes } from "@/lib/recording/url-credentials";
import { parseJson } from "@/lib/sarj/json";
import { unpackBody } from "@/lib/sarj/unpack";

/**
 * A stored body in readable form: indented JSON, other text unchanged, or a hex dump of binary data. `isDecoded` is false if
 * the body could not be unpacked; the text then shows the bytes as received.
 * `hidden`: the bytes are no text, so phone numbers cannot be masked in them, and this user may not see numbers.
 */
export type ReadableBody = { form: "json" | "text" | "hex" | "hidden"; text: string; isDecoded: boolean };

/** In characters. Values that are many and deep would become hundreds of megabytes. */
const MAX_INDENTATION = 16 * 1024 * 1024;

/** What a user may see of a body. `phoneNumber`: the number of the body's call; null if it is unknown. */
export type BodyReader = { access: NumberAccess; phoneNumber: string | null };

/** The largest number of bytes in a hex dump. */
export const MAX_HEX_BYTES = 64 * 1024;

/**
 * Formats a stored body for a user. Never throws. Omits the credentials in URLs, because they give access to recordings, and the phone numbers that
 * the user may not see.
 */
export async function readableBody(
  body: Uint8Array,
  contentEncoding: string | null,
  reader: BodyReader,
): Promise<ReadableBody> {
  const unpacked = await unpackBody(Buffer.from(body), contentEncoding);
  const isDecoded = unpacked.problem === null;
  const bytes = isDecoded ? unpacked.bytes : Buffer.from(body);
  const parsed = parseJson(bytes);
  await nextTurn();
  if (parsed.ok) {
    const value = await masked(parsed.value, reader);
    await nextTurn();
    const compact = JSON.stringify(value);
    await nextTurn();
    const json = indentationOf(compact) > MAX_INDENTATION ? compact : JSON.stringify(value, null, 2);
    await nextTurn();
    return { form: "json", text: visible(json), isDecoded };
  }
  if (isUtf8(bytes) && !bytes.includes(0)) {
    return { form: "text", text: visible(await masked(bytes.toString("utf8"), reader)), isDecoded };
  }
  return reader.access !== "shown"
    ? { form: "hidden", text: "", isDecoded }
    : { form: "hex", text: await hexDumpOf(bytes), isDecoded };
}

/**
 * A stored body as a file for a user who may see numbers: as received, except that dots replace each character of the credentials in URLs. The body
 * is decompressed if possible, even if the sender did not declare the compression, because otherwise unpacking the file would
 * reveal a credential. A body that cannot be decompressed (broken, too large, unknown encoding) stays as received.
 */
export async function bodyFile(body: Uint8Array, contentEncoding: string | null): Promise<Buffer> {
  const { bytes, problem } = await unpackBody(Buffer.from(body), contentEncoding);
  return withoutCredentialBytes(problem === null ? bytes : Buffer.from(body));
}

/** A stored body as a file for a user who may not see numbers: the shown text. null: it is no text. */
export async function maskedBodyFile(
  body: Uint8Array,
  contentEncoding: string | null,
  phoneNumber: string | null,
): Promise<Buffer | null> {
  const { form, text } = await readableBody(body, contentEncoding, { access: "revealable", phoneNumber });
  return form === "hidden" ? null : Buffer.from(text);
}

async function masked<Value extends Json>(value: Value, { access, phoneNumber }: BodyReader): Promise<Value> {
  return maskWholeFor(access, value, phoneNumber ?? statedNumber(value));
}

/** The number that a body states as its call's. */
function statedNumber(value: Json): string | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const names: Iterable<string | number> = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const name of names) {
    const inner: Json = (value as Record<string | number, Json>)[name] ?? null;
    const found = name === "phone_number" && typeof inner === "string" ? inner : statedNumber(inner);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** How much white space JSON has when it is indented. */
function indentationOf(compact: string): number {
  let [depth, spaces, isInString] = [0, 0, false];
  for (let at = 0; at < compact.length; at += 1) {
    const sign = compact[at];
    if (sign === "\\") {
      at += 1;
    } else if (sign === '"') {
      isInString = !isInString;
    } else if (!isInString && (sign === "{" || sign === "[")) {
      depth += 1;
      spaces += 2 * depth;
    } else if (!isInString && (sign === "}" || sign === "]")) {
      depth -= 1;
    } else if (!isInString && sign === ",") {
      spaces += 2 * depth;
    }
  }
  return spaces;
}

/** Escapes characters that are invisible or reorder other characters, as JSON does. */
function visible(text: string): string {
  return text.replaceAll(
    /[\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function hexDumpOf(bytes: Buffer): Promise<string> {
  // A credential can begin in what is shown and be longer.
  const safe = await withoutCredentialBytes(bytes.subarray(0, 2 * MAX_HEX_BYTES));
  return hexDump(safe.subarray(0, MAX_HEX_BYTES));
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
