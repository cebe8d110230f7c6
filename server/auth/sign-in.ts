import { isAPIError } from "better-auth/api";
import type { Route } from "next";
import { cookies, headers } from "next/headers";

import { errorCode, log } from "@/lib/log";
import { digitsOf } from "@/lib/text/digits";

import { asSignInAttempt } from "./attempts";
import { auth } from "./auth";
import { normalizeBackupCode } from "./backup-codes";
import { tooManyReason } from "./password-checks";

/** The two steps of signing in, for the actions of the public pages (`formAction`). Success sets the session's cookie. */

type Refusal =
  | { ok: false; reason: "unavailable" }
  /** `seconds`: how long to wait. */
  | { ok: false; reason: "busy" | "tooMany"; seconds: number };

type SignInAnswer =
  /** `code`: the password is correct, and a code of the second factor is still needed (`/sign-in/code`). */
  | { ok: true; next: "in" | "code" }
  | { ok: false; reason: "credentials" }
  | { ok: false; reason: "deactivated" | "singleSignOnOnly" }
  | Refusal;

/**
 * The first step: checks an e-mail and a password.
 *
 * @param isVouched whether this request has just set this password. No limit applies then.
 */
export async function signInWithPassword(
  email: string,
  password: string,
  { isVouched = false } = {},
): Promise<SignInAnswer> {
  return runStep<SignInAnswer>(async (requestHeaders) => {
    try {
      const answer = await asSignInAttempt(
        () => auth.api.signInEmail({ body: { email, password }, headers: requestHeaders }),
        { isVouched },
      );
      return { ok: true, next: "twoFactorRedirect" in answer ? "code" : "in" };
    } catch (error) {
      const { code, status } = readRefusal(error);
      const isRefused = status === 403 && (code === "DEACTIVATED" || code === "SINGLE_SIGN_ON_ONLY");
      return {
        ok: false,
        reason: isRefused ? (code === "DEACTIVATED" ? "deactivated" : "singleSignOnOnly") : "credentials",
      };
    }
  });
}

/** The URL to redirect to after a correct password: `next`, or the page of the second step, which then leads to `next`. */
export function hrefAfterPassword(step: "in" | "code", next = "/"): Route {
  if (step === "in") {
    return next as Route;
  }
  return (next === "/" ? "/sign-in/code" : `/sign-in/code?${new URLSearchParams({ next })}`) as Route;
}

type SecondFactorAnswer =
  | { ok: true }
  /** The user has to start again with the password. */
  | { ok: false; reason: "expired" }
  | { ok: false; reason: "code" }
  /** No key of AUTH_SECRET can decrypt the second factor. An administrator has to remove it. */
  | { ok: false; reason: "unreadable" }
  | Refusal;

export const SECOND_FACTORS = ["totp", "backup"] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** The second step: checks a code of an authenticator app (`totp`) or a backup code. Each code works once. */
export async function signInWithCode(factor: SecondFactor, code: string): Promise<SecondFactorAnswer> {
  return runStep<SecondFactorAnswer>(async (requestHeaders) => {
    try {
      await (factor === "totp"
        ? auth.api.verifyTOTP({ body: { code: digitsOf(code) }, headers: requestHeaders })
        : auth.api.verifyBackupCode({ body: { code: normalizeBackupCode(code) }, headers: requestHeaders }));
      return { ok: true };
    } catch (error) {
      const { code } = readRefusal(error);
      if (code === "SECOND_FACTOR_UNREADABLE") {
        return { ok: false, reason: "unreadable" };
      }
      return { ok: false, reason: code === "INVALID_CODE" || code === "INVALID_BACKUP_CODE" ? "code" : "expired" };
    }
  });
}

/** Whether the browser has the cookie that the first step sets. `signInWithCode` checks whether the cookie is still valid. */
export async function isCodePending(): Promise<boolean> {
  const { name } = (await auth.$context).createAuthCookie("two_factor");
  return (await cookies()).has(name);
}

/** Runs one step with the request's headers. Too many attempts and all unexpected errors become answers. */
async function runStep<Answer>(run: (requestHeaders: Headers) => Promise<Answer>): Promise<Answer | Refusal> {
  try {
    return await run(await headers());
  } catch (error) {
    const refusal = tooManyReason(error);
    if (refusal !== null) {
      return refusal;
    }
    log("error", "sign_in_unavailable", { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

/** The status and code of better-auth's refusal of an input. Rethrows all other errors. */
function readRefusal(error: unknown): { status: number; code: unknown } {
  if (!isAPIError(error) || error.statusCode >= 500 || error.status === "TOO_MANY_REQUESTS") {
    throw error;
  }
  return { status: error.statusCode, code: (error.body as { code?: unknown } | undefined)?.code };
}
