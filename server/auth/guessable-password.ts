import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

import { takeAttempt } from "@/db/people/rate-limit";
import { env } from "@/lib/env";
import type { PasswordProblem } from "@/lib/people/password";
import { perProcess } from "@/lib/per-process";
import { normalizeForSearch } from "@/lib/text/search";
import { getOrganization } from "@/server/organization";

import { emailOf, hashOf } from "./attempt-keys";
import { tooMany } from "./password-checks";

/**
 * Refuses new passwords that an attacker would try first (NIST SP 800-63B, 3.1.1.2, OWASP ASVS 5, 6.2.4 and 6.2.11): the passwords of known leaks
 * and what differs from them by a few characters, repetitions and sequences, and words that belong to the person or the organization.
 */

/** zxcvbn's limit for passwords that withstand guessing over the network; above it they withstand much more than our rate limits allow. */
const MIN_SCORE = 3;
/** The cost of an estimate grows with the square of the length. What is longer is as strong as its beginning. */
const CHECKED_LENGTH = 64;

/** A password that has fewer letters and digits than this without the person's and the organization's words consists of them. */
const MIN_REST = 8;

type Person = { name: string; email: string };

/** An estimate occupies the process for up to a tenth of a second. */
const ESTIMATES_LIMIT = { max: 20, windowSeconds: 300 };

/** `guessableProblem` for what a person sends from a page. Throws the 429 that `tooManyReason` reads if they try too many passwords. */
export async function guessableProblemOfPage(password: string, person: Person): ReturnType<typeof guessableProblem> {
  const attempt = await takeAttempt({ key: `password:chosen:${hashOf(emailOf(person))}`, ...ESTIMATES_LIMIT });
  if (!attempt.ok) {
    throw tooMany("TOO_MANY_ATTEMPTS", "Too many attempts", attempt.retryAfterSeconds);
  }
  return guessableProblem(password, person);
}

/** Why a new password is refused; null if it is accepted. The caller has checked its length with `passwordProblem`. */
export async function guessableProblem(
  password: string,
  person: Person,
): Promise<Extract<PasswordProblem, "passwordCommon" | "passwordOwnWords"> | null> {
  const [estimator, { name: organization }] = await Promise.all([loadEstimator(), getOrganization()]);
  const words = ownWords([organization, person.name, person.email, new URL(env.APP_URL).hostname, "callboard", "sarj"]);
  const checked = fold(password.slice(0, CHECKED_LENGTH));
  const rest = restOf(checked, words);
  const isStrong = (text: string, known: string[] = []) => estimator.check(text, known).score >= MIN_SCORE;
  // An attacker knows the words, so the rest has to be a good password without them.
  if (rest !== null && (rest.length < MIN_REST || !isStrong(rest))) {
    return "passwordOwnWords";
  }
  return isStrong(checked, words) ? null : "passwordCommon";
}

/** Makes different spellings of a word equal, with and without accents, vowel signs or hamza. */
function fold(text: string): string {
  return normalizeForSearch(text).normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("ı", "i");
}

/**
 * The words of the folded texts, and the words without what separates them, the longest first: `Acme Collections` is `acme`, `collections` and
 * `acmecollections`. The address of a mailbox is also its name.
 */
function ownWords(texts: readonly string[]): string[] {
  const words = texts
    .map(fold)
    .flatMap((text) => [lettersOf(text), lettersOf(text.split("@")[0] ?? ""), text.split(SEPARATORS)].flat());
  return [...new Set(words)].filter((word) => word.length >= 3).toSorted((a, b) => b.length - a.length);
}

const SEPARATORS = /[^\p{L}\p{N}]+/u;

function lettersOf(text: string): string {
  return text.split(SEPARATORS).join("");
}

/**
 * The letters and digits of a folded password that belong to none of the words; null if it contains no word. Words are found with signs for
 * letters (`@cme`), and with anything between their letters (`a.c.m.e`).
 */
function restOf(password: string, words: readonly string[]): string | null {
  const letters = lettersOf(password);
  const rests = [password, letters].map((text) => {
    const found = words.reduce((left, word) => left.replaceAll(spell(word), "\0".repeat(word.length)), spell(text));
    return lettersOf(text.replaceAll(/./gsu, (sign, at: number) => (found[at] === "\0" ? "" : sign)));
  });
  const rest = rests.reduce((a, b) => (b.length < a.length ? b : a));
  return rest.length < letters.length ? rest : null;
}

/** The digits and signs that people write for a letter. `1` is an i or an l, so both count as one. */
const LETTERS: Record<string, string> = {
  "4": "a",
  "@": "a",
  "8": "b",
  "3": "e",
  "6": "g",
  "9": "g",
  "1": "i",
  "!": "i",
  "|": "i",
  l: "i",
  "0": "o",
  "5": "s",
  $: "s",
  "7": "t",
  "+": "t",
  "2": "z",
};

/** A text of the same length, in which a letter and the signs that people write for it are equal. */
function spell(text: string): string {
  return text.replaceAll(/[^a-km-z]/g, (sign) => LETTERS[sign] ?? sign);
}

const cache = perProcess("password estimator", () => ({ loading: null as Promise<ZxcvbnFactory> | null }));

/** Loads the lists (1.9 MB) when the first password is chosen. */
async function loadEstimator(): Promise<ZxcvbnFactory> {
  cache.loading ??= Promise.all([import("@zxcvbn-ts/core"), import("@zxcvbn-ts/language-common")]).then(
    ([{ ZxcvbnFactory: Estimator }, { adjacencyGraphs, dictionary }]) =>
      new Estimator({ dictionary, graphs: adjacencyGraphs, maxLength: CHECKED_LENGTH }),
  );
  return cache.loading;
}
