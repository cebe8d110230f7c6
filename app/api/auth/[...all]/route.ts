import { auth } from "@/app/auth";
import { log } from "@/lib/log";

/** What is answered of better-auth's many routes. The rest is not there: nobody signs up, and what settings change goes by actions. */
const ROUTES: ReadonlySet<string> = new Set([
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "GET /api/auth/get-session",
]);

async function handle(request: Request): Promise<Response> {
  const route = `${request.method} ${new URL(request.url).pathname.replace(/\/+$/, "")}`;
  if (!ROUTES.has(route)) {
    return Response.json({ error: "not_found" }, { status: 404 });
  }
  try {
    const response = await auth.handler(request);
    if (response.status < 500) {
      return response;
    }
  } catch {
    // Said below: the error itself holds the query's values.
  }
  log("error", "auth_unavailable", { status: 503 });
  return Response.json({ error: "unavailable" }, { status: 503, headers: { "retry-after": "5" } });
}

export { handle as GET, handle as POST };
