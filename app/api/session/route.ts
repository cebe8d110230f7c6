import { markSeen } from "@/db/people/sessions";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { readSession } from "@/server/auth/gates";

/** Says whether this browser has a session: 401 if not, with the reason why it ended if that is known. Does not count as activity. */
export async function GET(): Promise<Response> {
  return answerWith(() => Promise.resolve());
}

/** Reports that a person is active on an open page, so that the session does not end while they read or type. Answers like `GET`. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request.headers, env.APP_URL)) {
    return json(403, { error: "cross_site" });
  }
  return answerWith(markSeen);
}

async function answerWith(work: (sessionId: string) => Promise<void>): Promise<Response> {
  try {
    const state = await readSession();
    if (state.user === null) {
      return json(401, { error: "signed_out", ...(state.reason === null ? {} : { reason: state.reason }) });
    }
    await work(state.user.sessionId);
    return json(200, { state: "valid" });
  } catch {
    return json(503, { error: "unavailable" });
  }
}

function json(status: number, body: object): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
