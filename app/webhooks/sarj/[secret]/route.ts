import { after } from "next/server";

import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { log } from "@/lib/log";
import { matchSecret } from "@/lib/sarj/secrets";
import { receive } from "@/server/ingest/receive";
import { countRefusal, writeRefusals } from "@/server/ingest/refusals";
import { enrichDue } from "@/server/jobs/enrich";

import { notFound } from "../../not-found";

/**
 * The vendor's webhook. A delivery passes `receive` (the capped body), `interpret` (what it means), `hold` (until the
 * database takes it) and `record` (one statement), and gets its answer. Afterwards the API is asked for what is missing.
 */
export async function POST(request: Request, { params }: { params: Promise<{ secret: string }> }): Promise<Response> {
  const { secret } = await params;
  const secretLabel = matchSecret(secret, env.SARJ_WEBHOOK_SECRETS);
  if (secretLabel === null) {
    log("warn", "webhook_refused", { status: 404, error_code: "wrong_secret" });
    countRefusal();
    after(() => writeRefusals());
    return notFound();
  }
  const { status, headers, body } = await receive(request, {
    secretLabel,
    sourceIp: clientIp(request.headers, env.CLIENT_IP_HEADER),
  });
  if (status === 200) {
    after(() => enrichDue());
  }
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
