import { AsyncLocalStorage } from "node:async_hooks";

import { betterAuth } from "better-auth";
import { createAuthMiddleware, getOAuthState } from "better-auth/api";
import { nextCookies } from "better-auth/next-js";
import { genericOAuth } from "better-auth/plugins/generic-oauth";

import { connectsAtSignIn, setNameIfEmpty } from "@/db/people/admission";
import { endSessions, findSession } from "@/db/people/sessions";
import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";

import { authOptions } from "./auth";
import { rememberSignInDevice } from "./devices";
import { recordConnected, recordFailedSingleSignOn, recordJoined, recordSignIn } from "./sign-in-events";

/**
 * Sign-in by OpenID Connect, if the environment names a provider. It uses a separate instance of better-auth, created when it is first
 * needed: better-auth reads the provider's discovery document before it answers any request, so within `auth` an unavailable or slow
 * provider would also block sign-ins by password and the reading of sessions.
 */

/** Part of the redirect URI registered with the provider: `<APP_URL>/api/auth/callback/oidc`. */
export const PROVIDER_ID = "oidc";
const DISCOVERY_TIMEOUT_MS = 8_000;

/** The provider's name for the sign-in button; null if single sign-on is not configured. */
export function singleSignOn(): { name: string } | null {
  return config === null ? null : { name: env.OIDC_NAME ?? new URL(config.discoveryUrl).hostname };
}

const config =
  env.OIDC_DISCOVERY_URL !== undefined && env.OIDC_CLIENT_ID !== undefined && env.OIDC_CLIENT_SECRET !== undefined
    ? {
        discoveryUrl: env.OIDC_DISCOVERY_URL,
        clientId: env.OIDC_CLIENT_ID,
        clientSecret: env.OIDC_CLIENT_SECRET,
      }
    : null;

type Config = NonNullable<typeof config>;

const NO_TOKENS = { accessToken: null, refreshToken: null, idToken: null };

function createInstance({ discoveryUrl, clientId, clientSecret }: Config) {
  return betterAuth({
    ...authOptions,
    // For a browser that has no state, or whose state has ended. better-auth has no page at its own address.
    onAPIError: { ...authOptions.onAPIError, errorURL: `${env.APP_URL}/sign-in` },
    account: {
      // Anybody can start a sign-in, so its state is stored in a cookie, not in the database.
      storeStateStrategy: "cookie",
      updateAccountOnSignIn: false,
    },
    user: {
      ...authOptions.user,
      validateUserInfo: async ({ user, source }) => {
        if (!user.emailVerified) {
          return { error: "email_not_verified" };
        }
        if (source.action === "create-user" && !isAllowedDomain(user.email)) {
          return { error: "signup_disabled" };
        }
        if (source.action === "link-account" && user.id !== undefined && !(await isConnectingInside())) {
          const refused = REFUSED_CONNECTIONS[await connectsAtSignIn(user.id)];
          if (refused !== null) {
            return { error: refused };
          }
          if (user.name) {
            await setNameIfEmpty(user.id, user.name);
          }
        }
        return undefined;
      },
    },
    databaseHooks: {
      ...authOptions.databaseHooks,
      user: {
        create: {
          before: async (created) => ({ data: { ...created, image: null, role: env.OIDC_DEFAULT_ROLE ?? "viewer" } }),
          after: async (created, context) => recordJoined(context?.headers, created),
        },
      },
      account: {
        // Callboard makes no requests to the provider after the sign-in, so its tokens are not stored.
        create: {
          before: async (created) => ({ data: { ...created, ...NO_TOKENS } }),
          after: async (created, context) => {
            if (await isConnectingInside()) {
              await afterConnecting(created.userId, context);
            }
          },
        },
        // Connecting again, as from a page that was opened before.
        update: { before: async (changed) => ({ data: { ...changed, ...NO_TOKENS } }) },
      },
    },
    hooks: {
      after: createAuthMiddleware(async (context) => {
        if (context.path === "/callback/:id" && context.context.newSession !== null) {
          await rememberSignInDevice(context, context.context.newSession.user.id);
          await recordSignIn("sign_in", context.headers, context.context.newSession.user, "single sign-on");
        }
      }),
    },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: PROVIDER_ID,
            discoveryUrl,
            clientId,
            clientSecret,
            scopes: ["openid", "email", "profile"],
            pkce: true,
            requireIdTokenVerification: true,
            disableSignUp: env.OIDC_DEFAULT_ROLE === undefined,
            mapProfileToUser: (profile) => {
              const callback = currentCallback.getStore();
              if (callback && typeof profile["email"] === "string") {
                callback.email = profile["email"];
              }
              return {
                name: readName(profile),
                // Microsoft Entra ID has no `email_verified`. Its optional claim `xms_edov` states that the owner of the e-mail's
                // domain has been verified.
                emailVerified: isTrue(profile["email_verified"]) || isTrue(profile["xms_edov"]),
              };
            },
          },
        ],
      }),
      nextCookies(),
    ],
  });
}

