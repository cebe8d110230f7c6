/** A position in the primary's log (WAL), which grows with every change. Postgres writes it as two hexadecimal numbers: `16/B374D848`. */
export type Lsn = bigint;

/** Reads a position as Postgres prints the type `pg_lsn`. Throws a SyntaxError for any other text. */
export function parseLsn(text: string): Lsn {
  const [high, low] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
