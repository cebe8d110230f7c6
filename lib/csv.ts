import { stringify } from "csv-stringify/sync";

import type { Json } from "./call-facts";

/** Without it Excel reads a UTF-8 file in the machine's own code page, and Arabic turns into signs. */
export const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Rows as lines of CSV (RFC 4180): comma, CRLF, quotes where they are needed. Null is an empty cell, a boolean is `true` or `false`,
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
  return typeof value === "string" ? neutralized(value) : JSON.stringify(value);
}

/**
 * What makes a spreadsheet compute when a cell begins with it (OWASP, "CSV Injection"; the last four are the full-width forms that
 * Excel takes for the same signs), and the sign that we put before it.
 */
const COMPUTES = /^[=+\-@\t\r\n'\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * The text as a cell that no spreadsheet computes: with an apostrophe before it if it begins like a formula. `+966500000001` begins
 * like one, and without the apostrophe becomes the number 966500000001. A text that begins with an apostrophe gets another, so a
 * reader who takes one leading apostrophe off each cell that has one gets every value back.
 */
function neutralized(text: string): string {
  return COMPUTES.test(text) ? `'${text}` : text;
}
