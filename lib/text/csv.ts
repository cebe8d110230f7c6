import type { Json } from "@/lib/call/facts";

/** Without this mark, Excel reads a UTF-8 file in the machine's code page and garbles Arabic. */
export const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Writes rows as lines of CSV (RFC 4180): separated by commas, ended by CRLF, quoted where needed. Null becomes an empty cell, a boolean
 * `true` or `false`, and an array or object JSON.
 */
export function csvLines(rows: readonly (readonly Json[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** A cell of `csvLines`. `lib/text/csv-bytes.ts` writes the same cells from bytes. */
export function csvCell(value: Json): string {
  const text = textOf(value);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Also with white space at an end, which some programs remove. */
const QUOTED = /[",\r\n]|^\s|\s$/;

function textOf(value: Json): string {
  if (value === null) {
    return "";
  }
  return typeof value === "string" ? neutralized(value) : neutralizedJson(JSON.stringify(value));
}

/** A sign that starts a formula (OWASP, "CSV Injection"). Excel treats the last four, full-width forms, like the others. */
const SIGN = String.raw`=+\-@\uFF1D\uFF0B\uFF0D\uFF20`;
/** Space, control and format characters, and all others that show nothing. Some spreadsheets skip them before a sign. */
const BLANK = String.raw`\s\p{C}\p{Default_Ignorable_Code_Point}\u2800`;

/** A text that begins like a formula. We put an apostrophe before it; so a text that begins with an apostrophe gets another one. */
const FORMULA_START = new RegExp(`^(?:['\t\r\n]|[${BLANK}]*[${SIGN}])`, "u");
/**
 * The beginning of a cell inside a text: a spreadsheet that separates cells by semicolons or tabs begins a new cell there. It ignores our
 * quotation marks, so it reads a line break inside them as the end of a row.
 */
const CELL_START = new RegExp(`[;\t\r\n][${BLANK}"]*`, "gu");
const SIGN_OR_APOSTROPHE = new RegExp(`['${SIGN}]`, "u");
const JSON_CELL_START = new RegExp(String.raw`(;[${BLANK}"\\]*)([${SIGN}])`, "gu");

/**
 * Prevents spreadsheets from evaluating a text: puts an apostrophe before it if it begins like a formula. `+966500000001` begins like
 * one, and would become the number 966500000001. Every value can be restored: remove one apostrophe from the start of each cell, and one
 * after each semicolon, tab and line break that only characters without an appearance and quotation marks separate from it.
 */
function neutralized(text: string): string {
  const inside = text.replaceAll(CELL_START, (start, at: number) =>
    SIGN_OR_APOSTROPHE.test(text.charAt(at + start.length)) ? `${start}'` : start,
  );
  return FORMULA_START.test(text) ? `'${inside}` : inside;
}

/** Like `neutralized`, but escapes the sign as JSON, which leaves the value unchanged. */
function neutralizedJson(json: string): string {
  return json.replaceAll(
    JSON_CELL_START,
    (_, before: string, sign: string) => `${before}\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
