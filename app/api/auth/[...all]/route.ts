import { log } from "@/lib/log";
import { auth } from "@/server/auth/auth";
import { PROVIDER_ID, singleSignOnCallback } from "@/server/auth/single-sign-on";

/** What is answered of better-auth's many routes. The rest is not there: nobody signs up, and what settings change goes by actions. */
const ROUTES: ReadonlySet<string> = new Set([
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "GET /api/auth/get-session",
]);
/** Where the identity provider sends people back to. */
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
    // Said below: the error itself holds the query's values.
  }
  log("error", "auth_unavailable", { status: 503 });
  if (route === CALLBACK) {
    // A person is on the way through here, not a program.
    return new Response(null, { status: 303, headers: { location: "/sign-in?error=sso_unavailable" } });
  }
  return Response.json({ error: "unavailable" }, { status: 503, headers: { "retry-after": "5" } });
}

export { handle as GET, handle as POST };
