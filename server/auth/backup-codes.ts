import { randomBytes } from "node:crypto";

import { latinDigits } from "@/lib/text/digits";

const BACKUP_CODES = 10;
/** Thirty-two characters that are not mistaken for one another on paper: without l, o, 0 and 1. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** New backup codes such as `k7m2p-9xq4t`, with fifty random bits each. better-auth stores them encrypted. */
export function makeBackupCodes(): string[] {
  return Array.from({ length: BACKUP_CODES }, () => {
    const characters = [...randomBytes(10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
    return inGroups(characters);
  });
}

/** A typed backup code in the form that is stored. Case, spaces, dashes and the script of the digits do not matter. */
export function normalizeBackupCode(typed: string): string {
  return inGroups(
    latinDigits(typed)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, ""),
  );
}

function inGroups(characters: string): string {
  return `${characters.slice(0, 5)}-${characters.slice(5)}`;
}
