import { AsyncLocalStorage } from "node:async_hooks";

import { APIError } from "better-auth/api";

import { readAccountOfSignIn, readDeviceId } from "@/db/people/known-devices";
import { forgetAttempts, type RateLimitRule, returnAttempt, takeAttempt } from "@/db/people/rate-limit";
import { endUnlessUnchanged } from "@/db/people/sessions";
import { afterAnswer } from "@/server/after-answer";
import { notify } from "@/server/notices";

import { accountKey, addressKey, emailOf, hashOf } from "./attempt-keys";
import { addressDetail, deviceOfHook, type HookContext } from "./devices";
import { enterLane, hashInLane, hashPassword, type Lane, tooMany, verifyInLane, verifyKnown } from "./password-checks";
import { recordRefusedSignIn, recordRefusedSource } from "./sign-in-events";

/**
 * Rate limits of sign-ins, for the hooks in `auth.ts`. Attempts are counted before they are checked, so that concurrent attempts cannot
 * exceed a limit.
 *
 * Answers must not reveal which accounts exist. So an attempt is counted, delayed and refused in the same way whether its account exists or
 * not. Only a browser in which the account's owner has signed in before is treated differently: strangers cannot use up its attempts.
 */

const ACCOUNT_LIMIT = { max: 10, windowSeconds: 300 };
/** Successful attempts are subtracted again, because a whole office may sign in from one address. */
const ADDRESS_LIMIT = { max: 50, windowSeconds: 300 };
/**
 * One limit for all strangers together: without it, invented e-mails would buy any number of hashes. It counts existing accounts too,
 * because a count of invented ones alone would tell a stranger which are which. Successful attempts are subtracted again.
 */
const STRANGERS_LIMIT = { key: "sign-in:strangers", max: 100, windowSeconds: 300 };
/**
 * When the limit of an account or of all strangers is used up, each client address has a few attempts left, so that the right person is not
 * locked out by others. Those without a known address share them.
 */
const RESERVE_LIMIT = { max: 5, windowSeconds: 300 };
/** A known device has its own attempts. */
const DEVICE_LIMIT = { max: 10, windowSeconds: 300 };
/** Only someone who knows the password can use up this limit, so strangers cannot lock a user out, even with a long window. */
const SECOND_FACTOR_LIMIT = { max: 10, windowSeconds: 900 };
/** Longer than a code is valid: a code must not be accepted twice (RFC 6238, 5.2). */
const USED_CODE_SECONDS = 120;
/** An account's owner is told of the tenth wrong password within this time, and not again before it has passed. */
const WRONG_PASSWORDS_LIMIT = { max: 9, windowSeconds: 12 * 60 * 60 };

/** One sign-in by password, from its first hook to its answer. */
type SignInAttempt = {
  /** Whether this request has just set the password, with a link for example. No limit applies then. */
  isVouched: boolean;
  lane: Lane;
  leave: (() => void) | null;
  /** The account; null if there is none that can sign in with a password. */
  userId: string | null;
  hasSecondFactor: boolean;
  /** The hash that the password matches; null until it was checked. */
  passwordHash: string | null;
  /** The known device; null for a stranger's. */
  deviceId: string | null;
  /**
   * How long the account's limit stays used up; 0 if it is not. Until then only a known device, or the right password with a second factor,
   * gets further.
   */
  lockedSeconds: number;
  /** Whether there were several wrong passwords before. */
  isMany: boolean;
};

const currentAttempt = new AsyncLocalStorage<SignInAttempt>();

/** Runs a sign-in by password. The hooks refuse one that was not started with this function, because nothing would free its place. */
export async function asSignInAttempt<T>(run: () => Promise<T>, { isVouched = false } = {}): Promise<T> {
  const attempt: SignInAttempt = {
    isVouched,
    lane: isVouched ? "known" : "strangers",
    leave: null,
    userId: null,
    hasSecondFactor: false,
    passwordHash: null,
    deviceId: null,
    lockedSeconds: 0,
    isMany: false,
  };
  try {
    return await currentAttempt.run(attempt, run);
  } finally {
    attempt.leave?.();
  }
}

