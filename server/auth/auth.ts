import { betterAuth, type BetterAuthOptions } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { nextCookies } from "better-auth/next-js";
import { twoFactor as twoFactorPlugin } from "better-auth/plugins/two-factor";

import { db } from "@/db/driver/client";
import { admitAtSignIn } from "@/db/people/admission";
import { account, session, twoFactor, user, verification } from "@/db/schema/people";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { PASSWORD_MAX, PASSWORD_MIN } from "@/lib/people/password";
import { MAX_LIFETIME_MINUTES } from "@/lib/people/session-limits";

import {
  failSignInAttempt,
  forgetSecondFactorAttempts,
  forgetSignInAttempts,
  hashPasswordOfAttempt,
  refuseIfChanged,
  takeSecondFactorAttempt,
  refuseUsedCode,
  takeSignInAttempt,
  verifyPassword,
} from "./attempts";
import { makeBackupCodes } from "./backup-codes";
import { type HookContext, rememberSignInDevice } from "./devices";
import { authKeys } from "./keys";
import { refuseUnreadable } from "./second-factor-keys";
import { endOthersAfterChange, endReplaced, withLiveSessions } from "./sessions";
import { recordFailedSignIn, recordJoined, recordSignIn } from "./sign-in-events";

/** Configures better-auth. The gates in `gates.ts` decide what a request may do. */

const secure = env.APP_URL.startsWith("https://");

/** The route of better-auth to which the identity provider redirects. */
const SINGLE_SIGN_ON_CALLBACK = "/callback/:id";

/** The codes of a refused session, for `readRefusal` of `sign-in.ts` and for the URL of the sign-in page. */
const ADMISSION_CODES = {
  deactivated: "DEACTIVATED",
  uninvited: "UNINVITED",
  singleSignOnOnly: "SINGLE_SIGN_ON_ONLY",
} as const;

/** Shared by all three instances of better-auth: this one, the one in `gates.ts` and the one in `single-sign-on.ts`. */
export const authOptions = {
  appName: "Callboard",
  baseURL: env.APP_URL,
  ...authKeys,
  database: withLiveSessions(
    drizzleAdapter(db, { provider: "pg", schema: { user, session, account, verification, twoFactor } }),
  ),
  user: {
    additionalFields: {
      role: { type: "string", required: true, defaultValue: "viewer", input: false },
      deactivatedAt: { type: "date", required: false, input: false },
    },
  },
  session: {
    // The longest that a setting allows. `findSession` ends a session before, by the limits of the role; nothing extends it.
    expiresIn: MAX_LIFETIME_MINUTES * 60,
    disableSessionRefresh: true,
    additionalFields: { lastSeenAt: { type: "date", required: false, input: false } },
  },
  advanced: {
    // RFC 6265bis, 4.1.3.2: with `__Host-`, the browser takes the cookie only from this host, over https and for all paths, so that no
    // neighbouring subdomain can plant a session. better-auth itself would put `__Secure-` in front.
    cookiePrefix: secure ? "__Host-callboard" : "callboard",
    useSecureCookies: false,
    defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure, path: "/" },
    ipAddress: { disableIpTracking: true },
  },
  // better-auth's limiter counts only by address, and uses one shared bucket if no address is known: one attacker would lock everybody
  // out. The hooks below count by account and by address.
  rateLimit: { enabled: false },
  databaseHooks: {
    session: {
      create: {
        before: async (created, context) => {
          // In a change of one's own account, better-auth replaces a session that exists.
          const isByPassword = context?.path !== SINGLE_SIGN_ON_CALLBACK && !context?.context.session;
          const admitted = await admitAtSignIn(created.userId, { isByPassword });
          if (!admitted.ok) {
            throw new APIError("FORBIDDEN", { code: ADMISSION_CODES[admitted.reason], message: "Not admitted" });
          }
          const joined = admitted.isJoining
            ? await context?.context.internalAdapter.findUserById(created.userId)
            : undefined;
          if (joined) {
            await recordJoined(context?.headers, joined);
          }
          const ipAddress = context?.headers ? clientIp(context.headers, env.CLIENT_IP_HEADER) : null;
          return { data: { ...created, ipAddress, createdAt: admitted.at, lastSeenAt: admitted.at } };
        },
        after: async (created, context) => {
          await refuseIfChanged(created);
          await endReplaced(context, created);
        },
      },
    },
  },
  telemetry: { enabled: false },
  // Its messages contain e-mail addresses and the values of queries. Errors are thrown to the caller, which logs only their codes.
  logger: { disabled: true },
  onAPIError: { throw: true },
} satisfies BetterAuthOptions;

