import { log } from "@/lib/log";
import { auth } from "@/server/auth/auth";
import { PROVIDER_ID, singleSignOnCallback } from "@/server/auth/single-sign-on";

/** The routes of better-auth that exist here. Nobody can sign up, and the settings use server actions. */
const ROUTES: ReadonlySet<string> = new Set([
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "GET /api/auth/get-session",
]);
/** The identity provider sends people back to this route. */
const CALLBACK = `GET /api/auth/callback/${PROVIDER_ID}`;

async function handle(request: Request): Promise<Response> {
  const route = `${request.method} ${new URL(request.url).pathname.replace(/\/+$/, "")}`;
  try {
    const response = ROUTES.has(route)
      ? await auth.handler(request)
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
    // Logged below without the error: it contains the values of a query.
  }
  log("error", "auth_unavailable", { status: 503 });
  if (route === CALLBACK) {
    // A browser shows this answer to a person, so it is a page.
    return new Response(null, { status: 303, headers: { location: "/sign-in?error=sso_unavailable" } });
  }
  return Response.json({ error: "unavailable" }, { status: 503, headers: { "retry-after": "5" } });
}

export { handle as GET, handle as POST };