/** Counts an attempt with a password. Throws better-auth's 429 if it exceeds a limit or too many others are signing in. */
export async function takeSignInAttempt(context: HookContext): Promise<void> {
  const attempt = currentAttempt.getStore();
  if (attempt === undefined) {
    throw new Error("A sign-in must run in asSignInAttempt");
  }
  const { headers } = context;
  const body: unknown = context.body;
  const address = addressKey(headers);
  if (attempt.isVouched) {
    attempt.leave = enterLane("known", null);
    return;
  }
  const device = deviceOfHook(context);
  if (device === null) {
    // Before the first query, so that a flood costs nothing else.
    attempt.leave = enterLane("strangers", address);
  }
  const account = await readAccountOfSignIn(emailOf(body), device);
  if (account !== null) {
    attempt.userId = account.userId;
    attempt.hasSecondFactor = account.twoFactorEnabled;
    attempt.deviceId = account.deviceId;
  }
  if (attempt.deviceId !== null) {
    attempt.lane = "known";
  }
  attempt.leave ??= enterLane(attempt.lane, address);
  const wait =
    attempt.deviceId === null
      ? await takeAsStranger(attempt, headers, body, address)
      : await waitOf({ key: deviceKey("sign-in", attempt.deviceId), ...DEVICE_LIMIT });
  if (wait > 0) {
    throw tooManyAttempts(wait);
  }
  attempt.isMany = (await waitOf({ key: wrongPasswordsKey(body), ...WRONG_PASSWORDS_LIMIT })) > 0;
}

/**
 * Counts a stranger's attempt. Returns how many seconds to wait: 0 if the password may be checked. Stops at the first limit that refuses it: a
 * count has a row for each e-mail, and a sender who has no attempt left must not be able to fill the table with invented ones.
 */
async function takeAsStranger(
  attempt: SignInAttempt,
  headers: Headers | undefined,
  body: unknown,
  address: string | null,
): Promise<number> {
  const addressWait = address === null ? 0 : await waitOf({ key: address, ...ADDRESS_LIMIT });
  if (addressWait > 0) {
    await recordRefusedSource(headers, "address", ADDRESS_LIMIT.windowSeconds);
    return addressWait;
  }
  if ((await waitOf(STRANGERS_LIMIT)) > 0) {
    const reserveWait = await waitOfReserve("strangers", address);
    if (reserveWait > 0) {
      await recordRefusedSource(headers, "strangers", STRANGERS_LIMIT.windowSeconds);
      return reserveWait;
    }
  }
  attempt.lockedSeconds = await waitOf({ key: accountKey(body), ...ACCOUNT_LIMIT });
  if (attempt.lockedSeconds === 0) {
    return 0;
  }
  await recordRefusedSignIn(headers, body, "password", ACCOUNT_LIMIT.windowSeconds);
  return waitOfReserve(accountKey(body), address);
}

/** Counts an attempt beyond a limit. Returns how many seconds to wait: 0 if the address has some left. */
function waitOfReserve(limit: string, address: string | null): Promise<number> {
  return waitOf({ key: `sign-in:reserve:${hashOf(`${limit} ${address}`)}`, ...RESERVE_LIMIT });
}

/** Checks a password, for better-auth. */
export async function verifyPassword(password: { hash: string; password: string }): Promise<boolean> {
  const attempt = currentAttempt.getStore();
  if (attempt === undefined) {
    return verifyKnown(password);
  }
  const isRight = await verifyInLane(attempt.lane, password);
  refuseIfLocked(attempt, isRight && attempt.hasSecondFactor);
  if (isRight) {
    attempt.passwordHash = password.hash;
  }
  return isRight;
}

/**
 * Call it when a session has begun. Throws better-auth's 401 and ends the session if the password or the second factor was changed while this
 * attempt checked them.
 */
export async function refuseIfChanged(session: { id: string; userId: string }): Promise<void> {
  const { passwordHash = null, isVouched = false, hasSecondFactor = false } = currentAttempt.getStore() ?? {};
  if (passwordHash === null || isVouched) {
    return;
  }
  if (!(await endUnlessUnchanged(session, { passwordHash, twoFactorEnabled: hasSecondFactor }))) {
    throw new APIError("UNAUTHORIZED", { code: "INVALID_EMAIL_OR_PASSWORD", message: "Invalid email or password" });
  }
}

/**
 * Hashes a password, for better-auth: a new one, or that of an account that does not exist, whose check must take as long and get the same
 * answer as any other.
 */
export async function hashPasswordOfAttempt(password: string): Promise<string> {
  const attempt = currentAttempt.getStore();
  if (attempt === undefined) {
    return hashPassword(password);
  }
  const passwordHash = await hashInLane(attempt.lane, password);
  refuseIfLocked(attempt, false);
  return passwordHash;
}

