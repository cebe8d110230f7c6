import { betterAuth } from "better-auth";
import type { Route } from "next";
import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";

import { markSeen, SEEN_EVERY_MS } from "@/db/people/sessions";
import type { GateReason } from "@/lib/action-answer";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { includesRole, isRole, type Role } from "@/lib/people/role";
import type { SessionEndReason } from "@/lib/people/session-end";
import { safeNextPath } from "@/lib/url/next-path";
import { afterAnswer } from "@/server/after-answer";
import { runDueJobsAfterRequest } from "@/server/jobs/due";
import { decideReading } from "@/server/reading";

import { authOptions } from "./auth";
import { withSessionRead } from "./sessions";

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

export type SessionState =
  /** `lacksSecondFactor`: the organization requires one of this user, who first has to set it up. */
  | { user: SignedInUser; lacksSecondFactor: boolean }
  /** `reason`: why this browser's session ended; null if there was none, or if it is not known any more. */
  | { user: null; reason: SessionEndReason | null };

/** Replaces the driver's error, which contains values of the query: Next prints the errors that pages throw. */
class SessionUnavailable extends Error {
  override name = "SessionUnavailable";
}

/**
 * The session of this request. Runs one query per request, however often it is called. Throws `SessionUnavailable` if the database is
 * unavailable: an outage must not look like an ended session.
 */
export const readSession = cache(async (): Promise<SessionState> => {
  // Not the request's `cookie` header, which is outdated when Next renders the page in the same request as an action that renewed the session.
  const cookie = (await cookies()).toString();
  const { answer, endReason, lacksSecondFactor, lastChangePosition } = await withSessionRead(() =>
    sessionReader.api.getSession({ headers: new Headers({ cookie }) }),
  ).catch((error: unknown) => {
    log("error", "session_unavailable", { error_code: errorCode(error) });
    throw new SessionUnavailable("The session could not be read");
  });
  if (answer === null || !isRole(answer.user.role)) {
    return { user: null, reason: endReason ?? null };
  }
  await decideReading(lastChangePosition ?? null);
  const { id, name, email, role } = answer.user;
  const { id: sessionId, lastSeenAt } = answer.session;
  if (isActivity(await headers()) && Date.now() - (lastSeenAt?.getTime() ?? 0) > SEEN_EVERY_MS) {
    afterAnswer("seen", () => markSeen(sessionId));
  }
  return { user: { id, name, email, role, sessionId }, lacksSecondFactor: lacksSecondFactor === true };
});

/**
 * Whether a person has caused this request: they opened a page or called an action. All other requests for a page come from the router, which
 * also refreshes and prefetches pages by itself; `SessionKeeper` reports what the person does meanwhile.
 */
function isActivity(requestHeaders: Headers): boolean {
  const accept = requestHeaders.get("accept") ?? "";
  return accept.includes("text/html") || accept.includes("text/x-component");
}

/** The signed-in user of this request; null without one, or if they still have to set up a second factor. Throws like `readSession`. */
export async function getUser(): Promise<SignedInUser | null> {
  const state = await readSession();
  return state.user === null || state.lacksSecondFactor ? null : state.user;
}

/** For what a user without a required second factor needs to set it up. */
export type GateOptions = { secondFactor?: "required" | "optional" };

/**
 * The gate for pages. Call it before any part of the page is sent. Without a session it redirects to the sign-in page, and without a required
 * second factor to the page that sets it up; both lead back to this URL. With a lower role it answers 403.
 */
export async function requirePage(
  role: Role = "viewer",
  { secondFactor = "required" }: GateOptions = {},
): Promise<SignedInUser> {
  const state = await readSession();
  const to = async (page: string) => {
    const next = safeNextPath((await headers()).get("x-url"));
    return next === "/" ? page : `${page}?next=${encodeURIComponent(next)}`;
  };
  if (state.user === null) {
    redirect((await to("/sign-in")) as Route);
  }
  if (state.lacksSecondFactor && secondFactor === "required") {
    redirect((await to("/second-factor")) as Route);
  }
  if (!includesRole(state.user.role, role)) {
    forbidden();
  }
  afterAnswer("due", runDueJobsAfterRequest);
  return state.user;
}

type ApiGate = { ok: true; user: SignedInUser } | { ok: false; response: Response };

/**
 * The gate for route handlers. The handler returns `response` unchanged: 401 without a session, 403 with a lower role or without a required
 * second factor, 503 if the database is unavailable. A handler that changes data passes its `request`: 403 if it does not come from our own
 * pages.
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
    const state = await readSession();
    if (state.user === null) {
      return refuse(401, "signed_out");
    }
    if (state.lacksSecondFactor) {
      return refuse(403, "second_factor_required");
    }
    return includesRole(state.user.role, role) ? { ok: true, user: state.user } : refuse(403, "forbidden");
  } catch {
    return refuse(503, "unavailable");
  }
}

type ActionGate = { ok: true; user: SignedInUser } | { ok: false; reason: GateReason };

/** The gate for actions, which `action.ts` calls. Throws if the database is unavailable. */
export async function requireAction(role: Role, { secondFactor = "required" }: GateOptions = {}): Promise<ActionGate> {
  const state = await readSession();
  if (state.user === null) {
    return { ok: false, reason: "signedOut" };
  }
  if (state.lacksSecondFactor && secondFactor === "required") {
    return { ok: false, reason: "secondFactorFirst" };
  }
  return includesRole(state.user.role, role) ? { ok: true, user: state.user } : { ok: false, reason: "forbidden" };
}
