import { APIError } from "better-auth/api";

import { forgetAttempts, type RateLimitRule, returnAttempt, takeAttempt } from "@/db/people/rate-limit";

import { accountKey, addressKey, hashOf } from "./attempt-keys";
import { recordRefusedSignIn } from "./sign-in-events";

/**
 * Rate limits of sign-ins, for the hooks in `auth.ts`. Attempts are counted before they are checked, so that concurrent attempts cannot
 * exceed a limit.
 */

const ACCOUNT_LIMIT = { max: 10, windowSeconds: 300 };
/** Successful attempts are subtracted again, because a whole office may sign in from one address. */
const ADDRESS_LIMIT = { max: 50, windowSeconds: 300 };
/** Only someone who knows the password can use up this limit, so strangers cannot lock a user out, even with a long window. */
const SECOND_FACTOR_LIMIT = { max: 10, windowSeconds: 900 };
/** Longer than a code is valid: a code must not be accepted twice (RFC 6238, 5.2). */
const USED_CODE_SECONDS = 120;

/** Counts an attempt with a password. Throws better-auth's 429 if it exceeds a limit. */
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
 * Counts an attempt at the second factor and marks its code as used. Throws better-auth's 429 if the attempt exceeds the limit, and its
 * 401 if the code was used before.
 *
 * @param person the user, who has passed the first step
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

/** Marks a user's code as used. False if it was already marked within `USED_CODE_SECONDS`. */
export async function markCodeUsed(userId: string, code: string): Promise<boolean> {
  const key = `second-factor:used:${hashOf(`${userId}:${code}`)}`;
  return (await takeAttempt({ key, max: 1, windowSeconds: USED_CODE_SECONDS })).ok;
}

/** Call it after a correct password: resets the count of the account, and subtracts this attempt from the count of the address. */
export async function forgetSignInAttempts(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  await Promise.all([forgetAttempts(accountKey(body)), address === null ? null : returnAttempt(address)]);
}

/** Call it after a correct code: resets the count of the second factor. */
export async function forgetSecondFactorAttempts(userId: string): Promise<void> {
  await forgetAttempts(secondFactorKey(userId));
}

function secondFactorKey(userId: string): string {
  return `second-factor:account:${userId}`;
}

/** Counts an attempt under every rule. Returns the error to throw, with the longest wait, if any rule refuses the attempt. */
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
