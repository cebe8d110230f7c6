import type { VendorCall, WebhookBody } from "./contract";
import type { Fault } from "./faults";
import type { CallRecord } from "./records";

/** Whether the vendor has introduced something: for all calls, for none, or since an instant (ISO 8601). */
export type Since = boolean | string;

/** The parts of the contract that are not the same for every organization or every time. */
export interface Rollout {
  /** The retry fields in webhooks, by the time of the webhook; in the API, by the clock. Default true. */
  retryFields: Since;
  /** Permanent recording URLs, by the end of the call. Default false. */
  permanentRecordings: Since;
  /** Whether a permanent recording URL contains the call's token and so is a credential. Default false. */
  tokenInUrls: boolean;
  /** Whether the organization may book, cancel and reschedule calls. Default true. */
  scheduling: boolean;
}

/** Options of the simulated vendor. */
export interface VendorOptions {
  /** 0 or unset: a free port. Recording URLs contain the port, so the demo uses the same port after a restart. */
  port?: number;
  /** Default: the loopback. */
  host?: string;
  /** The keys that sign URLs are derived from the seed, so URLs stay valid after a restart. */
  seed?: string;
  /** The bearer key that the API accepts. */
  apiKey?: string;
  /** A valid key that belongs to no organization: the API responds with 403. */
  organizationlessKey?: string;
  /** How long a recording URL is valid, in seconds; at most 7 days. Default: 7 days, and 1 day for a call with a permanent one. */
  urlLifetimeSeconds?: number;
  rollout?: Partial<Rollout>;
  /** The receiver's webhook, with the secret: where the vendor itself posts the webhooks of bookings and retries. */
  webhookUrl?: string;
  /** Calls known from the start. */
  calls?: readonly VendorCall[];
  /** A file of JSON lines that preserves the known calls across restarts. Created if missing. */
  stateFile?: string;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  now?: () => number;
}

/** The part of the vendor that senders use, in the same process or over HTTP. The vendor must know a call before its webhook is posted. */
export interface VendorLink {
  /** Adds the calls and returns their webhooks. Each recording URL is signed at the webhook's time, or now if that is in the future. */
  register(calls: readonly VendorCall[]): Promise<WebhookBody[]>;
  /** Adds bookings and retries that lie ahead. The vendor itself posts their webhooks at their `webhookAt`. */
  book(calls: readonly VendorCall[]): Promise<void>;
  /** Sets where the vendor itself posts webhooks. Those that are due are posted immediately. */
  setWebhookUrl(url: string): Promise<void>;
}

/** A request that the vendor received. */
export interface LoggedRequest {
  at: string;
  method: string;
  /** Without the query, which contains signatures. */
  path: string;
  status: number | null;
  range: string | null;
  requestId: string | null;
  /** Whether it had an `Authorization` header. */
  hasKey: boolean;
}

/** A running simulated vendor. */
export interface Vendor extends VendorLink {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** For `SARJ_API_URL`. */
  apiUrl: string;
  /** For `SARJ_API_KEY`. */
  apiKey: string;
  /** For `RECORDING_HOSTS`: `127.0.0.1:<port>`. */
  recordingHost: string;
  call(id: string): VendorCall | undefined;
  callCount(): number;
  /** Returns the vendor's own books, so that a test can count again what the receiver shows. */
  records(): CallRecord[];
  rollout(): Rollout;
  setRollout(changes: Partial<Rollout>): void;
  /** The token with which `GET /calls/{id}/recording` needs no key. */
  recordingToken(id: string): string;
  /** The webhook of a known call with a newly signed recording URL. */
  webhookFor(id: string): WebhookBody | undefined;
  /** A newly signed URL of a known call's recording; null if there is none. */
  recordingUrl(id: string): string | null;
  /** Adds a fault; see `Fault`. */
  fault(fault: Fault): void;
  faults(): Fault[];
  clearFaults(): void;
  /** Returns the latest requests, at most 10,000, oldest first, without requests to `/_control/`. */
  requests(): LoggedRequest[];
  clearRequests(): void;
  /** null: as the contract says. */
  setUrlLifetime(seconds: number | null): void;
  /** Expires every URL signed so far: it gets 400 although its parameters do not show an expiry. */
  expireSignatures(): void;
  /** Moves the vendor's clock forward: reports appear, signatures expire, bookings and retries are dialled. */
  advanceClock(seconds: number): void;
  close(): Promise<void>;
}
