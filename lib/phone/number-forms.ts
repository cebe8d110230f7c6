import type { NumberRule } from "@/lib/transcript/joined-digits";

import { DIAL_PREFIXES, MIN_NATIONAL_DIGITS, partsOf, type SoughtNumber } from "./pattern";

/**
 * A number in parts, with words or other turns between, has at least as many digits. A million bodies with some hundred numbers each contain
 * seven certain digits by chance.
 */
const MIN_JOINED_DIGITS = 8;

/**
 * What may stand before the national number, as digits: nothing, the zero that is dialled within a country, or the country's code, with what
 * is dialled before it and with the zero after it, as in `+966 (0) 50 123 4567`.
 */
function prefixesOf(country: string, national: string): string[] {
  const abroad = ["", ...DIAL_PREFIXES].flatMap((dialled) => [`${dialled}${country}`, `${dialled}${country}0`]);
  return national.length < MIN_NATIONAL_DIGITS ? abroad : ["", "0", ...abroad];
}

/** The country's code, how many digits a number has within the country, and its last two digits. */
export type NumberShape = { country: string; nationalLength: number; ending: string };

/**
 * A rule that recognizes nothing, but passes every number of one of these shapes to `onNumber`: E.164 without the plus. It reads digits as
 * `ruleFor` does, so every number that `ruleFor` would find is passed.
 */
export function shapeRule(shapes: readonly NumberShape[], onNumber: (digits: string) => void): NumberRule {
  const forms = shapes.flatMap(({ country, nationalLength, ending }) =>
    prefixesOf(country, "0".repeat(nationalLength)).map((prefix) => ({ country, nationalLength, ending, prefix })),
  );
  const lengths = forms.map(({ prefix, nationalLength }) => prefix.length + nationalLength);
  return {
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    isNumber: (digits) => {
      for (const { country, nationalLength, ending, prefix } of forms) {
        if (digits.length === prefix.length + nationalLength && digits.startsWith(prefix) && digits.endsWith(ending)) {
          onNumber(country + digits.slice(prefix.length));
        }
      }
      return false;
    },
  };
}

/** The rule that recognizes one number by its digits, in every form that people dial. */
export function ruleFor(number: SoughtNumber): NumberRule {
  const { country, national } = partsOf(number);
  const forms = new Set(prefixesOf(country, national).map((prefix) => prefix + national));
  const lengths = [...forms].map(({ length }) => length);
  return {
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    isNumber: (digits, { turns, words }) =>
      forms.has(digits) && ((turns === 0 && words === 0) || digits.length >= MIN_JOINED_DIGITS),
  };
}
