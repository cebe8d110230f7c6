import type { Recorded } from "@/db/deliveries/record";
import { bodySha256, type ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { newRequestId } from "@/lib/delivery/request-id";
import { env } from "@/lib/env";
import { keptHeaders } from "@/lib/http/kept-headers";
import { log } from "@/lib/log";
import type { ReadBody } from "@/lib/sarj/body";
import { interpret } from "@/lib/sarj/interpret";

import { hold } from "./hold";

/** The HTTP answer. `docs/faults.md` lists the status codes. */
export type Answer = { status: number; headers?: Record<string, string>; body: Record<string, string | null> };

/** A request, of the framework or of Node. */
export type Incoming = { headers: Headers; readBody: (limits: { deadlineMs: number }) => Promise<ReadBody> };

const READ_DEADLINE_MS = 8000;

const READ_PROBLEMS = {
  too_large: 413,
  too_slow: 408,
  cut_off: 400,
} as const;

/**
 * Receives one authenticated delivery: reads, interprets and stores it. A durable body gets a 2xx even if it cannot be
 * understood: the vendor gives up after three attempts, so a refusal would lose the delivery.
 */
export async function receive(
  incoming: Incoming,
  sender: { secretLabel: string; sourceIp: string | null },
): Promise<Answer> {
  const startedAt = performance.now();
  const requestId = newRequestId();
  const done = (answer: Answer, fields: Parameters<typeof log>[2] = {}) => {
    log(answer.status < 300 ? "info" : "warn", "delivery", {
      request_id: requestId,
      secret_label: sender.secretLabel,
      status: answer.status,
      ms: Math.round(performance.now() - startedAt),
      ...fields,
    });
    return answer;
  };

  const read = await incoming.readBody({ deadlineMs: READ_DEADLINE_MS });
  if (!read.ok) {
    // Without this header, the server would read the rest of the body to reuse the connection.
    const answer = {
      status: READ_PROBLEMS[read.problem],
      headers: { Connection: "close" },
      body: { error: read.problem },
    };
    return done(answer, { error_code: read.problem });
  }
  const received: ReceivedDelivery = {
    ...sender,
    id: requestId,
    body: read.bytes,
    contentType: header(incoming, "content-type"),
    contentEncoding: header(incoming, "content-encoding"),
    headers: keptHeaders(incoming.headers, ownSecrets),
    receivedAt: null,
  };
  const interpretation = await interpret(received, {
    now: new Date(),
    allowedAddresses: env.SARJ_WEBHOOK_ALLOWED_IPS,
  });
  const held = await hold(received, interpretation, startedAt);
  const fields = {
    bytes: read.bytes.length,
    sha256: bodySha256(read.bytes).slice(0, 12),
    call_id: interpretation.callId,
    ...(held.attempts === 1 ? {} : { attempt: held.attempts }),
  };
  switch (held.how) {
    case "recorded": {
      const { verdict, reason } = held.recorded;
      return done(answerTo(held.recorded), { ...fields, verdict, ...(reason === null ? {} : { reason }) });
    }
    case "spooled": {
      const answer = { status: 202, body: { verdict: "spooled", call_id: interpretation.callId, delivery_id: null } };
      return done(answer, { ...fields, verdict: "spooled", error_code: held.errorCode });
    }
    case "not_stored": {
      const body = { error: "not_stored", call_id: interpretation.callId };
      const answer = { status: 503, headers: { "Retry-After": "2" }, body };
      return done(answer, { ...fields, error_code: held.errorCode });
    }
  }
}

function answerTo({ verdict, callId, deliveryId }: Recorded): Answer {
  return {
    status: verdict === "quarantined" ? 202 : 200,
    body: { verdict, call_id: callId, delivery_id: deliveryId },
  };
}

/** Every secret that a proxy or a careless caller could repeat in a header. The longest first, so that none is hidden in part. */
const ownSecrets = [...env.SARJ_WEBHOOK_SECRETS, env.SARJ_API_KEY, ...env.AUTH_SECRET, env.CRON_SECRET]
  .filter((secret): secret is string => secret !== undefined && secret !== "")
  .toSorted((a, b) => b.length - a.length);

function header({ headers }: Incoming, name: string): string | null {
  return headers.get(name)?.slice(0, 200) ?? null;
}
