import { betterAuth } from "better-auth";
import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";

import { markSeen, SEEN_EVERY_MS } from "@/db/people/sessions";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { includesRole, isRole, type Role } from "@/lib/people/role";
import { safeNextPath } from "@/lib/url/next-path";
import { afterAnswer } from "@/server/after-answer";
import { runDueJobsAfterRequest } from "@/server/jobs/due";

import { authOptions } from "./auth";

/**
 * The signed-in user and the gates. Every page and route handler first calls `requirePage` or `requireApi` with the role that it
 * needs; `action.ts` wraps the server actions. A check in a layout is not enough: layouts do not rerun on client-side navigation.
 */

/**
 * Used only to read sessions. Unlike `auth`, it does not delete the cookie of an ended session: in an action, that would make Next render
 * the page again, which would redirect to the sign-in page and lose what was typed.
 */
const sessionReader = betterAuth(authOptions);

export type SignedInUser = { id: string; name: string; email: string; role: Role; sessionId: string };

/** Replaces the driver's error, which contains values of the query: Next prints the errors that pages throw. */
class SessionUnavailable extends Error {
  override name = "SessionUnavailable";
}

/**
 * The signed-in user of this request, or null. Runs one query per request, however often it is called. Throws `SessionUnavailable` if the
 * database is unavailable: an outage must not look like an ended session.
 */
export const getUser = cache(async (): Promise<SignedInUser | null> => {
  // Not the request's `cookie` header, which is outdated when Next renders the page in the same request as an action that renewed the session.
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
    afterAnswer("seen", () => markSeen(sessionId));
  }
  return { id, name, email, role, sessionId };
});

/**
 * The gate for pages. Call it before any part of the page is sent. Without a session it redirects to the sign-in page, which leads back to
 * this URL; with a lower role it answers 403.
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
  afterAnswer("due", runDueJobsAfterRequest);
  return found;
}

type ApiGate = { ok: true; user: SignedInUser } | { ok: false; response: Response };

/**
 * The gate for route handlers. The handler returns `response` unchanged: 401 without a session, 403 with a lower role, 503 if the
 * database is unavailable. A handler that changes data passes its `request`: 403 if it does not come from our own pages.
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
