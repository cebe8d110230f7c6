import { z } from "zod";

import { readDeliveryBody } from "@/db/deliveries/call-deliveries";
import { recordAuditEventOnce } from "@/db/privacy/audit";
import { readableBody } from "@/lib/delivery/raw-body";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { errorCode, log } from "@/lib/log";
import { requireApi } from "@/server/auth/gates";

/** Repeated requests within this time are audited once. */
const AUDIT_ONCE_MINUTES = 10;
const HEADERS = { "cache-control": "private, no-store" };

/**
 * The body of one delivery of a call in readable form: `{form, text, isDecoded}` of `lib/delivery/raw-body.ts`. For operators and
 * administrators. The access is audited before the body is sent.
 */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ callId: string; deliveryId: string }> },
): Promise<Response> {
  const gate = await requireApi("operator");
  if (!gate.ok) {
    return gate.response;
  }
  const { callId, deliveryId } = await params;
  try {
    const isValid = z.uuid().safeParse(deliveryId).success && !callId.includes("\u0000");
    const found = isValid ? await readDeliveryBody(callId, deliveryId) : null;
    if (found === null) {
      return Response.json({ error: "not_found" }, { status: 404, headers: HEADERS });
    }
    const sourceIp = clientIp(request.headers, env.CLIENT_IP_HEADER);
    await recordAuditEventOnce(
      { actor: gate.user, action: "delivery_viewed", callId, subject: deliveryId, sourceIp },
      AUDIT_ONCE_MINUTES,
    );
    return Response.json(await readableBody(found.body, found.contentEncoding), { headers: HEADERS });
  } catch (error) {
    log("error", "delivery_body_failed", { call_id: callId, error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: HEADERS });
  }
}
