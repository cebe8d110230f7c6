import type { CallStore } from "./call-store";
import type { VendorCall, WebhookBody } from "./contract";
import { deliverAll } from "./sender";

/** `setTimeout` cannot wait longer. */
const MAXIMUM_WAIT = 2 ** 31 - 1;

export interface Dispatcher {
  /** Call after a change of the clock, the URL or the pending calls. */
  wake(): void;
  /** Aborts the current deliveries and waits until they have ended. */
  stop(): Promise<void>;
}

/** Sends the webhooks of the vendor's pending calls when they are due, as long as `url()` gives a URL. */
export function startDispatcher(options: {
  store: CallStore;
  now: () => number;
  url: () => string | null;
  webhook: (call: VendorCall) => WebhookBody;
}): Dispatcher {
  const { store, now, url, webhook } = options;
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | null = null;

  function wake(): void {
    clearTimeout(timer);
    const webhookUrl = url();
    if (sending !== null || webhookUrl === null || stopped.signal.aborted) return;
    const waiting = store
      .pending()
      .flatMap((call) => (call.webhookAt === null ? [] : [{ call, at: Date.parse(call.webhookAt) }]))
      .sort((a, b) => a.at - b.at);
    const next = waiting[0];
    if (next === undefined) return;
    const due = waiting.filter(({ at }) => at <= now());
    if (due.length === 0) {
      timer = setTimeout(wake, Math.min(next.at - now(), MAXIMUM_WAIT));
      return;
    }
    sending = send(
      webhookUrl,
      due.map(({ call }) => call),
    ).finally(() => {
      sending = null;
      wake();
    });
  }

  /** A call is no longer pending after its delivery has ended, with or without success. */
  async function send(webhookUrl: string, calls: readonly VendorCall[]): Promise<void> {
    await deliverAll(calls.map(webhook), {
      webhookUrl,
      signal: stopped.signal,
      onResult({ callId }) {
        // It may have changed during its delivery.
        const call = store.get(callId);
        if (call !== undefined && !stopped.signal.aborted) store.add([call]);
      },
    });
  }
  return {
    wake,
    async stop() {
      clearTimeout(timer);
      stopped.abort();
      await sending;
    },
  };
}
