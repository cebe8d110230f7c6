import type { WebhookBody } from "./contract";
import { random } from "./random";

/** The vendor's manners: three attempts, 2 s apart, 10 s each; any 2xx is success, a redirect is not. */
export interface Manners {
  attempts: number;
  pauseMs: number;
  timeoutMs: number;
}
export const VENDOR_MANNERS: Manners = { attempts: 3, pauseMs: 2_000, timeoutMs: 10_000 };

export interface Attempt {
  /** ISO 8601. */
  startedAt: string;
  /** Milliseconds until the answer's head, or until it was given up. */
  ms: number;
  /** null: no answer came. */
  status: number | null;
  /** Why no answer came. */
  error?: "timeout" | "connection" | "stopped";
}

export interface DeliveryResult {
  callId: string;
  delivered: boolean;
  attempts: Attempt[];
}

/**
 * Posts one webhook as the vendor does and never throws: what went wrong is in the result. The body may also be text
 * or bytes, posted as they are. A stopped signal ends it before its next attempt.
 */
export async function deliver(
  webhookUrl: string,
  body: WebhookBody | string | Uint8Array<ArrayBuffer>,
  { manners = VENDOR_MANNERS, signal }: { manners?: Manners; signal?: AbortSignal } = {},
): Promise<DeliveryResult> {
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const bytes = raw ? body : JSON.stringify(body);
  const attempts: Attempt[] = [];
  for (let attempt = 1; attempt <= manners.attempts; attempt += 1) {
    if (attempt > 1 && !(await pause(manners.pauseMs, signal))) break;
    const result = await post(webhookUrl, bytes, manners.timeoutMs, signal);
    attempts.push(result);
    if (isSuccess(result) || result.error === "stopped") break;
  }
  const last = attempts.at(-1);
  return { callId: raw ? "" : body.call_id, delivered: last !== undefined && isSuccess(last), attempts };
}

export interface SendOptions {
  webhookUrl: string;
  /** How many deliveries are in flight at once. Default 8. */
  concurrency?: number;
  /** "given", or "shuffled": as the vendor may send them. Default "given". */
  order?: "given" | "shuffled";
  /** So many are delivered a second time: at the same moment, or when all others are through. */
  duplicates?: { count: number; when: "same-moment" | "late" };
  /** Decides order and duplicates. */
  seed?: string;
  manners?: Manners;
  signal?: AbortSignal;
  onResult?: (result: DeliveryResult) => void;
}

/**
 * Delivers many webhooks, duplicates included, at most `concurrency` at once.
 * The results come in the order in which deliveries ended: one for each delivery, not for each call.
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
    // The answer's text means nothing to the vendor; reading it lets the connection be used again.
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

/** False: stopped before the time was over. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms, true);
    const stop = () => done(false);
    signal?.addEventListener("abort", stop, { once: true });
    function done(whole: boolean) {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve(whole);
    }
  });
}
