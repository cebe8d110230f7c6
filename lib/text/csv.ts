import { stringify } from "csv-stringify/sync";

import type { Json } from "@/lib/call/facts";

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
  return typeof value === "string" ? neutralized(value) : neutralizedJson(JSON.stringify(value));
}

/**
 * What makes a spreadsheet compute when a cell begins with it (OWASP, "CSV Injection"; the last four are the full-width forms that
 * Excel takes for the same signs), and the sign that we put before it.
 */
const COMPUTES = /^[=+\-@\t\r\n'\uFF1D\uFF0B\uFF0D\uFF20]/;
/**
 * The same in the middle of a text, where a spreadsheet begins a cell that takes semicolons or tabs for what stands between cells: it
 * does not see our quotation marks there, nor that a line break is inside of them.
 */
const COMPUTES_INSIDE = /([;\t\r\n][\s"]*)(?=[=+\-@'\uFF1D\uFF0B\uFF0D\uFF20])/g;

/**
 * The text as a cell that no spreadsheet computes: with an apostrophe before it if it begins like a formula. `+966500000001` begins
 * like one, and without the apostrophe becomes the number 966500000001. A text that begins with an apostrophe gets another, so a
 * reader who takes one apostrophe off each cell that has one in front, and after each semicolon, tab and line break with nothing but
 * spaces and quotation marks between, gets every value back.
 */
function neutralized(text: string): string {
  const inside = text.replaceAll(COMPUTES_INSIDE, "$1'");
  return COMPUTES.test(text) ? `'${inside}` : inside;
}

/** JSON has a way of its own to write a sign, so that the value stays what it is. */
function neutralizedJson(json: string): string {
  return json.replaceAll(
    /(;[\s"\\]*)([=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g,
    (_, before: string, sign: string) => `${before}\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
