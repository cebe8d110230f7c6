import { z } from "zod";

import { requireApi } from "@/app/auth";
import { readDeliveryBody } from "@/db/call-history";
import { errorCode, log } from "@/lib/log";
import { readableBody } from "@/lib/raw-body";

const HEADERS = { "cache-control": "private, no-store" };

/** The body of one delivery of a call, made readable: `{form, text, isDecoded}` of `lib/raw-body.ts`. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ callId: string; deliveryId: string }> },
): Promise<Response> {
  const gate = await requireApi("viewer");
  if (!gate.ok) {
    return gate.response;
  }
  const { callId, deliveryId } = await params;
  try {
    const isKnowable = z.uuid().safeParse(deliveryId).success && !callId.includes("\u0000");
    const found = isKnowable ? await readDeliveryBody(callId, deliveryId) : null;
    return found === null
      ? Response.json({ error: "not_found" }, { status: 404, headers: HEADERS })
      : Response.json(await readableBody(found.body, found.contentEncoding), { headers: HEADERS });
  } catch (error) {
    log("error", "delivery_body_failed", { call_id: callId, error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: HEADERS });
  }
}
