import type { VendorCall, WebhookBody } from "./contract";
import type { Fault } from "./faults";

/** The simulated vendor, as its users see it. */

export interface VendorOptions {
  /** 0 or none: a free port. Recording URLs name the port, so a demo that restarts should keep it. */
  port?: number;
  /** Loopback unless said otherwise. */
  host?: string;
  /** Signing keys follow from it, so that URLs outlive a restart. */
  seed?: string;
  /** The bearer key that the API accepts. */
  apiKey?: string;
  /** A key that is real but belongs to no organization: 403. */
  organizationlessKey?: string;
  /** How long a recording URL lives; at most 7 days. Default 3600. */
  urlLifetimeSeconds?: number;
  /** Calls known from the start. */
  calls?: readonly VendorCall[];
  /** Keeps the known calls over a restart: a file of JSON lines, made if missing. */
  stateFile?: string;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  now?: () => number;
}

/** How a sender makes calls known to a vendor before it posts their webhooks: in process or over HTTP. */
export interface VendorLink {
  /** Makes the calls known and returns their webhooks, recordings signed as of each webhook's own time. */
  register(calls: readonly VendorCall[]): Promise<WebhookBody[]>;
}

export interface LoggedRequest {
  at: string;
  method: string;
  /** Without the query: it holds signatures. */
  path: string;
  status: number | null;
  range: string | null;
  requestId: string | null;
}

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
  /** How many calls it knows. */
  callCount(): number;
  /** The webhook of a known call, its recording URL freshly signed. */
  webhookFor(id: string): WebhookBody | undefined;
  /** A recording URL for a known call as of now, whatever its webhook says; null: none was recorded. */
  recordingUrl(id: string): string | null;
  fault(fault: Fault): void;
  faults(): Fault[];
  clearFaults(): void;
  /** Every request but those to `/_control/`, oldest first, the last 10,000. */
  requests(): LoggedRequest[];
  clearRequests(): void;
  setUrlLifetime(seconds: number): void;
  /** Every URL signed until now answers 400 from here on, though it does not look expired. */
  expireSignatures(): void;
  /** Moves the vendor's own clock: reports arrive, signatures expire. */
  advanceClock(seconds: number): void;
  close(): Promise<void>;
}
