import { betterAuth } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { nextCookies } from "better-auth/next-js";
import { genericOAuth } from "better-auth/plugins/generic-oauth";

import { authOptions } from "@/app/auth";
import { nameUser } from "@/db/users";
import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";

import { recordSignIn } from "./sign-in-attempts";

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
        if (source.action === "link-account" && user.id !== undefined && user.name) {
          await nameUser(user.id, user.name);
        }
        return undefined;
      },
    },
    databaseHooks: {
      ...authOptions.databaseHooks,
      user: {
        create: {
          before: async (created) => ({ data: { ...created, image: null, role: env.OIDC_DEFAULT_ROLE ?? "viewer" } }),
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
            mapProfileToUser: (profile) => ({
              name: nameOf(profile),
              emailVerified: isVerified(profile["email_verified"]) || isVerified(profile["xms_edov"]),
            }),
          },
        ],
      }),
      nextCookies(),
    ],
  });
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
