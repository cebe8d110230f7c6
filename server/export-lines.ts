import { EXPORT_FIELDS, type ExportBatch, FIELD_SEPARATOR, ROW_SEPARATOR } from "@/db/calls/export";
import type { Json, JsonObject } from "@/lib/call/facts";
import { nextTurn } from "@/lib/next-turn";
import type { NumberAccess } from "@/lib/phone/access";
import { csvCell } from "@/lib/text/csv";
import { CsvBytes } from "@/lib/text/csv-bytes";
import { JsonFields, NULL_VALUE, TEXT_VALUE } from "@/lib/text/json-fields";
import { zonedIsoBytes } from "@/lib/time/zoned-iso-bytes";

import { CALL_COLUMNS, shownValue, shownVariables } from "./export-columns";

/** Masking so many rows takes some milliseconds; then other requests are answered. */
const ROWS_PER_TURN = { shown: 1_000, masked: 100 };

const PHONE_NUMBER = EXPORT_FIELDS.findIndex(({ kind }) => kind === "number");
const VARIABLES = EXPORT_FIELDS.findIndex(({ kind }) => kind === "variables");

const POINT = 0x2e;
const ZERO = 0x30;
const TRUE = 0x74;

/**
 * Makes the lines of the file. A user who may see numbers gets most cells as copies of the bytes that Postgres sent; every text that may need
 * a change, and every text for other users, becomes a string and goes through `shownValue` and `csvCell`. Both ways give the same bytes.
 */
export function lineWriter({
  variables,
  access,
  timeZone,
}: {
  variables: readonly string[];
  access: NumberAccess;
  timeZone: string;
}): (batch: ExportBatch) => Promise<Buffer> {
  const writeInstant = zonedIsoBytes(timeZone);
  const isShown = access === "shown";
  const fields = new JsonFields(variables);
  /** Where each field of the current row begins. A field ends a byte before the next one. */
  const starts = new Int32Array(EXPORT_FIELDS.length + 1);

  function textOf({ bytes, isEscaped }: ExportBatch, field: number): string | null {
    const text = bytes.toString("utf8", starts[field], endOf(field));
    return text === "" ? null : isEscaped ? (JSON.parse(text) as string) : text;
  }

  function endOf(field: number): number {
    return (starts[field + 1] ?? 0) - 1;
  }

  function writeRow(batch: ExportBatch, to: CsvBytes): void {
    const phoneNumber = isShown ? null : textOf(batch, PHONE_NUMBER);
    for (let field = 0; field < CALL_COLUMNS.length; field += 1) {
      if (field > 0) {
        to.comma();
      }
      if (starts[field] !== endOf(field)) {
        writeField(batch, field, phoneNumber, to);
      }
    }
    writeVariables(batch.bytes, phoneNumber, to);
    to.endLine();
  }

  function writeField(batch: ExportBatch, field: number, phoneNumber: string | null, to: CsvBytes): void {
    const { bytes, isEscaped } = batch;
    const kind = CALL_COLUMNS[field]?.kind ?? "text";
    const start = starts[field] ?? 0;
    const end = endOf(field);
    switch (kind) {
      case "instant":
        writeInstant(millisecondsOf(bytes, start, end), to);
        return;
      case "boolean":
        to.ascii(bytes[start] === TRUE ? "true" : "false");
        return;
      case "integer":
        if (isShown) {
          to.copy(bytes, start, end);
        } else {
          to.cell(csvCell(shownValue(kind, Number(textOf(batch, field)), access, phoneNumber)));
        }
        return;
      default: {
        const isCopied = isShown && !isEscaped && (kind !== "reason" || hasWords(bytes, start, end));
        if (!isCopied || !to.text(bytes, start, end)) {
          to.cell(csvCell(shownValue(kind, textOf(batch, field), access, phoneNumber)));
        }
      }
    }
  }

  function writeVariables(bytes: Buffer, phoneNumber: string | null, to: CsvBytes): void {
    const start = starts[VARIABLES] ?? 0;
    const end = endOf(VARIABLES);
    if (start === end) {
      to.commas(variables.length);
      return;
    }
    if (!isShown) {
      const object = JSON.parse(bytes.toString("utf8", start, end)) as JsonObject;
      const values = shownVariables(object, access, phoneNumber);
      for (const name of variables) {
        to.comma();
        to.cell(csvCell(values.get(name) ?? null));
      }
      return;
    }
    fields.read(bytes, start, end);
    for (let column = 0; column < variables.length; column += 1) {
      to.comma();
      const form = fields.formOf(column);
      if (form === NULL_VALUE) {
        continue;
      }
      const from = fields.startOf(column);
      const until = fields.endOf(column);
      if (form === TEXT_VALUE ? !to.text(bytes, from + 1, until - 1) : !fields.isPlain(column)) {
        const value = JSON.parse(bytes.toString("utf8", from, until)) as Json;
        to.cell(csvCell(shownValue("variables", value, access, null)));
      } else if (form !== TEXT_VALUE) {
        to.copy(bytes, from, until);
      }
    }
  }

  return async (batch) => {
    const { bytes, rows } = batch;
    const to = new CsvBytes(Math.round(bytes.length * 1.1) + rows * variables.length);
    const perTurn = isShown ? ROWS_PER_TURN.shown : ROWS_PER_TURN.masked;
    let at = 0;
    for (let row = 1; row <= rows; row += 1) {
      at = findFields(bytes, at, starts);
      writeRow(batch, to);
      if (row % perTurn === 0) {
        await nextTurn();
      }
    }
    return to.result();
  };
}

