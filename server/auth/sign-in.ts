import { isAPIError } from "better-auth/api";
import type { Route } from "next";
import { cookies, headers } from "next/headers";

import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { latinDigits } from "@/lib/text/digits";

import { auth } from "./auth";
import { normalizeBackupCode } from "./backup-codes";

type Refusal =
  | { ok: false; reason: "unavailable" | "forbidden" }
  /** `seconds`: how long to wait. */
  | { ok: false; reason: "tooMany"; seconds: number };

export type SignInAnswer =
  /** `code`: the password was right, and a code from the second factor is still to come (`/sign-in/code`). */
  { ok: true; next: "in" | "code" } | { ok: false; reason: "credentials" | "deactivated" } | Refusal;

/** Checks an e-mail and a password and sets the session's cookie. To be called by actions of the pages before the door. */
export async function signInWith(email: string, password: string): Promise<SignInAnswer> {
  return attempt<SignInAnswer>("sign_in_unavailable", async (requestHeaders) => {
    try {
      const answer = await auth.api.signInEmail({ body: { email, password }, headers: requestHeaders });
      return { ok: true, next: "twoFactorRedirect" in answer ? "code" : "in" };
    } catch (error) {
      const { code, status } = refusalOf(error);
      return { ok: false, reason: status === 403 && code === "DEACTIVATED" ? "deactivated" : "credentials" };
    }
  });
}

/** Where to go once the password was right: to where the person was heading, or to the second step first. */
export function afterPassword(step: "in" | "code", next = "/"): Route {
  if (step === "in") {
    return next as Route;
  }
  return (next === "/" ? "/sign-in/code" : `/sign-in/code?${new URLSearchParams({ next })}`) as Route;
}

export type SecondFactorAnswer =
  | { ok: true }
  /** `expired`: begin anew with the password. */
  | { ok: false; reason: "code" | "expired" }
  | Refusal;

export const SECOND_FACTORS = ["totp", "backup"] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** The second step: a code of an authenticator app, or one of the backup codes, each of which is good once. */
export async function signInWithCode(factor: SecondFactor, code: string): Promise<SecondFactorAnswer> {
  return attempt<SecondFactorAnswer>("sign_in_unavailable", async (requestHeaders) => {
    try {
      await (factor === "totp"
        ? auth.api.verifyTOTP({ body: { code: latinDigits(code).replaceAll(/\D/g, "") }, headers: requestHeaders })
        : auth.api.verifyBackupCode({ body: { code: normalizeBackupCode(code) }, headers: requestHeaders }));
      return { ok: true };
    } catch (error) {
      const { code } = refusalOf(error);
      return { ok: false, reason: code === "INVALID_CODE" || code === "INVALID_BACKUP_CODE" ? "code" : "expired" };
    }
  });
}

/** Whether somebody is between the two steps. What the cookie is worth shows when the code comes. */
export async function isBetweenSteps(): Promise<boolean> {
  const { name } = (await auth.$context).createAuthCookie("two_factor");
  return (await cookies()).has(name);
}

/** Refuses what does not come from our own pages, and answers for too many tries and a database that is away. */
async function attempt<Answer>(
  event: string,
  run: (requestHeaders: Headers) => Promise<Answer>,
): Promise<Answer | Refusal> {
  const requestHeaders = await headers();
  if (!isSameOrigin(requestHeaders, env.APP_URL)) {
    return { ok: false, reason: "forbidden" };
  }
  try {
    return await run(requestHeaders);
  } catch (error) {
    if (isAPIError(error) && error.status === "TOO_MANY_REQUESTS") {
      const seconds = Number((error.body as { retryAfter?: unknown } | undefined)?.retryAfter);
      return { ok: false, reason: "tooMany", seconds: Number.isFinite(seconds) ? seconds : 60 };
    }
    log("error", event, { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

/** What better-auth says against it; throws on everything that is no answer to the person. */
function refusalOf(error: unknown): { status: number; code: unknown } {
  if (!isAPIError(error) || error.statusCode >= 500 || error.status === "TOO_MANY_REQUESTS") {
    throw error;
  }
  return { status: error.statusCode, code: (error.body as { code?: unknown } | undefined)?.code };
}
