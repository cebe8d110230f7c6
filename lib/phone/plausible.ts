import { type CountryCode, getCountryCallingCode, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** libphonenumber needs about 20 µs for a number. After this many, everything with the length of a number is taken for one. */
const MAX_LOOKUPS = 1_000;

/** How many digits a number may have, with its country's code and what is dialled before it. */
const FEWEST = 7;
const MOST = 17;

/**
 * Whether digits are a phone number, for one text or one body: in the country of the call, or with a country's code. The look-ups share one
 * budget.
 */
export class PlausibleNumbers {
  private readonly known = new Map<string, boolean>();
  private readonly callingCode: string | null;

  /** @param country the country of the call; undefined if it is unknown */
  constructor(private readonly country: CountryCode | undefined) {
    this.callingCode = country === undefined ? null : getCountryCallingCode(country);
  }

  /**
   * Whether a number that is said in pieces can begin with these digits: with the zero that is dialled, or the country's code. Otherwise amounts
   * that are said one after another would be numbers.
   */
  canBegin(digits: string): boolean {
    return this.callingCode === null
      ? /^0[0-9]{2}/.test(digits)
      : digits.startsWith("0") || (digits.length > this.callingCode.length && digits.startsWith(this.callingCode));
  }

  /** Whether digits that somebody wrote as one, or as groups of one number, can be dialled. */
  has(digits: string, { isInternational = false } = {}): boolean {
    if (digits.length < FEWEST || digits.length > MOST) {
      return false;
    }
    const key = isInternational ? `+${digits}` : digits;
    const known = this.known.get(key);
    if (known !== undefined) {
      return known;
    }
    const answer = this.known.size >= MAX_LOOKUPS || this.lookUp(digits, isInternational);
    if (this.known.size < MAX_LOOKUPS) {
      this.known.set(key, answer);
    }
    return answer;
  }

  private lookUp(digits: string, isInternational: boolean): boolean {
    if (isInternational) {
      return isValid(`+${digits}`);
    }
    if (digits.startsWith("00")) {
      return isValid(`+${digits.slice(2)}`);
    }
    if (digits.startsWith("0")) {
      // Without a country, nothing says which national numbers exist.
      return this.country === undefined ? digits.length >= 9 && digits.length <= 11 : isValid(digits, this.country);
    }
    const hasCode = digits.length >= 11 || (this.callingCode !== null && digits.startsWith(this.callingCode));
    return (hasCode && isValid(`+${digits}`)) || (this.country !== undefined && isValid(digits, this.country));
  }
}

function isValid(number: string, country?: CountryCode): boolean {
  return (
    parsePhoneNumberFromString(number, country === undefined ? {} : { defaultCountry: country })?.isValid() === true
  );
}
