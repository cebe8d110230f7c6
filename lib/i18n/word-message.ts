/** A translator of next-intl with any keys. */
type Translator = { (key: never): string; has(key: never): boolean };

/**
 * The message for a word that comes from outside, such as the vendor's direction `inbound`; null if the catalogue has none. next-intl would
 * also find what every JavaScript object inherits (`constructor`, `__proto__`), and would read a dot in the word as a path.
 *
 * @param group the key above the words, as in `direction.inbound`
 */
export function wordMessage(t: Translator, group: string, word: string): string | null {
  // The translator's keys are types, and the word comes from outside. `has` looks for it.
  const key = `${group}.${word}` as never;
  return /^\w+$/.test(word) && !(word in Object.prototype) && t.has(key) ? t(key) : null;
}
