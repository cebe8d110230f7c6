import type { Route } from "next";
import { redirect } from "next/navigation";

import { errorCode, log } from "@/lib/log";
import { safeNextPath } from "@/lib/url/next-path";
import { PROVIDER_ID, singleSignOnAuth } from "@/server/auth/single-sign-on";

/** Redirects to the identity provider's sign-in page. Needs no session: it only sets a cookie in this browser. */
export async function GET(request: Request): Promise<Response> {
  const next = safeNextPath(new URL(request.url).searchParams.get("next"));
  const back = `/sign-in?${new URLSearchParams({ next })}`;
  // Other sites must not start a sign-in.
  if (request.headers.get("sec-fetch-site") === "cross-site") {
    redirect(back as Route);
  }
  const url = await authorizationUrl(request.headers, next, back);
  redirect((url ?? `${back}&error=sso_unavailable`) as Route);
}

async function authorizationUrl(headers: Headers, next: string, back: string): Promise<string | null> {
  try {
    const auth = await singleSignOnAuth();
    const answer = await auth?.api.signInSocial({
      body: { provider: PROVIDER_ID, callbackURL: next, errorCallbackURL: back, disableRedirect: true },
      headers,
    });
    return answer?.url ?? null;
  } catch (error) {
    log("error", "single_sign_on_unavailable", { error_code: errorCode(error) });
    return null;
  }
}
