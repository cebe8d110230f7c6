import { APIError } from "better-auth/api";

import { forgetAttempts, type RateLimitRule, returnAttempt, takeAttempt } from "@/db/people/rate-limit";

import { accountKey, addressKey, hashOf } from "./attempt-keys";
import { recordRefusedSignIn } from "./sign-in-events";

/** The limits of signing in, for the hooks of `auth.ts`. An attempt counts before it is checked, so many at once cannot pass. */

const ACCOUNT_LIMIT = { max: 10, windowSeconds: 300 };
/** A successful attempt is returned to this count: a whole office signs in from one address in the morning. */
const ADDRESS_LIMIT = { max: 50, windowSeconds: 300 };
/** The person knows the password already, so a longer wait locks nobody else out. */
const SECOND_FACTOR_LIMIT = { max: 10, windowSeconds: 900 };
/** Longer than a code is valid. RFC 6238, 5.2: a code must not be accepted twice. */
const USED_CODE_SECONDS = 120;

/** Counts an attempt with a password. Throws better-auth's 429 where it is above a limit. */
export async function takeSignInAttempt(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  const refusal = await takeAttempts([
    { key: accountKey(body), ...ACCOUNT_LIMIT },
    ...(address === null ? [] : [{ key: address, ...ADDRESS_LIMIT }]),
  ]);
  if (refusal !== null) {
    await recordRefusedSignIn(requestHeaders, body, "password", ACCOUNT_LIMIT.windowSeconds);
    throw refusal;
  }
}

/**
 * Counts an attempt at the second factor and marks its code as used. Throws better-auth's 429 where it is above the limit, and its 401
 * where the code was used before.
 *
 * @param person the user whose password was right
 */
export async function takeSecondFactorAttempt(
  requestHeaders: Headers | undefined,
  person: { id: string; email: string },
  body: unknown,
): Promise<void> {
  const refusal = await takeAttempts([{ key: secondFactorKey(person.id), ...SECOND_FACTOR_LIMIT }]);
  if (refusal !== null) {
    await recordRefusedSignIn(requestHeaders, person, "second factor", SECOND_FACTOR_LIMIT.windowSeconds);
    throw refusal;
  }
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
  if (!(await markCodeUsed(person.id, code))) {
    throw new APIError("UNAUTHORIZED", { code: "INVALID_CODE", message: "Invalid code" });
  }
}

/** Marks a user's code as used. False where it was marked already, within `USED_CODE_SECONDS`. */
export async function markCodeUsed(userId: string, code: string): Promise<boolean> {
  const key = `second-factor:used:${hashOf(`${userId}:${code}`)}`;
  return (await takeAttempt({ key, max: 1, windowSeconds: USED_CODE_SECONDS })).ok;
}

/** After a right password: forgets the account's attempts, and gives this one back to the address. */
export async function forgetSignInAttempts(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  await Promise.all([forgetAttempts(accountKey(body)), address === null ? null : returnAttempt(address)]);
}

/** After a right code. */
export async function forgetSecondFactorAttempts(userId: string): Promise<void> {
  await forgetAttempts(secondFactorKey(userId));
}

function secondFactorKey(userId: string): string {
  return `second-factor:account:${userId}`;
}

/** Counts an attempt by every rule; the error to throw where one of them refuses it, with the longest wait. */
async function takeAttempts(rules: RateLimitRule[]): Promise<APIError | null> {
  const answers = await Promise.all(rules.map(takeAttempt));
  const waits = answers.flatMap((answer) => (answer.ok ? [] : [answer.retryAfterSeconds]));
  if (waits.length === 0) {
    return null;
  }
  const retryAfter = Math.max(...waits);
  return new APIError(
    "TOO_MANY_REQUESTS",
    { code: "TOO_MANY_ATTEMPTS", message: "Too many attempts", retryAfter },
    { "retry-after": String(retryAfter) },
  );
}
