import { stringify } from "csv-stringify/sync";

import type { Json } from "@/lib/call/facts";

/** Without it Excel reads a UTF-8 file in the machine's code page and garbles Arabic. */
export const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Rows as lines of CSV (RFC 4180): commas, CRLF, quotes where they are needed. Null is an empty cell, a boolean is `true` or `false`,
 * an array or an object is JSON.
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
 * The first characters of a cell that a spreadsheet evaluates as a formula (OWASP, "CSV Injection"; the last four are full-width forms,
 * which Excel treats alike), and the apostrophe that we put before them.
 */
const COMPUTES = /^[=+\-@\t\r\n'\uFF1D\uFF0B\uFF0D\uFF20]/;
/**
 * The same in the middle of a text: a spreadsheet that is set to semicolons or tabs begins a new cell there. It ignores our quotation
 * marks, and so takes a line break inside them for the end of a row.
 */
const COMPUTES_INSIDE = /([;\t\r\n][\s"]*)(?=[=+\-@'\uFF1D\uFF0B\uFF0D\uFF20])/g;

/**
 * The text as a cell that no spreadsheet evaluates: with an apostrophe in front if it begins like a formula. `+966500000001` does, and
 * would become the number 966500000001. A text that begins with an apostrophe gets another one. So every value can be restored: remove
 * one apostrophe from the start of each cell, and one after each semicolon, tab and line break that only spaces and quotation marks
 * separate from it.
 */
function neutralized(text: string): string {
  const inside = text.replaceAll(COMPUTES_INSIDE, "$1'");
  return COMPUTES.test(text) ? `'${inside}` : inside;
}

/** JSON can escape a character, which leaves the value unchanged. */
function neutralizedJson(json: string): string {
  return json.replaceAll(
    /(;[\s"\\]*)([=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g,
    (_, before: string, sign: string) => `${before}\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
