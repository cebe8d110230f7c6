/**
 * ISO 8601 in its usual notations: extended (`2026-11-26T08:00:00+03:00`) or basic (`20261126T080000Z`), without seconds, with up to 20
 * decimals after a point or a comma, the offset as `Z`, `+03`, `+0300` or `+03:00`. RFC 3339 also allows small letters and a space
 * instead of the `T`.
 */
const ISO =
  /^(?:(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,20}))?)?|(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(?:(\d\d)(?:[.,](\d{1,20}))?)?) ?(?:([Zz])|([+\u2212-])(\d\d)(?::?(\d\d))?)$/;

/** The instant of an ISO 8601 text with an offset, in milliseconds; null for any other text, and for a date that does not exist. */
export function isoInstant(text: string): Date | null {
  const match = ISO.exec(text.trim());
  if (match === null) {
    return null;
  }
  const extended = match.slice(1, 8);
  const [year, month, day, hour, minute, second = "0", fraction = ""] =
    extended[0] === undefined ? match.slice(8, 15) : extended;
  const [sign, offsetHours = "0", offsetMinutes = "0"] = match.slice(16);
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // `Date` knows no leap seconds (60), and moves a day or a month that does not exist to the next month.
  const local = new Date(0);
  // Unlike `Date.UTC`, which reads the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(y, mo - 1, d);
  local.setUTCHours(h, mi, Math.min(s, 59), Number(`${fraction}000`.slice(0, 3)));
  const isReal = local.getUTCMonth() === mo - 1 && local.getUTCDate() === d && h <= 23 && mi <= 59 && s <= 60;
  if (!isReal || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) {
    return null;
  }
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return new Date(local.getTime() - (sign === undefined || sign === "+" ? offset : -offset));
}
