import { setTimeout as pause } from "node:timers/promises";

import { APIError } from "better-auth/api";
import { symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";

import {
  listSecondFactors,
  readSecondFactor,
  replaceSecondFactor,
  type StoredSecondFactor,
} from "@/db/people/second-factors";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";

import { authKeys, CURRENT_ENVELOPE } from "./keys";

/**
 * Second factors are encrypted with a key of AUTH_SECRET. After a new key was put in front, they are encrypted again, so that the old key can be
 * removed from the list. Without the right key nobody with a second factor can sign in: `npm run admin` then removes it.
 */

const PAUSES_MS = [500, 2_000, 10_000, 30_000];

/** Encrypts every second factor with the current key. Call it at start. Never throws; retries while the database is unavailable. */
export async function renewSecondFactorsAtStart(): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { renewed, unreadable } = await renewSecondFactors();
      if (renewed > 0) {
        log("info", "second_factors_renewed", { count: renewed });
      }
      if (unreadable.length > 0) {
        log("error", "second_factors_unreadable", { count: unreadable.length });
      }
      return;
    } catch (error) {
      log("warn", "second_factors_wait", { error_code: errorCode(error), attempt });
      await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 30_000, undefined, { ref: false });
    }
  }
}

/** `unreadable`: the ids of the users whose second factor none of the keys can decrypt. */
async function renewSecondFactors(): Promise<{ renewed: number; unreadable: string[] }> {
  let renewed = 0;
  const unreadable: string[] = [];
  for (const stored of await listSecondFactors()) {
    if (isCurrent(stored.secret) && isCurrent(stored.backupCodes)) {
      continue;
    }
    const secret = await decryptWithAny(stored.secret);
    const backupCodes = await decryptWithAny(stored.backupCodes);
    if (secret === null || backupCodes === null) {
      unreadable.push(stored.userId);
      continue;
    }
    await replaceSecondFactor(stored, { secret: await encrypt(secret), backupCodes: await encrypt(backupCodes) });
    renewed += 1;
  }
  return { renewed, unreadable };
}

/** Whether one of the keys can decrypt this second factor. */
export async function isReadable(stored: StoredSecondFactor): Promise<boolean> {
  return (await decryptWithAny(stored.secret)) !== null && (await decryptWithAny(stored.backupCodes)) !== null;
}

/** Throws better-auth's 403 if the user has a second factor that no key can decrypt: no code can be right then. */
export async function refuseUnreadable(userId: string): Promise<void> {
  const stored = await readSecondFactor(userId);
  if (stored !== null && !(await isReadable(stored))) {
    log("error", "second_factors_unreadable", { count: 1 });
    throw new APIError("FORBIDDEN", { code: "SECOND_FACTOR_UNREADABLE", message: "Unreadable second factor" });
  }
}

function isCurrent(encrypted: string): boolean {
  return encrypted.startsWith(CURRENT_ENVELOPE);
}

async function encrypt(text: string): Promise<string> {
  const [current] = authKeys.secrets;
  if (current === undefined) {
    throw new Error("AUTH_SECRET is empty");
  }
  const keys = new Map([[current.version, current.value]]);
  return symmetricEncrypt({ key: { keys, currentVersion: current.version }, data: text });
}

/** Tries every key: what versions without a list of keys wrote does not name its key. null if none is right. */
async function decryptWithAny(encrypted: string): Promise<string | null> {
  const ciphertext = encrypted.replace(/^\$ba\$\d+\$/, "");
  for (const key of env.AUTH_SECRET) {
    try {
      return await symmetricDecrypt({ key, data: ciphertext });
    } catch {
      // Another key encrypted it: the cipher authenticates what it decrypts.
    }
  }
  return null;
}
