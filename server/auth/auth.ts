import { randomBytes } from "node:crypto";

import { betterAuth, type BetterAuthOptions } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { nextCookies } from "better-auth/next-js";
import { twoFactor as twoFactorPlugin } from "better-auth/plugins/two-factor";
import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { after } from "next/server";
import { cache } from "react";

import { db } from "@/db/driver/client";
import { noteSeen, SEEN_EVERY_MS } from "@/db/people/sessions";
import { admitUser } from "@/db/people/users";
import { account, session, twoFactor, user, verification } from "@/db/schema/people";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { includesRole, isRole, type Role } from "@/lib/people/role";
import { safeNextPath } from "@/lib/url/next-path";

import {
  forgetSecondFactorAttempts,
  forgetSignInAttempts,
  recordFailedSignIn,
  recordJoined,
  recordSignIn,
  takeSecondFactorAttempt,
  takeSignInAttempt,
} from "./attempts";

/**
 * Who is signed in, and the gates. Every page, action and route handler calls one of `requirePage`, `requireAction` and `requireApi`
 * first, with the role it needs; a layout's check is none, because a layout is not run again on the way from page to page.
 */

const WEEK_SECONDS = 7 * 24 * 60 * 60;
const secure = env.APP_URL.startsWith("https://");

/** For `auth` here, and for single sign-on, which is an instance of its own. */
export const authOptions = {
  appName: "Callboard",
  baseURL: env.APP_URL,
  secret: env.AUTH_SECRET,
  database: drizzleAdapter(db, { provider: "pg", schema: { user, session, account, verification, twoFactor } }),
  user: {
    additionalFields: {
      role: { type: "string", required: true, defaultValue: "viewer", input: false },
      deactivatedAt: { type: "date", required: false, input: false },
    },
  },
  session: {
    expiresIn: WEEK_SECONDS,
    updateAge: WEEK_SECONDS / 7,
    additionalFields: { lastSeenAt: { type: "date", required: false, input: false } },
  },
  advanced: {
    cookiePrefix: "callboard",
    useSecureCookies: secure,
    defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure, path: "/" },
    ipAddress: { disableIpTracking: true },
  },
  // People open a self-hosted server by its name, its address or `localhost`: the page's own origin is as good as `APP_URL`.
  trustedOrigins: (request) => {
    const origin = request?.headers.get("origin");
    return origin && request && isSameOrigin(request.headers, env.APP_URL) ? [origin] : [];
  },
  // Its own limiter counts by address alone, in one bucket for all where no address can be believed: one guesser would lock everybody
  // out. The hooks below count by account and by address.
  rateLimit: { enabled: false },
  databaseHooks: {
    session: {
      create: {
        before: async (begun, context) => {
          const admitted = await admitUser(begun.userId);
          if (admitted === "deactivated") {
            throw new APIError("FORBIDDEN", { code: "DEACTIVATED", message: "Deactivated" });
          }
          const joined =
            admitted === "joined" ? await context?.context.internalAdapter.findUserById(begun.userId) : null;
          if (joined) {
            await recordJoined(context?.headers, joined, "single sign-on");
          }
          const ipAddress = context?.headers ? clientIp(context.headers, env.CLIENT_IP_HEADER) : null;
          return { data: { ...begun, ipAddress, lastSeenAt: new Date() } };
        },
      },
    },
  },
  telemetry: { enabled: false },
  // Its messages carry e-mail addresses and queries with their values; errors go to the caller, who names them in the log.
  logger: { disabled: true },
  onAPIError: { throw: true },
} satisfies BetterAuthOptions;

