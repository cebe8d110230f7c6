import { bodySha256, record, type ReceivedDelivery, type Recorded } from "@/db/deliveries";
import { isAllowedAddress } from "@/lib/client-ip";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { decodeBody, readBody } from "@/lib/sarj/body";
import { interpret, type Interpretation } from "@/lib/sarj/webhook";

/** What is sent back; the codes are those of `docs/faults.md`. */
export type Answer = { status: number; headers?: Record<string, string>; body: Record<string, string> };

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
    return done({ status: READ_PROBLEMS[read.problem], body: { error: read.problem } }, { error_code: read.problem });
  }
  const received: ReceivedDelivery = {
    ...sender,
    body: read.bytes,
    contentType: header(request, "content-type"),
    contentEncoding: header(request, "content-encoding"),
    receivedAt: null,
  };
  const meaning = await understand(received);
  const facts = { bytes: read.bytes.length, sha256: bodySha256(read.bytes).slice(0, 12), call_id: meaning.callId };
  try {
    const recorded = await record(received, meaning);
    return done(answerTo(recorded), {
      ...facts,
      verdict: recorded.verdict,
      ...(recorded.reason === null ? {} : { reason: recorded.reason }),
    });
  } catch (error) {
    const answer = { status: 503, headers: { "Retry-After": "2" }, body: { error: "not_stored" } };
    return done(answer, { ...facts, error_code: errorCode(error) });
  }
}

/** What a delivery means, the address that it came from included. */
async function understand(received: ReceivedDelivery): Promise<Interpretation> {
  const decoded = await decodeBody(Buffer.from(received.body), received.contentEncoding);
  if (decoded === null) {
    return { understood: false, callId: "", reason: "undecodable" };
  }
  const meaning = interpret(decoded, new Date());
  return meaning.understood && !isAllowedAddress(received.sourceIp, env.SARJ_WEBHOOK_ALLOWED_IPS)
    ? { understood: false, callId: meaning.callId, reason: "unexpected_address" }
    : meaning;
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
