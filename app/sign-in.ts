import { isAPIError } from "better-auth/api";
import { headers } from "next/headers";

import { auth } from "@/app/auth";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { isSameOrigin } from "@/lib/same-origin";

export type SignInAnswer =
  | { ok: true }
  | { ok: false; reason: "credentials" | "unavailable" | "forbidden" }
  | { ok: false; reason: "tooMany"; seconds: number };

/** Checks an e-mail and a password and sets the session's cookie. To be called by actions of the pages before the door. */
export async function signInWith(email: string, password: string): Promise<SignInAnswer> {
  const requestHeaders = await headers();
  if (!isSameOrigin(requestHeaders, env.APP_URL)) {
    return { ok: false, reason: "forbidden" };
  }
  try {
    await auth.api.signInEmail({ body: { email, password }, headers: requestHeaders });
    return { ok: true };
  } catch (error) {
    if (isAPIError(error) && error.status === "TOO_MANY_REQUESTS") {
      const seconds = Number((error.body as { retryAfter?: unknown } | undefined)?.retryAfter);
      return { ok: false, reason: "tooMany", seconds: Number.isFinite(seconds) ? seconds : 60 };
    }
    if (isAPIError(error) && error.statusCode < 500) {
      return { ok: false, reason: "credentials" };
    }
    log("error", "sign_in_unavailable", { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}
