import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { type ApiContext, answerApi } from "./api";
import { callStore } from "./call-store";
import type { ApiCall, VendorCall, WebhookBody } from "./contract";
import { handleControl } from "./control";
import { startDispatcher } from "./dispatcher";
import { faultQueue } from "./faults";
import { answerWithFault, headerText, isRead, send } from "./http";
import { sendObject, sendStorageError, storedObject } from "./recording-storage";
import { recordsAt } from "./records";
import { type SigningKey, signUrl, verifyUrl } from "./signed-url";
import type { LoggedRequest, Rollout, Since, Vendor, VendorOptions } from "./vendor";

/** The bucket's name in recording URLs: `<origin>/sarj-call-recordings/<call id>.mp4?X-Goog-…`. */
const BUCKET = "sarj-call-recordings";
const LOG_LIMIT = 10_000;
const RETRY_FIELDS = ["retry_attempt_number", "root_call_id", "next_retry_at"] as const;
/** How long a signed URL is valid, in seconds: 7 days, or a day for calls with a permanent URL. One that such a URL redirects to: minutes. */
const LIFETIMES = { signed: 604_800, besidePermanent: 86_400, minted: 300 };

/** Starts the simulated vendor: its API, its recordings and the control API on one port. Rejects if the port is in use. */
export async function startVendor(options: VendorOptions = {}): Promise<Vendor> {
  const {
    host = "127.0.0.1",
    seed = "callboard",
    apiKey = "sarj_simulated_key_0123456789abcdef",
    organizationlessKey = "sarj_simulated_key_without_organization",
  } = options;
  const clock = options.now ?? Date.now;
  const store = callStore(options.stateFile);
  const faults = faultQueue();
  const keys = new Map<string, SigningKey>();
  const revoked = new Set<string>();
  /** Added to the clock by `advanceClock`. */
  let offsetMs = 0;
  let urlLifetimeSeconds = options.urlLifetimeSeconds ?? null;
  let webhookUrl = options.webhookUrl ?? null;
  let rollout: Rollout = {
    retryFields: true,
    permanentRecordings: false,
    tokenInUrls: false,
    scheduling: true,
    ...options.rollout,
  };
  let log: LoggedRequest[] = [];
  let key = newKey();
  if (options.calls !== undefined) store.add(options.calls);

  function newKey(): SigningKey {
    const accessId = `GOOG1ESIMULATED${String(keys.size).padStart(5, "0")}`;
    const made = { accessId, secret: `${seed}:${accessId}` };
    keys.set(accessId, made);
    return made;
  }
  const now = () => clock() + offsetMs;

  function sign(call: VendorCall, at: number, lifetime = lifetimeOf(call)): string | null {
    const path = `/${BUCKET}/${call.id}.mp4`;
    return call.recording === null ? null : signUrl(vendor.url, path, key, at, urlLifetimeSeconds ?? lifetime);
  }
  function lifetimeOf(call: VendorCall): number {
    return hasPermanentRecording(call) ? LIFETIMES.besidePermanent : LIFETIMES.signed;
  }
  function hasPermanentRecording({ recording, data }: VendorCall): boolean {
    return (
      recording !== null && data.ended_at !== null && isSince(rollout.permanentRecordings, Date.parse(data.ended_at))
    );
  }
  function recordingToken(callId: string): string {
    return createHmac("sha256", `${seed}:recording`).update(callId).digest("base64url");
  }
  function permanentUrl(call: VendorCall): string | null {
    if (!hasPermanentRecording(call)) return null;
    const token = rollout.tokenInUrls ? `?t=${recordingToken(call.id)}` : "";
    return `${vendor.apiUrl}/calls/${encodeURIComponent(call.id)}/recording${token}`;
  }
  function webhook(call: VendorCall, at: number): WebhookBody {
    const payload = { ...call.webhook.payload };
    if (!isSince(rollout.retryFields, Date.parse(call.webhookAt ?? call.data.updated_at))) {
      for (const name of RETRY_FIELDS) delete payload[name];
    }
    if (payload.type !== "complete" || payload.call_data === null) return { ...call.webhook, payload };
    const urls = { recording_url: sign(call, at), permanent_recording_url: permanentUrl(call) };
    return { ...call.webhook, payload: { ...payload, call_data: { ...payload.call_data, ...urls } } };
  }
  function registered(call: VendorCall): WebhookBody {
    return webhook(call, Math.min(Date.parse(call.webhookAt ?? call.data.updated_at), now()));
  }
  function withUrls(call: VendorCall, view: ApiCall): Partial<ApiCall> {
    const isEnded = view.ended_at !== null;
    const isReported = call.reportAt !== null && now() >= Date.parse(call.reportAt);
    const answer: Partial<ApiCall> = {
      ...view,
      report: isReported ? view.report : null,
      recording_url: isEnded ? sign(call, now()) : null,
      permanent_recording_url: isEnded ? permanentUrl(call) : null,
    };
    if (!isSince(rollout.retryFields, now())) {
      for (const name of [...RETRY_FIELDS, "is_retry", "scheduled_at"] as const) delete answer[name];
    }
    return answer;
  }
  const dispatcher = startDispatcher({ store, now, url: () => webhookUrl, webhook: registered });
  const api: ApiContext = {
    apiKey,
    organizationlessKey,
    store,
    faults,
    now,
    isSchedulingEnabled: () => rollout.scheduling,
    withUrls,
    hasPermanentRecording,
    recordingToken,
    mintRecordingUrl: (call) => sign(call, now(), LIFETIMES.minted),
    onChange: dispatcher.wake,
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    // Do not resolve the path against a base: "//elsewhere/" would become another host.
    const address = `${vendor.url}${request.url ?? "/"}`;
    if (!URL.canParse(address)) return send(response, 400, "text/plain; charset=utf-8", "Bad request\n");
    const url = new URL(address);
    if (url.pathname.startsWith("/_control/")) {
      void handleControl(vendor, request, response, url);
      return;
    }
    const entry: LoggedRequest = {
      at: new Date(now()).toISOString(),
      method: request.method ?? "GET",
      path: url.pathname,
      status: null,
      range: request.headers.range ?? null,
      requestId: headerText(request.headers["x-request-id"]),
      hasKey: request.headers.authorization !== undefined,
    };
    log.push(entry);
    if (log.length > LOG_LIMIT) log = log.slice(-LOG_LIMIT / 2);
    response.on("finish", () => {
      entry.status = response.statusCode;
    });
    if (url.pathname.startsWith("/api/v1/")) answerApi(api, request, response, url);
    else if (url.pathname.startsWith(`/${BUCKET}/`)) answerRecording(request, response, url);
    else send(response, 404, "text/plain; charset=utf-8", "Not found\n");
  }

  function answerRecording(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const callId = /^\/[^/]+\/([^/]+)\.mp4$/.exec(url.pathname)?.[1];
    const fault = faults.take("recording", callId);
    if (fault !== undefined) {
      if (fault.kind === "status") {
        const status = fault.status ?? 500;
        sendStorageError(response, { ok: false, status, code: "SimulatedFailure", message: "Simulated failure." });
      } else {
        answerWithFault(fault, request, response, "no recording".repeat(5000));
      }
      return;
    }
    if (!isRead(request)) {
      return sendStorageError(response, { ok: false, status: 405, code: "MethodNotAllowed", message: "Not allowed." });
    }
    const verdict = verifyUrl(url, request.headers.host ?? "", keys, revoked, now());
    if (!verdict.ok) return sendStorageError(response, verdict);
    const call = callId === undefined ? undefined : store.get(callId);
    if (call === undefined || call.recording === null) {
      const message = "The specified key does not exist.";
      return sendStorageError(response, { ok: false, status: 404, code: "NoSuchKey", message });
    }
    sendObject(request, response, storedObject(call.recording));
  }

  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  // A server on TCP has an AddressInfo; only pipes and Unix sockets have a string.
  const { port } = server.address() as AddressInfo;
  const recordingHost = `${host.includes(":") ? `[${host}]` : host}:${port}`;

  const vendor: Vendor = {
    url: `http://${recordingHost}`,
    apiUrl: `http://${recordingHost}/api/v1`,
    apiKey,
    recordingHost,
    async register(calls) {
      store.add(calls);
      return calls.map(registered);
    },
    async book(calls) {
      store.add(calls, { pending: true });
      dispatcher.wake();
    },
    async setWebhookUrl(url) {
      webhookUrl = url;
      dispatcher.wake();
    },
    call: store.get,
    callCount: () => store.size,
    records: () => recordsAt(store, now()),
    rollout: () => ({ ...rollout }),
    setRollout(changes) {
      rollout = { ...rollout, ...changes };
    },
    recordingToken,
    webhookFor(id) {
      const call = store.get(id);
      return call === undefined ? undefined : webhook(call, now());
    },
    recordingUrl(id) {
      const call = store.get(id);
      return call === undefined ? null : sign(call, now());
    },
    fault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    requests: () => structuredClone(log),
    clearRequests: () => {
      log = [];
    },
    setUrlLifetime: (seconds) => {
      urlLifetimeSeconds = seconds;
    },
    expireSignatures: () => {
      revoked.add(key.accessId);
      key = newKey();
    },
    advanceClock: (seconds) => {
      offsetMs += seconds * 1000;
      dispatcher.wake();
    },
    async close() {
      await dispatcher.stop();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
    },
  };
  dispatcher.wake();
  return vendor;
}

/** Whether something that began at `since` applies at this time, in milliseconds since the epoch. */
function isSince(since: Since, at: number): boolean {
  return typeof since === "boolean" ? since : at >= Date.parse(since);
}
