import { betterAuth } from "better-auth";
import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { after } from "next/server";
import { cache } from "react";

import { markSeen, SEEN_EVERY_MS } from "@/db/people/sessions";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { includesRole, isRole, type Role } from "@/lib/people/role";
import { safeNextPath } from "@/lib/url/next-path";

import { authOptions } from "./auth";

/**
 * Who is signed in, and the gates. Every page and route handler first calls `requirePage` or `requireApi` with the role that it
 * needs; server actions are wrapped by `action.ts`. A check in a layout is not enough: a layout does not run again when somebody goes
 * from page to page.
 */

/**
 * Reads sessions only. Unlike `auth`, it does not delete the cookie of a session that has ended: that would make Next render the page
 * again after an action, which would redirect to the sign-in page and lose what was typed.
 */
const sessionReader = betterAuth(authOptions);

export type SignedInUser = { id: string; name: string; email: string; role: Role; sessionId: string };

/** Thrown in place of the driver's error, which holds values of the query: Next prints what a page throws. */
class SessionUnavailable extends Error {
  override name = "SessionUnavailable";
}

/**
 * The signed-in user of this request, or null. One query a request, however often it is called. Throws `SessionUnavailable` where the
 * database does not answer: an outage must not look like a session that has ended.
 */
export const getUser = cache(async (): Promise<SignedInUser | null> => {
  // Not the request's `cookie` header: after an action that renewed the session, Next renders the page in the same request.
  const cookie = (await cookies()).toString();
  // A page cannot set cookies, so it does not refresh: `SessionKeeper` in the shell extends the cookie and the row together.
  const found = await sessionReader.api
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
      markSeen(sessionId).catch((error: unknown) => log("warn", "not_seen", { error_code: errorCode(error) })),
    );
  }
  return { id, name, email, role, sessionId };
});

/**
 * The gate of pages. Call it before anything is sent: without a session it redirects to the sign-in page, which leads back to this
 * URL; with a lower role it answers 403.
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

type ApiGate = { ok: true; user: SignedInUser } | { ok: false; response: Response };

/**
 * The gate of route handlers. The handler returns `response` as it is: 401 without a session, 403 with a lower role, 503 where the
 * database is away. A handler that changes something passes its `request`: 403 for one that does not come from our own pages.
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