export const auth = betterAuth({
  ...authOptions,
  emailAndPassword: {
    enabled: true,
    disableSignUp: true,
    minPasswordLength: PASSWORD_MIN,
    maxPasswordLength: PASSWORD_MAX,
    password: { hash: hashPasswordOfAttempt, verify: verifyPassword },
  },
  hooks: {
    before: createAuthMiddleware(async (context) => {
      if (context.path === "/sign-in/email") {
        await takeSignInAttempt(context);
      } else if (SECOND_STEPS.has(context.path)) {
        const challenge = await readChallenge(context);
        const person = challenge === null ? null : await challengedUser(context, challenge);
        if (person !== null) {
          await takeSecondFactorAttempt(context, person);
          // Before the code is marked as used: the second try with the same code gets the same answer.
          await refuseUnreadable(person.id);
          await refuseUsedCode(context, person);
        }
      } else if (context.path === "/sign-out") {
        const found = await getSessionFromCtx(context, { disableRefresh: true });
        if (found !== null) {
          await recordSignIn("sign_out", context.headers, found.user);
        }
      }
    }),
    after: createAuthMiddleware(async (context) => {
      const { newSession } = context.context;
      await endOthersAfterChange(context);
      if (context.path === "/sign-in/email") {
        if (newSession === null) {
          await recordFailedSignIn(context.headers, context.body as unknown, "password");
          failSignInAttempt(context);
          return undefined;
        }
        await forgetSignInAttempts(context);
        if (!(newSession.user as { twoFactorEnabled?: unknown }).twoFactorEnabled) {
          await rememberSignInDevice(context, newSession.user.id);
          await recordSignIn("sign_in", context.headers, newSession.user, "password");
        }
      } else if (SECOND_STEPS.has(context.path)) {
        const challenge = await readChallenge(context);
        if (challenge !== null && newSession !== null) {
          await forgetSecondFactorAttempts(context, newSession.user.id);
          await rememberSignInDevice(context, newSession.user.id);
          await recordSignIn("sign_in", context.headers, newSession.user, "second factor");
        } else if (challenge !== null) {
          await recordFailedSignIn(context.headers, await challengedUser(context, challenge), "second factor");
        }
      }
      return undefined;
    }),
  },
  plugins: [
    // better-auth reads its count of wrong codes before an attempt and increments it afterwards, so concurrent attempts would exceed the
    // limit. `takeSecondFactorAttempt` counts in one statement instead.
    twoFactorPlugin({
      accountLockout: { enabled: false },
      backupCodeOptions: { customBackupCodesGenerate: makeBackupCodes },
    }),
    nextCookies(),
  ],
});

const SECOND_STEPS: ReadonlySet<string | undefined> = new Set([
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
]);

/**
 * Reads the identifier of the pending sign-in from the cookie that a correct password sets. null if no sign-in is pending: the user is
 * already signed in, or needs no code.
 */
async function readChallenge(context: HookContext): Promise<string | null> {
  const cookie = context.context.createAuthCookie("two_factor");
  return (await context.getSignedCookie(cookie.name, context.context.secret)) || null;
}

/** The user of a pending sign-in; null if it has expired. */
async function challengedUser({ context }: HookContext, challenge: string) {
  const stored = await context.internalAdapter.findVerificationValue(challenge);
  return stored ? context.internalAdapter.findUserById(stored.value) : null;
}
