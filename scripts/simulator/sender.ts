import type { WebhookBody } from "./contract";
import { random } from "./random";

/** The attempts to deliver a webhook. Any 2xx is a success; a redirect is a failure. */
export interface RetryPolicy {
  attempts: number;
  pauseMs: number;
  timeoutMs: number;
}
/** The policy that the vendor documents: three attempts, 2 s apart, with a time-out of 10 s. */
export const VENDOR_RETRY_POLICY: RetryPolicy = { attempts: 3, pauseMs: 2_000, timeoutMs: 10_000 };

interface Attempt {
  /** ISO 8601. */
  startedAt: string;
  /** Milliseconds until the headers of the response, or until the attempt ended without a response. */
  ms: number;
  /** null: no response arrived. */
  status: number | null;
  /** Why no response arrived. */
  error?: "timeout" | "connection" | "stopped";
}

export interface DeliveryResult {
  callId: string;
  delivered: boolean;
  attempts: Attempt[];
}

/**
 * Posts one webhook as the vendor does, with retries. Never throws: the result contains the errors. Text and bytes are posted
 * unchanged. `signal` ends the attempts.
 */
export async function deliver(
  webhookUrl: string,
  body: WebhookBody | string | Uint8Array<ArrayBuffer>,
  { retryPolicy = VENDOR_RETRY_POLICY, signal }: { retryPolicy?: RetryPolicy; signal?: AbortSignal } = {},
): Promise<DeliveryResult> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const bytes = isRaw ? body : JSON.stringify(body);
  const attempts: Attempt[] = [];
  for (let attempt = 1; attempt <= retryPolicy.attempts; attempt += 1) {
    if (attempt > 1 && !(await pause(retryPolicy.pauseMs, signal))) break;
    const result = await post(webhookUrl, bytes, retryPolicy.timeoutMs, signal);
    attempts.push(result);
    if (isSuccess(result) || result.error === "stopped") break;
  }
  const last = attempts.at(-1);
  return { callId: isRaw ? "" : body.call_id, delivered: last !== undefined && isSuccess(last), attempts };
}

export interface SendOptions {
  webhookUrl: string;
  /** The maximum number of concurrent deliveries; a same-moment duplicate is additional. Default 8. */
  concurrency?: number;
  /** "shuffled" exists because the vendor does not promise an order. Default "given". */
  order?: "given" | "shuffled";
  /** How many webhooks are delivered a second time: at the same moment as the first time, or after all others. */
  duplicates?: { count: number; when: "same-moment" | "late" };
  /** Determines the order and the duplicates. */
  seed?: string;
  retryPolicy?: RetryPolicy;
  signal?: AbortSignal;
  onResult?: (result: DeliveryResult) => void;
}

/**
 * Delivers many webhooks and their duplicates concurrently. Returns one result for each delivery that began, in the order in which
 * the deliveries ended.
 */
export async function deliverAll(bodies: readonly WebhookBody[], options: SendOptions): Promise<DeliveryResult[]> {
  const { duplicates, signal } = options;
  const draw = random(`${options.seed ?? "callboard"}/sender`);
  const ordered = options.order === "shuffled" ? draw.shuffled(bodies) : [...bodies];
  const again = draw.shuffled(ordered).slice(0, duplicates?.count ?? 0);
  const jobs: WebhookBody[][] = ordered.map((body) => [body]);
  if (duplicates?.when === "same-moment") {
    const doubled = new Set(again);
    for (const job of jobs) if (job[0] !== undefined && doubled.has(job[0])) job.push(job[0]);
  } else jobs.push(...again.map((body) => [body]));

  const results: DeliveryResult[] = [];
  const waiting = jobs.values();
  const worker = async () => {
    for (const job of waiting) {
      if (signal?.aborted === true) return;
      await Promise.all(
        job.map(async (body) => {
          const result = await deliver(options.webhookUrl, body, options);
          results.push(result);
          options.onResult?.(result);
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.concurrency ?? 8) }, worker));
  return results;
}

async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const started = Date.now();
  const startedAt = new Date(started).toISOString();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "User-Agent": "Sarj-Webhooks/1.0 (simulated)" },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const ms = Date.now() - started;
    // The vendor ignores the body, but the connection can be reused only after the body has been read.
    await response.arrayBuffer().catch(() => undefined);
    return { startedAt, ms, status: response.status };
  } catch {
    const error = signal?.aborted === true ? "stopped" : timeout.aborted ? "timeout" : "connection";
    return { startedAt, ms: Date.now() - started, status: null, error };
  }
}

function isSuccess({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Resolves with false if the signal ended the pause early. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms, true);
    const stop = () => done(false);
    signal?.addEventListener("abort", stop, { once: true });
    function done(isComplete: boolean) {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve(isComplete);
    }
  });
}
