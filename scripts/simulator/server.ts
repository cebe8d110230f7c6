import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { callStore } from "./call-store";
import type { ApiCall, VendorCall, WebhookBody } from "./contract";
import { handleControl } from "./control";
import { type Fault, faultQueue } from "./faults";
import { sendObject, sendStorageError, storedObject } from "./recording-storage";
import { type SigningKey, signUrl, verifyUrl } from "./signed-url";
import type { LoggedRequest, Vendor, VendorOptions } from "./vendor";

/** The bucket's name in recording URLs: `<origin>/sarj-call-recordings/<call id>.mp4?X-Goog-…`. */
const BUCKET = "sarj-call-recordings";
const LOG_LIMIT = 10_000;

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
  let urlLifetimeSeconds = options.urlLifetimeSeconds ?? 3600;
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

  function sign(call: VendorCall, at: number): string | null {
    return call.recording === null
      ? null
      : signUrl(vendor.url, `/${BUCKET}/${call.id}.mp4`, key, at, urlLifetimeSeconds);
  }
  function webhook(call: VendorCall, at: number): WebhookBody {
    const { payload } = call.webhook;
    if (payload.type !== "complete" || payload.call_data === null) return call.webhook;
    return {
      ...call.webhook,
      payload: { ...payload, call_data: { ...payload.call_data, recording_url: sign(call, at) } },
    };
  }
  function apiCall(call: VendorCall): ApiCall {
    const reported = call.reportAt !== null && now() >= Date.parse(call.reportAt);
    return { ...call.data, report: reported ? call.data.report : null, recording_url: sign(call, now()) };
  }

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
    };
    log.push(entry);
    if (log.length > LOG_LIMIT) log = log.slice(-LOG_LIMIT / 2);
    response.on("finish", () => {
      entry.status = response.statusCode;
    });
    if (url.pathname.startsWith("/api/v1/")) answerApi(request, response, url);
    else if (url.pathname.startsWith(`/${BUCKET}/`)) answerRecording(request, response, url);
    else send(response, 404, "text/plain; charset=utf-8", "Not found\n");
  }

  function answerApi(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const requestId = mirroredId(request) ?? `req_${randomUUID().replaceAll("-", "")}`;
    response.setHeader("X-Request-ID", requestId);
    const id = /^\/api\/v1\/calls\/([^/]+)$/.exec(url.pathname)?.[1];
    const callId = id === undefined ? undefined : safeDecode(id);
    const fault = faults.take("api", callId);
    const succeed = (data: unknown) => sendJson(response, 200, { data, meta: { request_id: requestId } });
    const fail = (status: number, type: string, message: string) =>
      sendJson(response, status, { error: { type, message }, meta: { request_id: requestId } });

    if (fault !== undefined && fault.kind !== "other_call") {
      if (fault.kind === "status") {
        if (fault.retryAfter !== undefined) response.setHeader("Retry-After", fault.retryAfter);
        const status = fault.status ?? 500;
        fail(status, fault.errorType ?? ERROR_TYPES.get(status) ?? "internal_error", "Simulated failure.");
      } else {
        const body = JSON.stringify({ data: { id: callId ?? null, status: "completed" } });
        answerWithFault(fault, request, response, body);
      }
      return;
    }
    if (url.pathname === "/api/v1/health" && isRead(request)) return succeed({ status: "ok" });
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (bearer === organizationlessKey) {
      return fail(403, "no_organization", "This API key does not belong to an organization.");
    }
    if (bearer !== apiKey) return fail(401, "unauthorized", "Missing or invalid API key.");
    if (callId === undefined) return fail(404, "not_found", "No such endpoint.");
    if (!isRead(request)) {
      response.setHeader("Allow", "GET");
      return fail(405, "method_not_allowed", "Method not allowed.");
    }
    const call = fault?.kind === "other_call" ? store.other(callId) : store.get(callId);
    if (call === undefined) return fail(404, "call_not_found", "Call not found.");
    succeed(apiCall(call));
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
      return calls.map((call) => webhook(call, Math.min(Date.parse(call.webhookAt), now())));
    },
    call: store.get,
    callCount: () => store.size,
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
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
  return vendor;
}

/** The contract's `error.type` for each status. */
const ERROR_TYPES = new Map([
  [401, "unauthorized"],
  [403, "no_organization"],
  [404, "call_not_found"],
  [429, "rate_limited"],
  [500, "internal_error"],
]);

/** Simulates the faults that the API and the recordings have in common. */
function answerWithFault(fault: Fault, request: IncomingMessage, response: ServerResponse, body: string): void {
  switch (fault.kind) {
    case "hang":
      request.resume();
      return;
    case "html":
      return send(response, fault.status ?? 200, "text/html; charset=utf-8", HTML_PAGE);
    case "malformed":
      return send(response, 200, "application/json", body.slice(0, -Math.ceil(body.length / 3)));
    case "redirect":
      response.writeHead(302, { Location: fault.location ?? "http://169.254.169.254/latest/meta-data/" }).end();
      return;
    default:
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length });
      response.write(body.slice(0, body.length / 2), () => request.socket.resetAndDestroy());
  }
}

const HTML_PAGE = "<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1><hr><center>nginx</center>\n";

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, "application/json", JSON.stringify(body));
}

function isRead(request: IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

/** Returns the request id if the contract lets the API return it (at most 128 printable ASCII characters), else null. */
function mirroredId(request: IncomingMessage): string | null {
  const id = headerText(request.headers["x-request-id"]);
  return id !== null && /^[\x20-\x7e]{1,128}$/.test(id) ? id : null;
}

function headerText(value: string | string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
