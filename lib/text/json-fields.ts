/** Text without escapes, a number, `true` or `false`, an array or an object, or nothing, also where the field is missing. */
export const NULL_VALUE = 0;
export const TEXT_VALUE = 1;
const SCALAR_VALUE = 2;
/** Only a JSON parser reads it: text with escapes, an array, an object. */
const OTHER_VALUE = 3;

const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;

/** As many digits of a decimal number survive in a JavaScript number. */
const MAX_DIGITS = 15;

/**
 * Finds the values of known fields in JSON objects in UTF-8, without parsing them. The objects are in the form in which Postgres writes `jsonb`: no field
 * twice, no white space but single spaces after `:` and `,`.
 */
export class JsonFields {
  /** By the bytes of the name, as Latin-1. */
  readonly #columns = new Map<string, number>();
  readonly #columnOfName = new Map<string, number>();
  readonly #forms: Uint8Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #bytes: Buffer = Buffer.alloc(0);

  /** @param names the fields, each of which is a column from 0 */
  constructor(names: readonly string[]) {
    for (const [column, name] of names.entries()) {
      this.#columnOfName.set(name, column);
      this.#columns.set(Buffer.from(name, "utf8").toString("latin1"), column);
    }
    this.#forms = new Uint8Array(names.length);
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
  }

  formOf(column: number): number {
    return this.#forms[column] ?? 0;
  }

  /** Where the value begins. A text's is its quotation mark. */
  startOf(column: number): number {
    return this.#starts[column] ?? 0;
  }

  endOf(column: number): number {
    return this.#ends[column] ?? 0;
  }

  /** Whether `JSON.stringify` of the parsed value gives the same bytes: `true`, `12.5`. False for texts. */
  isPlain(column: number): boolean {
    return (
      this.#forms[column] === SCALAR_VALUE &&
      isPlainScalar(this.#bytes, this.#starts[column] ?? 0, this.#ends[column] ?? 0)
    );
  }

  /** Reads the object from `start` to `end`. */
  read(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#forms.fill(NULL_VALUE);
    let at = start + 1;
    while (at < end - 1) {
      const nameEnd = endOfString(bytes, at);
      const column = this.#columnOf(bytes, at, nameEnd);
      // A colon and a space.
      const valueStart = nameEnd + 2;
      const valueEnd = endOfValue(bytes, valueStart, end);
      if (column !== undefined) {
        this.#forms[column] = formOf(bytes, valueStart, valueEnd);
        this.#starts[column] = valueStart;
        this.#ends[column] = valueEnd;
      }
      // A comma and a space.
      at = valueEnd + 2;
    }
  }

  #columnOf(bytes: Buffer, start: number, end: number): number | undefined {
    return hasEscape(bytes, start, end)
      ? this.#columnOfName.get(JSON.parse(bytes.toString("utf8", start, end)) as string)
      : this.#columns.get(bytes.toString("latin1", start + 1, end - 1));
  }
}

function formOf(bytes: Uint8Array, start: number, end: number): number {
  switch (bytes[start]) {
    case QUOTE:
      return hasEscape(bytes, start, end) ? OTHER_VALUE : TEXT_VALUE;
    case 0x6e: // null
      return NULL_VALUE;
    case 0x5b: // [
    case 0x7b: // {
      return OTHER_VALUE;
    default:
      return SCALAR_VALUE;
  }
}

/** The place after the string that begins here. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE) {
    at += bytes[at] === BACKSLASH ? 2 : 1;
  }
  return at + 1;
}

/** The place after the value that begins here. */
function endOfValue(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        if (depth === 0) {
          return at;
        }
        continue;
      case 0x5b:
      case 0x7b:
        depth += 1;
        break;
      case 0x5d:
      case 0x7d:
        if (depth === 0) {
          return at;
        }
        depth -= 1;
        if (depth === 0) {
          return at + 1;
        }
        break;
      case 0x2c:
        if (depth === 0) {
          return at;
        }
        break;
    }
    at += 1;
  }
  return at;
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === BACKSLASH) {
      return true;
    }
  }
  return false;
}

/** `true`, `false`, or a number of few digits, without zeros that JavaScript leaves out. */
function isPlainScalar(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] ?? 0;
  if (first === 0x74 || first === 0x66) {
    return true;
  }
  const digitsStart = first === MINUS ? start + 1 : start;
  if (bytes[digitsStart] === ZERO && end - digitsStart > 1) {
    return false;
  }
  let point = -1;
  for (let at = digitsStart; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT) {
      point = at;
    } else if (byte < ZERO || byte > 0x39) {
      return false;
    }
  }
  return (
    end - digitsStart <= MAX_DIGITS &&
    (point === -1 || bytes[end - 1] !== ZERO) &&
    !(first === MINUS && bytes[digitsStart] === ZERO)
  );
}
