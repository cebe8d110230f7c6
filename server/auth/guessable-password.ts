import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

import { env } from "@/lib/env";
import type { PasswordProblem } from "@/lib/people/password";
import { perProcess } from "@/lib/per-process";
import { getOrganization } from "@/server/organization";

/**
 * Refuses new passwords that an attacker would try first (NIST SP 800-63B, 3.1.1.2, OWASP ASVS 5, 6.2.4 and 6.2.11): the passwords of known leaks
 * and what differs from them by a few characters, repetitions and sequences, and words that belong to the person or the organization.
 */

/** zxcvbn's limit for passwords that withstand guessing over the network; above it they withstand much more than our rate limits allow. */
const MIN_SCORE = 3;
/** The cost of an estimate grows with the square of the length. What is longer is as strong as its beginning. */
const CHECKED_LENGTH = 64;

/** A password that keeps fewer characters than this without the person's and the organization's words consists of them. */
const MIN_REST = 8;

type Person = { name: string; email: string };

/** Why a new password is refused; null if it is accepted. The caller has checked its length with `passwordProblem`. */
export async function guessableProblem(
  password: string,
  person: Person,
): Promise<Extract<PasswordProblem, "passwordCommon" | "passwordOwnWords"> | null> {
  const [estimator, { name: organization }] = await Promise.all([loadEstimator(), getOrganization()]);
  const words = ownWords([organization, person.name, person.email, new URL(env.APP_URL).hostname, "callboard", "sarj"]);
  const checked = password.slice(0, CHECKED_LENGTH).normalize("NFKC").toLowerCase();
  const rest = words.reduce((text, word) => text.replaceAll(word, ""), checked);
  if (rest.length < MIN_REST && rest !== checked) {
    return "passwordOwnWords";
  }
  if (estimator.check(checked, words).score >= MIN_SCORE) {
    return null;
  }
  return rest === checked ? "passwordCommon" : "passwordOwnWords";
}

/**
 * Every text, its words, and its words without what separates them, the longest first: `Acme Collections` is also `acme`, `collections` and
 * `acmecollections`. The address of a mailbox is also its name.
 */
function ownWords(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => {
    const parts = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return [text.toLowerCase(), text.toLowerCase().split("@")[0] ?? "", ...parts, parts.join("")];
  });
  return [...new Set(words)].filter((word) => word.length >= 3).toSorted((a, b) => b.length - a.length);
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
