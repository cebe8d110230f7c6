import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { readBody } from "@/lib/sarj/body";
import { matchSecret } from "@/lib/sarj/secrets";
import { afterAnswer } from "@/server/after-answer";
import { countRefusal, writeRefusals } from "@/server/ingest/refusal-count";
import { takeDelivery } from "@/server/ingest/take-delivery";

import { notFound } from "../../not-found";

/**
 * The vendor's webhook. On a server of our own, `server/ingest/deliver-directly.ts` answers authentic deliveries before Next. `receive` reads the body up to a limit, `interpret` extracts its facts, `hold` retries while the
 * database is unavailable, and `record` stores everything in one statement. After the answer, enrichment fetches missing data.
 */
export async function POST(request: Request, { params }: { params: Promise<{ secret: string }> }): Promise<Response> {
  const { secret } = await params;
  const secretLabel = matchSecret(secret, env.SARJ_WEBHOOK_SECRETS);
  if (secretLabel === null) {
    log("warn", "webhook_refused", { status: 404, error_code: "wrong_secret" });
    countRefusal();
    afterAnswer("refusals", writeRefusals);
    return notFound();
  }
  const { status, headers, body } = await takeDelivery(
    { headers: request.headers, readBody: (limits) => readBody(request, limits) },
    secretLabel,
  );
  return Response.json(body, { status, headers: headers ?? {} });
}

function methodNotAllowed(): Response {
  return Response.json({ error: "method_not_allowed" }, { status: 405, headers: { Allow: "POST" } });
}

export {
  methodNotAllowed as DELETE,
  methodNotAllowed as GET,
  methodNotAllowed as HEAD,
  methodNotAllowed as OPTIONS,
  methodNotAllowed as PATCH,
  methodNotAllowed as PUT,
};
