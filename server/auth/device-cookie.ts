import { createHmac, timingSafeEqual } from "node:crypto";

import { env } from "@/lib/env";

/**
 * The cookie by which a browser is known again after a complete sign-in. It contains a random token, of which the database has the hash, and
 * a signature, so that made-up cookies are refused without a query.
 */

const isSecure = env.APP_URL.startsWith("https://");

export const DEVICE_COOKIE = `${isSecure ? "__Host-" : ""}callboard.device`;

/** Browsers keep a cookie for at most 400 days. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export const DEVICE_COOKIE_OPTIONS = {
  httpOnly: true,
  sameSite: "lax",
  secure: isSecure,
  path: "/",
  maxAge: MAX_AGE_SECONDS,
} as const;

/** The token in a cookie; null if the cookie is missing or Callboard has not made it. */
export function readDeviceCookie(cookie: string | null | undefined): string | null {
  const [token = "", signature = ""] = (cookie ?? "").split(".");
  const given = Buffer.from(signature);
  const isOwn = env.AUTH_SECRET.some((key) => {
    const expected = Buffer.from(sign(token, key));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isOwn ? token : null;
}

/** The cookie for a token, signed with the current key. */
export function makeDeviceCookie(token: string): string {
  const [current = ""] = env.AUTH_SECRET;
  return `${token}.${sign(token, current)}`;
}

function sign(token: string, key: string): string {
  return createHmac("sha256", key).update(`device ${token}`).digest("base64url");
}
