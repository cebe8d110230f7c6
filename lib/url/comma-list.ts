import { z } from "zod";

/** The maximum number of values in one parameter. */
export const MAX_LIST_ITEMS = 50;
const MAX_ITEM_LENGTH = 200;

/** A list of 1 to 50 distinct strings, separated by commas, as `commaText` writes it. */
export const commaList = z.string().transform((text, context) => {
  const items = [...new Set(text.split(",").map((item) => unescapeItem(item.trim())))].filter((item) => item !== "");
  const isTooLong = items.length > MAX_LIST_ITEMS || items.some((item) => item.length > MAX_ITEM_LENGTH);
  if (items.length === 0 || isTooLong || text.includes("\u0000")) {
    context.addIssue("not a list of values");
    return z.NEVER;
  }
  return items;
});

/** A list of whole numbers of at most two digits, from `min` to `max`, sorted and without duplicates. */
export const numberList = (min: number, max: number) =>
  z.string().transform((text, context) => {
    const items = text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
    const values = items.map((item) => (/^\d{1,2}$/.test(item) ? Number(item) : Number.NaN));
    if (values.length === 0 || values.some((value) => !(value >= min && value <= max))) {
      context.addIssue(`not a list of numbers from ${min} to ${max}`);
      return z.NEVER;
    }
    return [...new Set(values)].toSorted((a, b) => a - b);
  });

/** The text that `commaList` reads as these items. The vendor's values may contain commas, so commas and percent signs are escaped. */
export function commaText(items: readonly string[]): string {
  return items.map((item) => item.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

/** Undoes the two escapes of `commaText`. Other percent signs are unchanged. */
function unescapeItem(item: string): string {
  return item.replaceAll(/%(?:2C|25)/g, (escape) => (escape === "%25" ? "%" : ","));
}
