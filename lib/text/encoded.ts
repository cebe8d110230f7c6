import { gunzipSync, zstdDecompressSync } from "node:zlib";

import { readUtf8 } from "./charset";
import { compatibleForm } from "./compatible";

/** Texts that are written in another form, as programs write them: percent-encoded, as HTML entities, with escapes, in Base64, also packed. */

/** JSON in JSON has more backslashes at each level. They are counted from the first one, so that a text of backslashes is read once. */
const ESCAPE =
  /(?:%[0-9a-f]{2})+|&#(?:\d{1,7}|x[0-9a-f]{1,6});?|(?<!\\)\\{1,16}(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2})/gi;
/** Superscript, circled and similar digits. */
const OTHER_DIGIT = /\p{No}/u;
/** A text that is Base64 may have line breaks; one within a text has not, but may begin after a slash of a URL. */
const BASE64 = /^(?:data:[^,]{0,100};base64,)?([A-Za-z0-9+/_\s-]{8,}={0,2})$/;
const BASE64_WITHIN = /[A-Za-z0-9+/_-]{10,}={0,2}/g;
const SHORTEST_BASE64 = 10;
/** A caller can pause after as many escapes or pieces of Base64. */
const PER_STEP = 500;

/** `isAllRead`: whether all that is packed in the text could be unpacked. */
type Decoded = { forms: string[]; isAllRead: boolean };

/**
 * What a text says if it is read as one of these forms, or if a part of it is. Empty for plain text. Yields from time to time.
 *
 * @param budget how much may still be unpacked; is counted down
 */
export function* decodedForms(text: string, budget: { bytes: number }): Generator<undefined, Decoded> {
  const forms: string[] = [];
  let isAllRead = true;
  const unescaped = yield* unescapedText(text);
  if (unescaped !== text) {
    forms.push(unescaped);
  }
  const compatible = OTHER_DIGIT.test(text) ? compatibleForm(text) : text;
  if (compatible !== text) {
    forms.push(compatible);
  }
  let seen = 0;
  for (const base64 of base64In(text)) {
    seen += 1;
    if (seen % PER_STEP === 0) {
      yield;
    }
    const bytes = Buffer.from(base64, "base64");
    const packed = packingOf(bytes);
    const content = packed === null ? bytes : unpacked(bytes, packed, budget);
    isAllRead &&= content !== null;
    const inner = content === null ? null : readUtf8(content);
    if (inner !== null && inner !== "") {
      forms.push(inner);
    }
    if (packed !== null) {
      yield;
    }
  }
  return { forms, isAllRead };
}

function* unescapedText(text: string): Generator<undefined, string> {
  let unescaped = "";
  let at = 0;
  let seen = 0;
  for (const { 0: escape, index } of text.matchAll(ESCAPE)) {
    unescaped += text.slice(at, index) + characterOf(escape);
    at = index + escape.length;
    seen += 1;
    if (seen % PER_STEP === 0) {
      yield;
    }
  }
  return unescaped + text.slice(at);
}

function* base64In(text: string): Generator<string> {
  const whole = BASE64.exec(text.trim())?.[1];
  if (whole !== undefined) {
    yield whole;
  }
  for (const [run] of text.matchAll(BASE64_WITHIN)) {
    if (run !== whole) {
      yield run;
    }
    if (/[/_-]/.test(run)) {
      yield* run.split(/[/_-]/).filter((part) => part.length >= SHORTEST_BASE64);
    }
  }
}

type Packing = "gzip" | "zstd";

/** RFC 1952 and RFC 8878. */
function packingOf(bytes: Buffer): Packing | null {
  if (bytes.length < 4) {
    return null;
  }
  return bytes.readUIntBE(0, 3) === 0x1f8b08 ? "gzip" : bytes.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : null;
}

/** Null if the bytes are damaged, or if they contain more than the budget. */
function unpacked(bytes: Buffer, packing: Packing, budget: { bytes: number }): Buffer | null {
  try {
    const options = { maxOutputLength: Math.max(1, budget.bytes) };
    const content = packing === "gzip" ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options);
    budget.bytes -= content.length;
    return content;
  } catch {
    return null;
  }
}

function characterOf(escape: string): string {
  if (escape.startsWith("%")) {
    return Buffer.from(escape.replaceAll("%", ""), "hex").toString("utf8");
  }
  const [, isHex, digits = ""] = /^(?:&#(x?)|\\+[ux]\{?)([0-9a-f]+)/i.exec(escape) ?? [];
  const code = Number.parseInt(digits, isHex === "" ? 10 : 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
}
