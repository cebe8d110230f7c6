import { createHash } from "node:crypto";

import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { nextCookies } from "better-auth/next-js";
import { headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";

import { db } from "@/db/client";
import { forgetAttempts, returnAttempt, takeAttempt } from "@/db/rate-limit";
import { account, session, user, verification } from "@/db/schema";
import { clientIp } from "@/lib/client-ip";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { safeNextPath } from "@/lib/next-path";
import { includesRole, isRole, type Role } from "@/lib/role";
import { isSameOrigin } from "@/lib/same-origin";

/**
 * Who is signed in, and the gates. Every page, action and route handler calls one of `requirePage`, `requireAction` and `requireApi`
 * first, with the role it needs; a layout's check is none, because a layout is not run again on the way from page to page.
 */

const WEEK_SECONDS = 7 * 24 * 60 * 60;
const secure = env.APP_URL.startsWith("https://");

export const auth = betterAuth({
  appName: "Callboard",
  baseURL: env.APP_URL,
  secret: env.AUTH_SECRET,
  database: drizzleAdapter(db, { provider: "pg", schema: { user, session, account, verification } }),
  user: {
    additionalFields: { role: { type: "string", required: true, defaultValue: "viewer", input: false } },
  },
  emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 128 },
  session: { expiresIn: WEEK_SECONDS, updateAge: WEEK_SECONDS / 7 },
  advanced: {
    cookiePrefix: "callboard",
    useSecureCookies: secure,
    defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure, path: "/" },
    ...(env.CLIENT_IP_HEADER === undefined
      ? { ipAddress: { disableIpTracking: true } }
      : { ipAddress: { ipAddressHeaders: [env.CLIENT_IP_HEADER] } }),
  },
  // People open a self-hosted server by its name, its address or `localhost`: the page's own origin is as good as `APP_URL`.
  trustedOrigins: (request) => {
    const origin = request?.headers.get("origin");
    return origin && request && isSameOrigin(request.headers, env.APP_URL) ? [origin] : [];
  },
  // Its own limiter counts by address alone, in one bucket for all where no address can be believed: one guesser would lock everybody
  // out. The hooks below count by account and by address.
  rateLimit: { enabled: false },
  hooks: {
    before: createAuthMiddleware(async (context) => {
      if (context.path === "/sign-in/email") {
        await takeSignInAttempt(context.headers, context.body as unknown);
      }
    }),
    after: createAuthMiddleware(async (context) => {
      if (context.path === "/sign-in/email" && context.context.newSession) {
        await forgetSignInAttempts(context.headers, context.body as unknown);
      }
    }),
  },
  telemetry: { enabled: false },
  // Its messages carry e-mail addresses and queries with their values; errors go to the caller, who names them in the log.
  logger: { disabled: true },
  onAPIError: { throw: true },
  plugins: [nextCookies()],
});

/* ── Guessing ────────────────────────────────────────────────────────────────────────────────────────────────────── */

const ACCOUNT_LIMIT = { max: 10, windowSeconds: 300 };
/** Wrong attempts only: a whole office signs in from one address in the morning. */
const ADDRESS_LIMIT = { max: 50, windowSeconds: 300 };

/** An account is counted whether it exists or not, and under a hash: the table holds no addresses of people. */
function accountKey(body: unknown): string {
  const email = typeof body === "object" && body !== null && "email" in body ? String(body.email) : "";
  return `sign-in:account:${createHash("sha256").update(email.trim().toLowerCase()).digest("hex")}`;
}

function addressKey(requestHeaders: Headers | undefined): string | null {
  const address = requestHeaders ? clientIp(requestHeaders, env.CLIENT_IP_HEADER) : null;
  return address === null ? null : `sign-in:address:${createHash("sha256").update(address).digest("hex")}`;
}

