import { randomUUID } from "node:crypto";

import type { Outcome, VendorCall } from "./contract";
import { generateCall, generateCalls } from "./generate";
import { deliver, deliverAll, type DeliveryResult } from "./sender";
import type { VendorLink } from "./vendor";

const DAY = 86_400_000;

export interface HistoryOptions {
  /** The receiver's webhook, its secret included. It is never printed. */
  webhookUrl: string;
  /** A vendor in this process (`startVendor`) or in another (`connectVendor`). It learns every call before it is sent. */
  vendor: VendorLink;
  count: number;
  /** The calls are spread over so many days that end now. */
  days: number;
  /** Default "callboard". */
  seed?: string;
  /** Milliseconds since the epoch; with a fixed one, the same calls every time. Default: the clock. */
  now?: number;
  /** Deliveries in flight at once. Default 8. */
  concurrency?: number;
  /** The share that is delivered twice, 0 to 1. Default 0.01. */
  duplicates?: number;
  signal?: AbortSignal;
  /** Called after every delivery. */
  onProgress?: (progress: { sent: number; failed: number; total: number }) => void;
}

/**
 * Sends a past: `count` calls over the last `days` days, oldest first but not strictly in order, some twice. Recording
 * URLs are signed as of each call's own time, so those of old calls have expired, as they have with the vendor.
 * Resolves when all are through; `failed` holds those that were given up after three attempts.
 */
export async function sendHistory(
  options: HistoryOptions,
): Promise<{ calls: VendorCall[]; results: DeliveryResult[]; failed: DeliveryResult[] }> {
  const { vendor, count, days, signal, onProgress, seed = "callboard", now = Date.now() } = options;
  const calls = generateCalls({ seed, count, from: now - days * DAY, to: now });
  // Reports of the last minutes are still to come; everything else was sent when its time was.
  const bodies = await vendor.register(calls.toSorted((a, b) => a.webhookAt.localeCompare(b.webhookAt)));
  const duplicates = Math.round(count * (options.duplicates ?? 0.01));
  const progress = { sent: 0, failed: 0, total: bodies.length + duplicates };
  const results = await deliverAll(bodies, {
    webhookUrl: options.webhookUrl,
    concurrency: options.concurrency ?? 8,
    duplicates: { count: duplicates, when: "late" },
    seed,
    ...(signal === undefined ? {} : { signal }),
    onResult(result) {
      progress.sent += 1;
      if (!result.delivered) progress.failed += 1;
      onProgress?.({ ...progress });
    },
  });
  return { calls, results, failed: results.filter(({ delivered }) => !delivered) };
}

export interface LiveOptions {
  /** The receiver's webhook, its secret included. It is never printed. */
  webhookUrl: string;
  vendor: VendorLink;
  /** The mean pause between two calls' ends, in seconds; each pause differs. */
  everySeconds: number;
  /** Default: a new one at each start, so that a second start does not repeat the calls of the first. */
  seed?: string;
  /** Seconds from a call's end to its report. Default 20: long enough to be seen coming. */
  reportDelaySeconds?: number;
  onCall?: (call: VendorCall, result: DeliveryResult) => void;
}

/** Calls that end now, one every few seconds, until `stop()`, which waits for what is in flight. */
export function startLive(options: LiveOptions): { stop(): Promise<void> } {
  const { webhookUrl, vendor, everySeconds, seed = randomUUID(), reportDelaySeconds = 20, onCall } = options;
  const stopped = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let number = 0;
  let timer = setTimeout(next, 500);

  function next(): void {
    number += 1;
    const call = generateCall({ seed: `${seed}/${number}`, endedAt: Date.now(), reportDelaySeconds });
    const sending = sendCall({ webhookUrl, vendor, call, signal: stopped.signal })
      .then((result) => onCall?.(call, result))
      // A vendor in another process that has gone away ends this call, not the play.
      .catch(() => undefined)
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    timer = setTimeout(next, everySeconds * 1000 * (0.4 + Math.random() * 1.2));
  }
  return {
    async stop() {
      clearTimeout(timer);
      stopped.abort();
      await Promise.all(inFlight);
    },
  };
}

/** Makes one call known to the vendor and delivers its webhook. */
export async function sendCall(options: {
  webhookUrl: string;
  vendor: VendorLink;
  call: VendorCall;
  signal?: AbortSignal;
}): Promise<DeliveryResult> {
  const { webhookUrl, vendor, call, signal } = options;
  const [body] = await vendor.register([call]);
  return deliver(webhookUrl, body ?? call.webhook, signal === undefined ? {} : { signal });
}

/** What the vendor's "Send test webhook" button posts: a complete call that its API does not know. */
export function testWebhook(seed: string, now: number): VendorCall["webhook"] {
  return generateCall({ seed: `${seed}/test`, endedAt: now, outcome: "complete", language: "en", recorded: true })
    .webhook;
}

/** A call that the vendor never made, as one would forge it who has the webhook's secret. */
export function forgedCall(seed: string, now: number, outcome?: Outcome): VendorCall["webhook"] {
  return generateCall({ seed: `${seed}/forged`, endedAt: now, ...(outcome === undefined ? {} : { outcome }) }).webhook;
}
