import { randomUUID } from "node:crypto";

import type { Outcome, VendorCall } from "./contract";
import { generateCall, generateHistory, generateLiveContact } from "./generate";
import { deliver, deliverAll, type DeliveryResult } from "./sender";
import type { VendorLink } from "./vendor";

const DAY = 86_400_000;

export interface HistoryOptions {
  /** The URL of the receiver's webhook, with the secret. It is never printed. */
  webhookUrl: string;
  /** A vendor in this process (`startVendor`) or in another (`connectVendor`). Each call is registered before its webhook is sent. */
  vendor: VendorLink;
  /** The number of calls, each with a webhook of its own. They belong to fewer contacts. */
  count: number;
  /** The calls are spread over this many days before `now`. */
  days: number;
  /** Default "callboard". */
  seed?: string;
  /** Milliseconds since the epoch. The same value gives the same calls. Default: the clock. */
  now?: number;
  /** The maximum number of concurrent deliveries. Default 8. */
  concurrency?: number;
  /** The share of calls that are delivered twice, 0 to 1. Default 0.01. */
  duplicates?: number;
  /** "shuffled": a contact's dials arrive in any order, retries before their first call. Default: oldest first. */
  order?: "given" | "shuffled";
  signal?: AbortSignal;
  /** Called after every delivery. */
  onProgress?: (progress: { sent: number; failed: number; total: number }) => void;
}

/**
 * Sends a history: `count` calls of the last `days` days, approximately oldest first, some of them twice. The time of a webhook is also
 * the time at which its recording URL is signed, so the URLs of old calls have expired, as they have at the vendor. Then the vendor
 * books the bookings and retries that lie ahead, and posts their webhooks itself when they are due. Resolves when every delivery has
 * ended; `failed` contains the deliveries without a success.
 */
export async function sendHistory(
  options: HistoryOptions,
): Promise<{ calls: VendorCall[]; results: DeliveryResult[]; failed: DeliveryResult[] }> {
  const { vendor, count, days, signal, onProgress, seed = "callboard", now = Date.now() } = options;
  const { calls, pending } = generateHistory({ seed, count, from: now - days * DAY, to: now });
  const sentAt = (call: VendorCall) => call.webhookAt ?? "";
  const bodies = await vendor.register(calls.toSorted((a, b) => sentAt(a).localeCompare(sentAt(b))));
  const duplicates = Math.round(count * (options.duplicates ?? 0.01));
  const progress = { sent: 0, failed: 0, total: bodies.length + duplicates };
  const results = await deliverAll(bodies, {
    webhookUrl: options.webhookUrl,
    concurrency: options.concurrency ?? 8,
    duplicates: { count: duplicates, when: "late" },
    order: options.order ?? "given",
    seed,
    ...(signal === undefined ? {} : { signal }),
    onResult(result) {
      progress.sent += 1;
      if (!result.delivered) progress.failed += 1;
      onProgress?.({ ...progress });
    },
  });
  if (signal?.aborted !== true) {
    await vendor.setWebhookUrl(options.webhookUrl);
    await vendor.book(pending);
  }
  return { calls, results, failed: results.filter(({ delivered }) => !delivered) };
}

export interface LiveOptions {
  /** The URL of the receiver's webhook, with the secret. It is never printed. */
  webhookUrl: string;
  vendor: VendorLink;
  /** The mean time between two new contacts, in seconds. Individual pauses vary. */
  everySeconds: number;
  /** Divides the pauses between the dials of a contact, which are hours. Default 60: hours become minutes. */
  pace?: number;
  /** Default: random, so that a second start does not repeat the calls of the first. */
  seed?: string;
  /** Seconds from the end of a call to its report. Default 20, which is long enough to see the call without its report. */
  reportDelaySeconds?: number;
  onCall?: (call: VendorCall, result: DeliveryResult) => void;
}

/**
 * Starts a contact every few seconds: sends a call that ends now, and lets the vendor dial its retries and the bookings. `stop()` aborts the current
 * deliveries and waits until they have ended. What is due later is still sent by the vendor.
 */
export function startLive(options: LiveOptions): { stop(): Promise<void> } {
  const { webhookUrl, vendor, everySeconds, pace = 60, seed = randomUUID(), onCall } = options;
  const { reportDelaySeconds = 20 } = options;
  const stopped = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let number = 0;
  let timer = setTimeout(next, 500);

  function next(): void {
    number += 1;
    const contact = generateLiveContact(`${seed}/${number}`, Date.now(), pace, reportDelaySeconds);
    const sending = sendContact(contact)
      // If the vendor's process has ended, ignore the failure of this call.
      .catch(() => undefined)
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    timer = setTimeout(next, everySeconds * 1000 * (0.4 + Math.random() * 1.2));
  }
  async function sendContact(calls: VendorCall[]): Promise<void> {
    const [first, ...retries] = calls;
    const isBooked = first?.data.scheduled_at !== null;
    await vendor.setWebhookUrl(webhookUrl);
    await vendor.book(isBooked ? calls : retries);
    if (first === undefined || isBooked) return;
    const result = await sendCall({ webhookUrl, vendor, call: first, signal: stopped.signal });
    onCall?.(first, result);
  }
  return {
    async stop() {
      clearTimeout(timer);
      stopped.abort();
      await Promise.all(inFlight);
    },
  };
}

/** Registers one call with the vendor and delivers its webhook. */
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

/** Returns the body that the vendor's "Send test webhook" button posts: a complete call that its API does not know. */
export function testWebhook(seed: string, now: number): VendorCall["webhook"] {
  return generateCall({ seed: `${seed}/test`, endedAt: now, outcome: "complete", language: "en", recorded: true })
    .webhook;
}

/** Returns the webhook of a call that the vendor never made, as an attacker who knows the webhook's secret could send it. */
export function forgedWebhook(seed: string, now: number, outcome?: Outcome): VendorCall["webhook"] {
  return generateCall({ seed: `${seed}/forged`, endedAt: now, ...(outcome === undefined ? {} : { outcome }) }).webhook;
}