/**
 * Throws better-auth's 429 if the account is locked: it refuses the right password as it refuses a wrong one, unless the second factor is still
 * to come. Not in a hook, because better-auth would answer with the status of the error before it.
 */
function refuseIfLocked({ lockedSeconds }: SignInAttempt, isLetThrough: boolean): void {
  if (lockedSeconds > 0 && !isLetThrough) {
    throw tooManyAttempts(lockedSeconds);
  }
}

/** Call it after a refused password. Tells the account's owner if there were several wrong ones. */
export function failSignInAttempt({ headers }: HookContext): void {
  const attempt = currentAttempt.getStore();
  if (attempt !== undefined) {
    tellIfMany(attempt, headers);
  }
}

/** Call it after a correct password: resets the counts of the account and the device, and subtracts this attempt from the shared ones. */
export async function forgetSignInAttempts(context: HookContext): Promise<void> {
  const address = addressKey(context.headers);
  const deviceId = currentAttempt.getStore()?.deviceId ?? null;
  await forgetAttempts(wrongPasswordsKey(context.body));
  if (deviceId !== null) {
    // The count of the account stays: it holds strangers off, who have nothing to do with this device.
    await forgetAttempts(deviceKey("sign-in", deviceId));
    return;
  }
  await forgetAttempts(accountKey(context.body));
  await returnAttempt(STRANGERS_LIMIT.key);
  if (address !== null) {
    await returnAttempt(address);
  }
}

/** Tells the owner after the answer, because the answer must take the same time for an account that nobody owns. */
function tellIfMany({ userId, isMany }: SignInAttempt, headers: Headers | undefined): void {
  if (userId === null || !isMany) {
    return;
  }
  afterAnswer("notice", async () => {
    const isFirst = (await waitOf({ ...WRONG_PASSWORDS_LIMIT, key: `notice:wrong-passwords:${userId}`, max: 1 })) === 0;
    if (isFirst) {
      await notify(userId, "wrong_passwords", addressDetail(headers));
    }
  });
}

/* ── Second factor ───────────────────────────────────────────────────────────────────────────────────────────────── */

/**
 * Counts an attempt at the second factor. Throws better-auth's 429 if it exceeds the limit.
 *
 * @param person the user, who has passed the first step
 */
export async function takeSecondFactorAttempt(
  context: HookContext,
  person: { id: string; email: string },
): Promise<void> {
  const wait = await waitOf({ key: await secondFactorKey(context, person.id), ...SECOND_FACTOR_LIMIT });
  if (wait > 0) {
    await recordRefusedSignIn(context.headers, person, "second factor", SECOND_FACTOR_LIMIT.windowSeconds);
    throw tooManyAttempts(wait);
  }
}

/** Marks the code of an attempt at the second factor as used. Throws better-auth's 401 if it was used before. */
export async function refuseUsedCode(context: HookContext, person: { id: string }): Promise<void> {
  const body: unknown = context.body;
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

/** Call it after a correct code: resets the count of the second factor. */
export async function forgetSecondFactorAttempts(context: HookContext, userId: string): Promise<void> {
  await forgetAttempts(await secondFactorKey(context, userId));
}

/** A known device has its own attempts, so that somebody who knows the password cannot lock the owner out. */
async function secondFactorKey(context: HookContext, userId: string): Promise<string> {
  const device = deviceOfHook(context);
  const deviceId = device === null ? null : await readDeviceId(userId, device);
  return deviceId === null ? `second-factor:account:${userId}` : deviceKey("second-factor", deviceId);
}

/* ── Counts ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

function deviceKey(step: "sign-in" | "second-factor", deviceId: string): string {
  return `${step}:device:${deviceId}`;
}

function wrongPasswordsKey(body: unknown): string {
  return `sign-in:wrong:${hashOf(accountKey(body))}`;
}

/** Counts an attempt under a rule. Returns how many seconds to wait: 0 if it is within the limit. */
async function waitOf(rule: RateLimitRule): Promise<number> {
  const answer = await takeAttempt(rule);
  return answer.ok ? 0 : answer.retryAfterSeconds;
}

function tooManyAttempts(retryAfter: number): APIError {
  return tooMany("TOO_MANY_ATTEMPTS", "Too many attempts", retryAfter);
}
