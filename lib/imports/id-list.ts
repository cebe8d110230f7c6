import { MAX_CALL_ID_LENGTH } from "@/lib/sarj/call-id";
import { type DelimitedRecord, parseDelimited } from "@/lib/text/delimited";

/** The largest number of calls in one import. At five requests a second, they take five and a half hours. */
const MAX_IMPORT = 100_000;

/** Requests per second to the vendor's API, of all processes together. A low rate, because the vendor publishes no limit. */
export const IMPORTS_PER_SECOND = 5;

export type CallIdList = {
  ok: true;
  /** Without repetitions, in the order of the text. */
  ids: string[];
  /** How many repeated ids were skipped. */
  repeated: number;
  /** Texts that are not valid ids, with their line (from 1). */
  rejected: { line: number; text: string }[];
  /** The name of the column that contains the ids; null for a plain list or a table without column names. */
  column: string | null;
};

type CallIdProblem =
  | { ok: false; problem: "empty" | "too_many" }
  /** No column of the table has a known name, so the user must choose one. */
  | { ok: false; problem: "which_column"; columns: string[] };

/** Known column names in order of preference, in lower case and without spaces, dashes and underscores. */
const COLUMN_NAMES = ["callid", "calluuid", "sarjcallid", "معرفالمكالمة", "رقمالمكالمة", "id", "uuid", "call"];

/**
 * Finds call ids in pasted text or in a file: one per line, separated by commas or spaces, or in a column of a table with
 * commas, semicolons or tabs, as exported by spreadsheets and the vendor.
 *
 * @param column the index of the column with the ids, if no column has a known name
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
    // Callboard's exports put an apostrophe before text that a spreadsheet would evaluate.
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

/** Whether a text can be a call id: 1 to 200 characters, without white space and control characters. */
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

/** Whether the text is a table rather than a list: several records of equal width, with text in more than one column. */
function isTable(records: readonly DelimitedRecord[]): boolean {
  const width = records[0]?.cells.length ?? 0;
  const filled = new Set(records.flatMap(({ cells }) => cells.flatMap((cell, index) => (cell.trim() ? [index] : []))));
  return records.length > 1 && filled.size > 1 && records.every(({ cells }) => cells.length === width);
}

/** Ids contain digits; column names rarely do. */
function looksLikeId(text: string): boolean {
  return /\d/.test(text);
}
