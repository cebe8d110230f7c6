import { MAX_CALL_ID_LENGTH } from "@/lib/sarj/interpret";
import { type DelimitedRecord, parseDelimited } from "@/lib/text/delimited";

/** More calls than this are several imports: at five a second this is most of a working day already. */
export const MAX_IMPORT = 100_000;

/** How many calls are asked for in a second, by all processes together. The vendor publishes no limit: this is meant to be polite. */
export const IMPORTS_PER_SECOND = 5;

export type CallIdList = {
  ok: true;
  /** Each once, in the order in which it came first. */
  ids: string[];
  /** Ids that were left out because they were there already. */
  repeated: number;
  /** What stands where an id should and is none, with its line in the text. */
  rejected: { line: number; text: string }[];
  /** The column that was read; null for a plain list. */
  column: string | null;
};

export type CallIdProblem =
  | { ok: false; problem: "empty" | "too_many" }
  /** A table none of whose columns is named like a call's id: the reader says which it is. */
  | { ok: false; problem: "which_column"; columns: string[] };

/** Names of the column, most exact first, without case, spaces, dashes and underscores. */
const COLUMN_NAMES = ["callid", "calluuid", "sarjcallid", "معرفالمكالمة", "رقمالمكالمة", "id", "uuid", "call"];

/**
 * Finds the calls' ids in what somebody pasted or in a file: one a line, separated by commas or spaces, or a table (CSV, semicolons or
 * tabs, as spreadsheets and the vendor export it) with a column of ids.
 *
 * @param column the index of the table's column to read, where its name does not tell
 */
export function readCallIds(text: string, column?: number): CallIdList | CallIdProblem {
  const records = parseDelimited(text.replace(/^\uFEFF/, ""));
  if (records.every(({ cells }) => cells.every((cell) => cell.trim() === ""))) {
    return { ok: false, problem: "empty" };
  }
  const [head] = records;
  const named = head === undefined ? -1 : idColumn(head.cells);
  const chosen = column ?? (named === -1 ? undefined : named);
  if (chosen === undefined && isTable(records)) {
    return { ok: false, problem: "which_column", columns: head?.cells.map((cell) => cell.trim()) ?? [] };
  }
  const isHeaded = chosen !== undefined && (named !== -1 || !looksLikeId(head?.cells[chosen] ?? ""));
  const values =
    chosen === undefined
      ? records.flatMap(({ line, cells }) =>
          cells.flatMap((cell) => cell.split(/\s+/).map((value) => ({ line, value }))),
        )
      : records.slice(isHeaded ? 1 : 0).map(({ line, cells }) => ({ line, value: (cells[chosen] ?? "").trim() }));
  return collect(values, isHeaded && chosen !== undefined ? (head?.cells[chosen]?.trim() ?? null) : null);
}

function collect(values: readonly { line: number; value: string }[], column: string | null) {
  const ids = new Set<string>();
  const rejected: CallIdList["rejected"] = [];
  let repeated = 0;
  for (const { line, value: cell } of values) {
    // Our own exports put an apostrophe before what a spreadsheet would compute.
    const value = cell.replace(/^'(?=[=+\-@'])/, "");
    if (value === "") {
      continue;
    }
    if (!isCallId(value)) {
      rejected.push({ line, text: value.slice(0, 80) });
    } else if (ids.has(value)) {
      repeated += 1;
    } else {
      ids.add(value);
    }
  }
  if (ids.size > MAX_IMPORT) {
    return { ok: false, problem: "too_many" } as const;
  }
  return ids.size === 0 && rejected.length === 0
    ? ({ ok: false, problem: "empty" } as const)
    : ({ ok: true, ids: [...ids], repeated, rejected, column } as const satisfies CallIdList);
}

/** Whether a text can be the id of a call: 1 to 200 characters, none of them a space or a control character. */
export function isCallId(text: string): boolean {
  return text.length > 0 && text.length <= MAX_CALL_ID_LENGTH && !/[\s\p{Cc}\p{Cs}]/u.test(text);
}

function idColumn(cells: readonly string[]): number {
  const names = cells.map((cell) => cell.toLowerCase().replaceAll(/[\s_-]/g, ""));
  for (const wanted of COLUMN_NAMES) {
    const index = names.indexOf(wanted);
    if (index !== -1) {
      return index;
    }
  }
  return -1;
}

/** Several records of the same width, filled in more than one column: not a list with commas here and there. */
function isTable(records: readonly DelimitedRecord[]): boolean {
  const width = records[0]?.cells.length ?? 0;
  const filled = new Set(records.flatMap(({ cells }) => cells.flatMap((cell, index) => (cell.trim() ? [index] : []))));
  return records.length > 1 && filled.size > 1 && records.every(({ cells }) => cells.length === width);
}

/** Ids hold digits; the names of columns hardly do. */
function looksLikeId(text: string): boolean {
  return /\d/.test(text);
}
