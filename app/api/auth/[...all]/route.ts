import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { log } from "@/lib/log";
import { asSignInAttempt } from "@/server/auth/attempts";
import { auth } from "@/server/auth/auth";
import { PROVIDER_ID, singleSignOnCallback } from "@/server/auth/single-sign-on";

/** The routes of better-auth that are enabled. Sign-up is disabled, and the settings use server actions. */
const ROUTES: ReadonlySet<string> = new Set([
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "GET /api/auth/get-session",
]);
/** The identity provider redirects users to this route. */
const CALLBACK = `GET /api/auth/callback/${PROVIDER_ID}`;

async function handle(request: Request): Promise<Response> {
  const route = `${request.method} ${new URL(request.url).pathname.replace(/\/+$/, "")}`;
  // better-auth would refuse it too, but only after it has been counted: a page elsewhere could use up the attempts of its visitors' addresses.
  if (request.method !== "GET" && request.headers.has("origin") && !isSameOrigin(request.headers, env.APP_URL)) {
    return Response.json({ error: "cross_site" }, { status: 403 });
  }
  try {
    const response = ROUTES.has(route)
      ? await asSignInAttempt(() => auth.handler(request))
      : route === CALLBACK
        ? await singleSignOnCallback(request)
        : null;
    if (response === null) {
      return Response.json({ error: "not_found" }, { status: 404 });
    }
    if (response.status < 500) {
      return response;
    }
  } catch {
    // Logged below without the error, which may contain the parameters of a query.
  }
  log("error", "auth_unavailable", { status: 503 });
  if (route === CALLBACK) {
    // The browser shows this answer, so redirect to a page.
    return new Response(null, { status: 303, headers: { location: "/sign-in?error=sso_unavailable" } });
  }
  return Response.json({ error: "unavailable" }, { status: 503, headers: { "retry-after": "5" } });
}

export { handle as GET, handle as POST };
