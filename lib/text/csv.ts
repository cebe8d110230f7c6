import { stringify } from "csv-stringify/sync";

import type { Json } from "@/lib/call/facts";

/** Without this mark, Excel reads a UTF-8 file in the machine's code page and garbles Arabic. */
export const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Writes rows as lines of CSV (RFC 4180): separated by commas, ended by CRLF, quoted where needed. Null becomes an empty cell, a boolean
 * `true` or `false`, and an array or object JSON.
 */
export function csvLines(rows: readonly (readonly Json[])[]): string {
  return stringify(
    rows.map((row) => row.map(textOf)),
    { record_delimiter: "\r\n", quoted_match: /[\r\n]|^\s|\s$/ },
  );
}

function textOf(value: Json): string {
  if (value === null) {
    return "";
  }
  return typeof value === "string" ? neutralized(value) : neutralizedJson(JSON.stringify(value));
}

/**
 * The characters that start a formula at the beginning of a cell (OWASP, "CSV Injection"; the last four are full-width forms, which Excel
 * treats the same), and the apostrophe that we put before them.
 */
const FORMULA_START = /^[=+\-@\t\r\n'\uFF1D\uFF0B\uFF0D\uFF20]/;
/**
 * The same characters in the middle of a text, after a semicolon, tab or line break. A spreadsheet that separates cells by semicolons or
 * tabs begins a new cell there. It ignores our quotation marks, so it reads a line break inside them as the end of a row.
 */
const FORMULA_START_INSIDE = /([;\t\r\n][\s"]*)(?=[=+\-@'\uFF1D\uFF0B\uFF0D\uFF20])/g;

/**
 * Prevents spreadsheets from evaluating a text: puts an apostrophe before it if it begins like a formula. `+966500000001` begins like
 * one, and would become the number 966500000001. A text that begins with an apostrophe gets a second one, so every value can be restored:
 * remove one apostrophe from the start of each cell, and one after each semicolon, tab and line break that only spaces and quotation
 * marks separate from it.
 */
function neutralized(text: string): string {
  const inside = text.replaceAll(FORMULA_START_INSIDE, "$1'");
  return FORMULA_START.test(text) ? `'${inside}` : inside;
}

/** Like `neutralized`, but escapes the character as JSON, which leaves the value unchanged. */
function neutralizedJson(json: string): string {
  return json.replaceAll(
    /(;[\s"\\]*)([=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g,
    (_, before: string, sign: string) => `${before}\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
