/** Replaces Arabic, Persian and full-width digits with Latin ones, so that input is independent of the keyboard layout. */
export function latinDigits(text: string): string {
  return text
    .replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replaceAll(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replaceAll(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));
}

/** The digits of a text as Latin digits, without any other character. */
export function digitsOf(text: string): string {
  return latinDigits(text).replaceAll(/\D/g, "");
}
