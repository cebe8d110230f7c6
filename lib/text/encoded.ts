import { readUtf8 } from "./charset";

/** Texts that are written in another form, as programs write them: percent-encoded, as HTML entities, with escapes, in Base64. */

/** JSON in JSON has more backslashes at each level. Without a limit, a text of backslashes would take its length squared. */
const ESCAPE =
  /(?:%[0-9a-f]{2})+|&#(?:\d{1,7}|x[0-9a-f]{1,6});?|\\{1,16}(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2})/gi;
/** Superscript, circled and similar digits. */
const OTHER_DIGIT = /\p{No}/u;
const BASE64 = /^(?:data:[^,]{0,100};base64,)?([A-Za-z0-9+/_\s-]{8,}={0,2})$/;

/** What a text says if it is read as one of these forms. Empty for plain text. */
export function decodedForms(text: string): string[] {
  const forms: string[] = [];
  const unescaped = text.replaceAll(ESCAPE, characterOf);
  if (unescaped !== text) {
    forms.push(unescaped);
  }
  if (OTHER_DIGIT.test(text)) {
    forms.push(text.normalize("NFKC"));
  }
  const base64 = BASE64.exec(text.trim())?.[1];
  if (base64 !== undefined) {
    const inner = readUtf8(Buffer.from(base64, "base64"));
    if (inner !== null && inner !== "") {
      forms.push(inner);
    }
  }
  return forms;
}

function characterOf(escape: string): string {
  if (escape.startsWith("%")) {
    return Buffer.from(escape.replaceAll("%", ""), "hex").toString("utf8");
  }
  const [, isHex, digits = ""] = /^(?:&#(x?)|\\+[ux]\{?)([0-9a-f]+)/i.exec(escape) ?? [];
  const code = Number.parseInt(digits, isHex === "" ? 10 : 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
}
