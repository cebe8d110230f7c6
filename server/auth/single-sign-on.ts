import { AsyncLocalStorage } from "node:async_hooks";

import { betterAuth } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { nextCookies } from "better-auth/next-js";
import { genericOAuth } from "better-auth/plugins/generic-oauth";

import { setNameIfEmpty } from "@/db/people/admission";
import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";

import { recordFailedSingleSignOn, recordJoined, recordSignIn } from "./attempts";
import { authOptions } from "./auth";

/**
 * Signing in by OpenID Connect, where the environment names a provider. An instance of its own, made when somebody first asks for it:
 * better-auth reads the provider's discovery document before it answers anything, so a provider that is away or slow would keep
 * everybody out, those with a password and those with a session too.
 */

/** Part of the redirect URI that is registered with the provider: `<APP_URL>/api/auth/callback/oidc`. */
export const PROVIDER_ID = "oidc";
const DISCOVERY_TIMEOUT_MS = 8_000;

/** What the button says; null where single sign-on is not configured. */
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

function make({ discoveryUrl, clientId, clientSecret }: Config) {
  return betterAuth({
    ...authOptions,
    account: {
      // Whoever asks for the provider's page leaves nothing in the database.
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
        if (source.action === "link-account" && user.id !== undefined && user.name) {
          await setNameIfEmpty(user.id, user.name);
        }
        return undefined;
      },
    },
    databaseHooks: {
      ...authOptions.databaseHooks,
      user: {
        create: {
          before: async (created) => ({ data: { ...created, image: null, role: env.OIDC_DEFAULT_ROLE ?? "viewer" } }),
          after: async (created, context) => recordJoined(context?.headers, created, "single sign-on"),
        },
      },
      account: {
        // Nothing is asked of the provider later on: its tokens are not kept.
        create: {
          before: async (created) => ({ data: { ...created, accessToken: null, refreshToken: null, idToken: null } }),
        },
      },
    },
    hooks: {
      after: createAuthMiddleware(async (context) => {
        if (context.path === "/callback/:id" && context.context.newSession !== null) {
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
              const arrival = arrivals.getStore();
              if (arrival && typeof profile["email"] === "string") {
                arrival.email = profile["email"];
              }
              return {
                name: nameOf(profile),
                emailVerified: isVerified(profile["email_verified"]) || isVerified(profile["xms_edov"]),
              };
            },
          },
        ],
      }),
      nextCookies(),
    ],
  });
}

/** Of whom nobody has invited: a provider that serves more than the organization lets in none of the others. */
function isAllowedDomain(email: string | null | undefined): boolean {
  const domain = email?.toLowerCase().split("@").at(-1) ?? "";
  return env.OIDC_ALLOWED_DOMAINS.includes(domain);
}

/** Microsoft's Entra ID has no `email_verified`; its optional claim `xms_edov` says that the domain's owner vouches for the e-mail. */
function isVerified(claim: unknown): boolean {
  return claim === true || claim === "true" || claim === 1 || claim === "1";
}

function nameOf(profile: Record<string, unknown>): string {
  const text = (name: string) => (typeof profile[name] === "string" ? profile[name].trim() : "");
  const given = `${text("given_name")} ${text("family_name")}`.trim();
  const local = text("email").split("@")[0] ?? "";
  return (text("name") || given || text("preferred_username") || local).slice(0, 100);
}

type SingleSignOnAuth = ReturnType<typeof make>;

const kept = perProcess<{ auth?: SingleSignOnAuth }>("single sign-on", () => ({}));

/** null where it is not configured, or the provider does not answer in time. It is asked anew each time until it has answered once. */
export async function singleSignOnAuth(): Promise<SingleSignOnAuth | null> {
  if (config === null) {
    return null;
  }
  if (kept.auth === undefined) {
    const answer = await fetch(config.discoveryUrl, {
      cache: "no-store",
      signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    }).catch(() => null);
    await answer?.body?.cancel();
    if (!answer?.ok) {
      return null;
    }
    kept.auth = make(config);
  }
  return kept.auth;
}

/** Who is just coming back from the provider, as far as it has said. */
const arrivals = new AsyncLocalStorage<{ email?: string }>();

/** Answers the request with which the provider sends somebody back, and writes down who is not let in; null as above. */
export async function singleSignOnCallback(request: Request): Promise<Response | null> {
  const auth = await singleSignOnAuth();
  if (auth === null) {
    return null;
  }
  const arrival: { email?: string } = {};
  const response = await arrivals.run(arrival, () => auth.handler(request));
  const location = response.headers.get("location");
  const error = location === null ? null : new URL(location, env.APP_URL).searchParams.get("error");
  if (error !== null) {
    await recordFailedSingleSignOn(request.headers, arrival.email, /^\w{1,40}$/.test(error) ? error : "other");
  }
  return response;
}
