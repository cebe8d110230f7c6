import { z } from "zod";

import { readPhoneNumber } from "@/db/calls/read";
import { getDelivery } from "@/db/deliveries/list";
import { bodyFile, maskedBodyFile } from "@/lib/delivery/raw-body";
import { contentLength } from "@/lib/http/content-length";
import { errorCode, log } from "@/lib/log";
import { recordUserEvent } from "@/server/audit";
import { requireApi } from "@/server/auth/gates";
import { numberAccessOf, REVEAL } from "@/server/auth/viewer";

/**
 * Downloads the body of a delivery, decompressed if possible and without the credentials in URLs. For operators and
 * administrators. Numbers that the user has to reveal are masked, unless the URL has `numbers=shown`; a body that is no text is then refused.
 */
export async function GET(request: Request, { params }: RouteContext<"/deliveries/[id]/body">): Promise<Response> {
  const gate = await requireApi("operator");
  if (!gate.ok) {
    return gate.response;
  }
  const id = z.uuid().safeParse((await params).id);
  try {
    const delivery = id.success ? await getDelivery(id.data) : null;
    if (delivery === null) {
      return Response.json({ error: "not_found" }, { status: 404, headers: { "Cache-Control": "no-store" } });
    }
    await recordUserEvent(gate.user, {
      action: "delivery_viewed",
      subject: delivery.id,
      detail: { download: true },
      ...(delivery.callId === "" ? {} : { callId: delivery.callId }),
    });
    const asked = new URL(request.url).searchParams.get(REVEAL.name);
    const access = await numberAccessOf(gate.user, asked, {
      subject: delivery.id,
      ...(delivery.callId === "" ? {} : { callId: delivery.callId }),
    });
    const file =
      access === "shown"
        ? await bodyFile(delivery.body, delivery.contentEncoding)
        : await maskedBodyFile(delivery.body, delivery.contentEncoding, await readPhoneNumber(delivery.callId));
    if (file === null) {
      return Response.json({ error: "numbers_hidden" }, { status: 403, headers: { "Cache-Control": "no-store" } });
    }
    const isJson = ["{", "["].includes(file.subarray(0, 64).toString("latin1").trim().charAt(0));
    return new Response(new Uint8Array(file), {
      headers: {
        ...contentLength(file.length),
        // Regardless of the sender's Content-Type, never a type that browsers execute or render.
        "Content-Type": isJson ? "application/json" : "application/octet-stream",
        "Content-Disposition": `attachment; filename="delivery-${delivery.id}.${isJson ? "json" : "bin"}"`,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
      },
    });
  } catch (error) {
    log("error", "delivery_body_unavailable", { error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: { "Cache-Control": "no-store" } });
  }
}