/** Finds the fields of the row at a place. Returns where the next row begins. */
function findFields(bytes: Uint8Array, from: number, starts: Int32Array): number {
  let field = 0;
  let at = from;
  starts[0] = at;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === FIELD_SEPARATOR) {
      field += 1;
      starts[field] = at + 1;
    } else if (byte === ROW_SEPARATOR) {
      break;
    }
  }
  starts[field + 1] = at + 1;
  return at + 1;
}

/** Milliseconds since 1970 from seconds with up to three decimals, `1783242000.25`. */
function millisecondsOf(bytes: Buffer, start: number, end: number): number {
  let whole = 0;
  let at = start;
  for (; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) {
      break;
    }
    whole = whole * 10 + digit;
  }
  if (at === end) {
    return whole * 1000;
  }
  if (bytes[at] !== POINT || at === start || end - at > 4) {
    return Math.round(Number(bytes.toString("latin1", start, end)) * 1000);
  }
  let decimals = 0;
  for (let place = 1; place <= 3; place += 1) {
    decimals = decimals * 10 + (at + place < end ? (bytes[at + place] ?? 0) - ZERO : 0);
  }
  return whole * 1000 + decimals;
}

/** More letters and digits than any word for "no value" has (`lib/text/silence.ts`), beginning with one: the text says something. */
function hasWords(bytes: Uint8Array, start: number, end: number): boolean {
  let count = 0;
  for (let at = start; at < end && count <= LONGEST_SILENT; at += 1) {
    const byte = bytes[at] ?? 0;
    const isLetter = byte >= 0x80 ? isArabicLetter(byte, bytes[at + 1] ?? 0) : isAlphanumeric(byte);
    count += isLetter ? 1 : 0;
    if (at === start && !isLetter) {
      return false;
    }
  }
  return count > LONGEST_SILENT;
}

const LONGEST_SILENT = 12;

function isAlphanumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** U+0621 to U+063A and U+0641 to U+064A. */
function isArabicLetter(lead: number, next: number): boolean {
  return (lead === 0xd8 && next >= 0xa1 && next <= 0xba) || (lead === 0xd9 && next >= 0x81 && next <= 0x8a);
}