export const auth = betterAuth({
  ...authOptions,
  emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 128 },
  hooks: {
    before: createAuthMiddleware(async (context) => {
      if (context.path === "/sign-in/email") {
        await takeSignInAttempt(context.headers, context.body as unknown);
      } else if (SECOND_STEPS.has(context.path)) {
        const challenge = await challengeOf(context);
        const begun = challenge ? await context.context.internalAdapter.findVerificationValue(challenge) : null;
        const person = begun ? await context.context.internalAdapter.findUserById(begun.value) : null;
        if (person) {
          await takeSecondFactorAttempt(context.headers, person, context.body as unknown);
        }
      } else if (context.path === "/sign-out") {
        const found = await getSessionFromCtx(context, { disableRefresh: true });
        if (found !== null) {
          await recordSignIn("sign_out", context.headers, found.user);
        }
      }
    }),
    after: createAuthMiddleware(async (context) => {
      const { newSession, returned } = context.context;
      if (context.path === "/get-session") {
        const found = returned as { user?: { deactivatedAt?: unknown } } | null | undefined;
        return found?.user?.deactivatedAt ? context.json(null) : undefined;
      }
      if (context.path === "/sign-in/email") {
        if (newSession === null) {
          await recordFailedSignIn(context.headers, context.body as unknown, "password");
          return undefined;
        }
        await forgetSignInAttempts(context.headers, context.body as unknown);
        if (!(newSession.user as { twoFactorEnabled?: unknown }).twoFactorEnabled) {
          await recordSignIn("sign_in", context.headers, newSession.user, "password");
        }
      } else if (SECOND_STEPS.has(context.path)) {
        const challenge = await challengeOf(context);
        if (challenge !== null && newSession !== null) {
          await forgetSecondFactorAttempts(newSession.user.id);
          await recordSignIn("sign_in", context.headers, newSession.user, "second factor");
        } else if (challenge !== null) {
          const begun = await context.context.internalAdapter.findVerificationValue(challenge);
          const refused = begun ? await context.context.internalAdapter.findUserById(begun.value) : null;
          await recordFailedSignIn(context.headers, refused, "second factor");
        }
      }
      return undefined;
    }),
  },
  plugins: [
    // Its own count of wrong codes is looked at before and raised after a try: many at once would pass. Ours is one statement.
    twoFactorPlugin({
      accountLockout: { enabled: false },
      backupCodeOptions: { customBackupCodesGenerate: makeBackupCodes },
    }),
    nextCookies(),
  ],
});

const BACKUP_CODES = 10;
/** Thirty-two signs that nobody takes for one another on paper. */
const BACKUP_CODE_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789";

/** `k7m2p-9xq4t`: fifty random bits each. */
function makeBackupCodes(): string[] {
  return Array.from({ length: BACKUP_CODES }, () => {
    const signs = [...randomBytes(10)].map((byte) => BACKUP_CODE_SIGNS[byte % 32]).join("");
    return `${signs.slice(0, 5)}-${signs.slice(5)}`;
  });
}

const SECOND_STEPS: ReadonlySet<string | undefined> = new Set([
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
]);

type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** What the browser was given for a right password until the code comes; null where it is signed in already, or was not asked for one. */
async function challengeOf(context: HookContext): Promise<string | null> {
  const cookie = context.context.createAuthCookie("two_factor");
  return (await context.getSignedCookie(cookie.name, context.context.secret)) || null;
}

/**
 * Only reads. It does not take the cookie of an ended session away: that would make Next show the page anew after an action, which would
 * then lead to the sign-in page and lose what was typed.
 */
const sessions = betterAuth(authOptions);

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
  // Not the request's header: an action that has just renewed the session is followed by the page, in the same request.
  const cookie = (await cookies()).toString();
  // A page cannot set cookies: `SessionKeeper` in the shell prolongs the session, its cookie and its row together.
  const found = await sessions.api
    .getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } })
    .catch((error: unknown) => {
      log("error", "session_unavailable", { error_code: errorCode(error) });
      throw new SessionUnavailable("The session could not be read");
    });
  if (found === null || found.user.deactivatedAt || !isRole(found.user.role)) {
    return null;
  }
  const { id, name, email, role } = found.user;
  const sessionId = found.session.id;
  const seen = found.session.lastSeenAt?.getTime() ?? 0;
  if (Date.now() - seen > SEEN_EVERY_MS) {
    after(() =>
      noteSeen(sessionId).catch((error: unknown) => log("warn", "not_seen", { error_code: errorCode(error) })),
    );
  }
  return { id, name, email, role, sessionId };
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
