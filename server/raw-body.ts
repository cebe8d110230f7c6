import { z } from "zod";

import { readPhoneNumber } from "@/db/calls/read";
import { recordAuditEventOnce } from "@/db/privacy/audit";
import { readableBody } from "@/lib/delivery/raw-body";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { errorCode, log } from "@/lib/log";
import { requireApi } from "@/server/auth/gates";
import { numberAccessOf, REVEAL } from "@/server/auth/viewer";

/** Repeated requests within this time are audited once. */
const AUDIT_ONCE_MINUTES = 10;
const HEADERS = { "cache-control": "private, no-store" };

/**
 * Answers with a stored body of a call in readable form: `{form, text, isDecoded}` of `lib/delivery/raw-body.ts`. For operators and
 * administrators. The access is audited before the body is sent. Numbers that the user has to reveal are masked (`isMasked`), unless the URL has
 * `numbers=shown`.
 *
 * @param id the body's id, from the URL
 * @param read reads the body, given valid ids; null if there is none
 */
export async function answerRawBody(
  request: Request,
  { callId, id }: { callId: string; id: string },
  action: "delivery_viewed" | "api_answer_viewed",
  read: (callId: string, id: string) => Promise<{ body: Buffer; contentEncoding: string | null } | null>,
): Promise<Response> {
  const gate = await requireApi("operator");
  if (!gate.ok) {
    return gate.response;
  }
  try {
    const isValid = z.uuid().safeParse(id).success && !callId.includes("\u0000");
    const found = isValid ? await read(callId, id) : null;
    if (found === null) {
      return Response.json({ error: "not_found" }, { status: 404, headers: HEADERS });
    }
    const sourceIp = clientIp(request.headers, env.CLIENT_IP_HEADER);
    await recordAuditEventOnce({ actor: gate.user, action, callId, subject: id, sourceIp }, AUDIT_ONCE_MINUTES);
    const asked = new URL(request.url).searchParams.get(REVEAL.name);
    const access = await numberAccessOf(gate.user, asked, { callId, subject: id });
    const body = await readableBody(found.body, found.contentEncoding, {
      access,
      phoneNumber: access === "shown" ? null : await readPhoneNumber(callId),
    });
    return Response.json({ ...body, isMasked: access !== "shown" }, { headers: HEADERS });
  } catch (error) {
    log("error", "raw_body_failed", { call_id: callId, error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: HEADERS });
  }
}
