/** A record of a delimited text. `line` is the line that the record begins on, counted from 1. */
export type DelimitedRecord = { line: number; cells: string[] };

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** The delimiter that occurs most often in the first record, outside quotes; a comma if none occurs. */
export function guessDelimiter(text: string): string {
  const counts = new Map<string, number>();
  let quoted = false;
  for (const character of text.slice(0, 64 * 1024)) {
    if (character === '"') {
      quoted = !quoted;
    } else if (!quoted && character === "\n") {
      break;
    } else if (!quoted) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  let best: string = ",";
  for (const delimiter of DELIMITERS) {
    if ((counts.get(delimiter) ?? 0) > (counts.get(best) ?? 0)) {
      best = delimiter;
    }
  }
  return best;
}

/**
 * Reads delimited text (RFC 4180) as spreadsheets write it: quoted cells with doubled quotes and line breaks inside, CRLF, LF or CR
 * (also mixed), with or without a final line break. Never throws: an unclosed quote extends to the end. Empty lines are skipped.
 *
 * Why not `csv-parse` (7.0.3): it throws on an unclosed quote, keeps the quotes of a cell like `"b"c`, and reports the line that a
 * record ends on (one too many for each CRLF inside quotes) instead of the line that the record begins on.
 */
export function parseDelimited(text: string, delimiter = guessDelimiter(text)): DelimitedRecord[] {
  const records: DelimitedRecord[] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let wasQuoted = false;
  let line = 1;
  let startLine = 1;
  const endRecord = () => {
    if (cells.length > 0 || cell !== "" || wasQuoted) {
      records.push({ line: startLine, cells: [...cells, cell] });
    }
    cells = [];
    cell = "";
    wasQuoted = false;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    const isBreak = character === "\n" || character === "\r";
    if (isBreak && !(character === "\r" && text.charAt(index + 1) === "\n")) {
      line += 1;
    }
    if (quoted) {
      if (character !== '"') {
        cell += character;
      } else if (text.charAt(index + 1) === '"') {
        cell += '"';
        index += 1;
      } else {
        quoted = false;
      }
    } else if (character === '"' && cell === "") {
      quoted = true;
      wasQuoted = true;
    } else if (character === delimiter) {
      cells.push(cell);
      cell = "";
      wasQuoted = false;
    } else if (isBreak) {
      endRecord();
      startLine = line;
    } else {
      cell += character;
    }
  }
  endRecord();
  return records;
}
