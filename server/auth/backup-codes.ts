import { randomBytes } from "node:crypto";

import { latinDigits } from "@/lib/text/digits";

const BACKUP_CODES = 10;
/** 32 characters that cannot be confused on paper: no l, o, 0 or 1. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** Generates backup codes such as `k7m2p-9xq4t`, with 50 random bits each. better-auth stores them encrypted. */
export function makeBackupCodes(): string[] {
  return Array.from({ length: BACKUP_CODES }, () => {
    const characters = [...randomBytes(10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
    return inGroups(characters);
  });
}

/** Converts a typed backup code to the stored form. Ignores case, spaces and dashes, and accepts digits of any script. */
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