/** Whether the user has started this from inside their account (`connectionUrl`): better-auth then knows which user it is. */
async function isConnectingInside(): Promise<boolean> {
  return (await getOAuthState())?.link !== undefined;
}

/** The error code for the URL; null if single sign-on may connect itself. */
const REFUSED_CONNECTIONS: Record<Awaited<ReturnType<typeof connectsAtSignIn>>, string | null> = {
  invited: null,
  bare: null,
  uninvited: "UNINVITED",
  deactivated: "DEACTIVATED",
  // Otherwise the provider, or anyone who can make it claim an e-mail, would get past the password and the second factor.
  protected: "connect_first",
  connected: "other_identity",
};

/** Ends the other sessions of a user who has connected single sign-on, and records it. */
async function afterConnecting(userId: string, context: HookContext | null): Promise<void> {
  const person = await context?.context.internalAdapter.findUserById(userId);
  const token = await context?.getSignedCookie(context.context.authCookies.sessionToken.name, context.context.secret);
  const own = token ? await findSession(token) : null;
  await endSessions(userId, "single_sign_on", own?.live ? { except: own.session.id } : {});
  if (person) {
    await recordConnected(context?.headers, person);
  }
}

type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** Whether a person without an invitation may sign in: the provider may also serve other organizations, whose members must not get access. */
function isAllowedDomain(email: string | null | undefined): boolean {
  const domain = email?.toLowerCase().split("@").at(-1) ?? "";
  return env.OIDC_ALLOWED_DOMAINS.includes(domain);
}

/** Whether a claim is true. Providers send booleans in several types. */
function isTrue(claim: unknown): boolean {
  return claim === true || claim === "true" || claim === 1 || claim === "1";
}

function readName(profile: Record<string, unknown>): string {
  const text = (name: string) => (typeof profile[name] === "string" ? profile[name].trim() : "");
  const given = `${text("given_name")} ${text("family_name")}`.trim();
  const local = text("email").split("@")[0] ?? "";
  return (text("name") || given || text("preferred_username") || local).slice(0, 100);
}

type SingleSignOnAuth = ReturnType<typeof createInstance>;

const cache = perProcess<{ auth?: SingleSignOnAuth }>("single sign-on", () => ({}));

/**
 * The better-auth instance for single sign-on; null if single sign-on is not configured or the provider does not answer in time. The next
 * call then contacts the provider again.
 */
export async function singleSignOnAuth(): Promise<SingleSignOnAuth | null> {
  if (config === null) {
    return null;
  }
  if (cache.auth === undefined) {
    const answer = await fetch(config.discoveryUrl, {
      cache: "no-store",
      signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    }).catch(() => null);
    await answer?.body?.cancel();
    if (!answer?.ok) {
      return null;
    }
    cache.auth = createInstance(config);
  }
  return cache.auth;
}

/** Where the provider leads back to from a connection that was started inside the account. */
const ACCOUNT_PAGE = "/settings/account";

/**
 * The URL of the provider's page at which the signed-in user of this request connects single sign-on. null under the same conditions as
 * `singleSignOnAuth`. The provider must give the user's own e-mail, verified.
 */
export async function connectionUrl(requestHeaders: Headers): Promise<string | null> {
  const auth = await singleSignOnAuth();
  const answer = await auth?.api.linkSocialAccount({
    body: {
      provider: PROVIDER_ID,
      callbackURL: `${ACCOUNT_PAGE}?connected=1`,
      errorCallbackURL: ACCOUNT_PAGE,
      disableRedirect: true,
    },
    headers: requestHeaders,
  });
  return answer?.url ?? null;
}

/** Passes the profile's e-mail from `mapProfileToUser` to `singleSignOnCallback`. */
const currentCallback = new AsyncLocalStorage<{ email?: string }>();

/**
 * Answers the request to which the provider redirects after a sign-in, and records a refusal. null under the same conditions as
 * `singleSignOnAuth`.
 */
export async function singleSignOnCallback(request: Request): Promise<Response | null> {
  const auth = await singleSignOnAuth();
  if (auth === null) {
    return null;
  }
  const callback: { email?: string } = {};
  const response = await currentCallback.run(callback, () => auth.handler(request));
  const location = response.headers.get("location");
  const target = location === null ? null : new URL(location, env.APP_URL);
  const error = target?.searchParams.get("error") ?? null;
  if (error !== null && target?.pathname !== ACCOUNT_PAGE) {
    await recordFailedSingleSignOn(request.headers, callback.email, /^\w{1,40}$/.test(error) ? error : "other");
  }
  return response;
}
