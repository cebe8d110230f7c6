import { bodySha256, type ReceivedDelivery, type Recorded } from "@/db/deliveries/record";
import { log } from "@/lib/log";
import { readBody } from "@/lib/sarj/body";

import { keep } from "./hold";
import { understand } from "./understand";

/** What is sent back; the codes are those of `docs/faults.md`. */
export type Answer = { status: number; headers?: Record<string, string>; body: Record<string, string | null> };

const READ_DEADLINE_MS = 8000;

const READ_PROBLEMS = {
  too_large: 413,
  too_slow: 408,
  cut_off: 400,
} as const;

/**
 * Takes one authentic delivery: reads it, says what it means and keeps it. A body that is durable gets a 2xx even when
 * it cannot be understood, because the vendor gives up after three attempts and a refusal would lose it for good.
 */
export async function receive(
  request: Request,
  sender: { secretLabel: string; sourceIp: string | null },
): Promise<Answer> {
  const startedAt = performance.now();
  const requestId = crypto.randomUUID();
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

  const read = await readBody(request, { deadlineMs: READ_DEADLINE_MS });
  if (!read.ok) {
    // The rest of the body is not read: without this it would be, to use the connection again.
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
    contentType: header(request, "content-type"),
    contentEncoding: header(request, "content-encoding"),
    receivedAt: null,
  };
  const meaning = await understand(received);
  const kept = await keep(received, meaning, startedAt);
  const facts = {
    bytes: read.bytes.length,
    sha256: bodySha256(read.bytes).slice(0, 12),
    call_id: meaning.callId,
    ...(kept.attempts === 1 ? {} : { attempt: kept.attempts }),
  };
  switch (kept.how) {
    case "recorded": {
      const { verdict, reason } = kept.recorded;
      return done(answerTo(kept.recorded), { ...facts, verdict, ...(reason === null ? {} : { reason }) });
    }
    case "spooled": {
      const answer = { status: 202, body: { verdict: "spooled", call_id: meaning.callId, delivery_id: null } };
      return done(answer, { ...facts, verdict: "spooled", error_code: kept.errorCode });
    }
    case "not_kept": {
      const body = { error: "not_stored", call_id: meaning.callId };
      const answer = { status: 503, headers: { "Retry-After": "2" }, body };
      return done(answer, { ...facts, error_code: kept.errorCode });
    }
  }
}

function answerTo({ verdict, callId, deliveryId }: Recorded): Answer {
  return {
    status: verdict === "quarantined" ? 202 : 200,
    body: { verdict, call_id: callId, delivery_id: deliveryId },
  };
}

function header(request: Request, name: string): string | null {
  return request.headers.get(name)?.slice(0, 200) ?? null;
}
