/** The same text with Arabic and Persian digits as Latin ones, so that it makes no difference which keyboard is set. */
export function latinDigits(text: string): string {
  return text
    .replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replaceAll(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0));
}

/** Only the digits of a text, as Latin ones. */
export function digitsOf(text: string): string {
  return latinDigits(text).replaceAll(/\D/g, "");
}