async function takeSignInAttempt(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  const answers = await Promise.all([
    takeAttempt({ key: accountKey(body), ...ACCOUNT_LIMIT }),
    address === null ? null : takeAttempt({ key: address, ...ADDRESS_LIMIT }),
  ]);
  const waits = answers.flatMap((answer) => (answer && !answer.ok ? [answer.retryAfterSeconds] : []));
  if (waits.length > 0) {
    const retryAfter = Math.max(...waits);
    throw new APIError(
      "TOO_MANY_REQUESTS",
      { code: "TOO_MANY_ATTEMPTS", message: "Too many attempts", retryAfter },
      { "retry-after": String(retryAfter) },
    );
  }
}

async function forgetSignInAttempts(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  await Promise.all([forgetAttempts(accountKey(body)), address === null ? null : returnAttempt(address)]);
}

/* ── The gates ───────────────────────────────────────────────────────────────────────────────────────────────────── */

export type SignedInUser = { id: string; name: string; email: string; role: Role; sessionId: string };

/** Thrown instead of what the driver says: an error of Postgres holds values, and Next prints what a page throws. */
class SessionUnavailable extends Error {
  override name = "SessionUnavailable";
}

/**
 * Who is asking, or null. One query for each request, however often it is called. Throws where the database cannot be asked: that is
 * no reason to show anybody a sign-in page.
 */
export const getUser = cache(async (): Promise<SignedInUser | null> => {
  const requestHeaders = await headers();
  // A page cannot set cookies: `SessionKeeper` in the shell prolongs the session, its cookie and its row together.
  const found = await auth.api
    .getSession({ headers: requestHeaders, query: { disableRefresh: true } })
    .catch((error: unknown) => {
      log("error", "session_unavailable", { error_code: errorCode(error) });
      throw new SessionUnavailable("The session could not be read");
    });
  if (found === null || !isRole(found.user.role)) {
    return null;
  }
  const { id, name, email, role } = found.user;
  return { id, name, email, role, sessionId: found.session.id };
});

/**
 * For pages, before anything is sent. Without a session it redirects to the sign-in page, which returns to this very URL; with a
 * lower role it answers 403.
 */
export async function requirePage(role: Role = "viewer"): Promise<SignedInUser> {
  const found = await getUser();
  if (found === null) {
    const next = safeNextPath((await headers()).get("x-url"));
    redirect(next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`);
  }
  if (!includesRole(found.role, role)) {
    forbidden();
  }
  return found;
}

export type ApiGate = { ok: true; user: SignedInUser } | { ok: false; response: Response };

/**
 * For route handlers. The refusal is ready to be returned: 401 without a session, 403 with a lower role, 503 where the database is
 * away. A handler that changes something passes its `request`: one that does not come from our own pages is refused with 403.
 */
export async function requireApi(role: Role = "viewer", request?: Request): Promise<ApiGate> {
  const refuse = (status: number, error: string): ApiGate => ({
    ok: false,
    response: Response.json({ error }, { status, headers: { "cache-control": "no-store" } }),
  });
  const isRead = request === undefined || request.method === "GET" || request.method === "HEAD";
  if (!isRead && !isSameOrigin(request.headers, env.APP_URL)) {
    return refuse(403, "cross_site");
  }
  try {
    const found = await getUser();
    if (found === null) {
      return refuse(401, "signed_out");
    }
    return includesRole(found.role, role) ? { ok: true, user: found } : refuse(403, "forbidden");
  } catch {
    return refuse(503, "unavailable");
  }
}

export type ActionGate =
  | { ok: true; user: SignedInUser }
  /** Also the keys of what to say: `auth.error.<reason>`. */
  | { ok: false; reason: "signedOut" | "forbidden" | "unavailable" };

/** For server actions: a union, because each of these is something a person can mend. */
export async function requireAction(role: Role = "viewer"): Promise<ActionGate> {
  if (!isSameOrigin(await headers(), env.APP_URL)) {
    return { ok: false, reason: "forbidden" };
  }
  try {
    const found = await getUser();
    if (found === null) {
      return { ok: false, reason: "signedOut" };
    }
    return includesRole(found.role, role) ? { ok: true, user: found } : { ok: false, reason: "forbidden" };
  } catch {
    return { ok: false, reason: "unavailable" };
  }
}
