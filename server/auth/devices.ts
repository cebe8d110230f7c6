import type { createAuthMiddleware } from "better-auth/api";
import { cookies } from "next/headers";

import { hasSignedInBefore, rememberDevice } from "@/db/people/known-devices";
import { deviceOf } from "@/lib/http/user-agent";
import { errorCode, log } from "@/lib/log";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { notify } from "@/server/notices";

import { addressOf } from "./attempt-keys";
import { DEVICE_COOKIE, DEVICE_COOKIE_OPTIONS, makeDeviceCookie, readDeviceCookie } from "./device-cookie";

export type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** The hash of the token in the cookie of this request's browser; null without a valid cookie. For pages and actions. */
export async function requestDevice(): Promise<string | null> {
  return hashOfCookie((await cookies()).get(DEVICE_COOKIE)?.value);
}

/** The same, for a hook of better-auth. */
export function deviceOfHook(context: HookContext): string | null {
  return hashOfCookie(context.getCookie(DEVICE_COOKIE));
}

function hashOfCookie(cookie: string | null | undefined): string | null {
  const token = readDeviceCookie(cookie);
  return token === null ? null : hashToken(token);
}

/**
 * Makes this browser a known device of a user who has just completed a sign-in, second factor included, and tells the user if it is a new one.
 * Call it before the sign-in is recorded: a user's very first sign-in is no news. Never throws, because the user is signed in either way.
 */
export async function rememberSignInDevice(context: HookContext, userId: string): Promise<void> {
  try {
    const token = readDeviceCookie(context.getCookie(DEVICE_COOKIE)) ?? makeToken();
    const userAgent = context.headers?.get("user-agent") ?? null;
    const [isNew, isFirst] = await Promise.all([
      rememberDevice({ userId, tokenHash: hashToken(token), userAgent }),
      hasSignedInBefore(userId).then((before) => !before),
    ]);
    context.setCookie(DEVICE_COOKIE, makeDeviceCookie(token), DEVICE_COOKIE_OPTIONS);
    if (isNew && !isFirst) {
      const { browser, system } = deviceOf(userAgent);
      await notify(userId, "new_device", {
        ...(browser === null ? {} : { browser }),
        ...(system === null ? {} : { system }),
        ...addressDetail(context.headers),
      });
    }
  } catch (error) {
    log("error", "device_not_remembered", { error_code: errorCode(error) });
  }
}

/** The client's address for the details of a notice. Empty if it is unknown. */
export function addressDetail(requestHeaders: Headers | undefined): { address?: string } {
  const address = addressOf(requestHeaders);
  return address === null ? {} : { address };
}
