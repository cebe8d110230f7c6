import { subscribe } from "node:diagnostics_channel";
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { env } from "@/lib/env";

import { keepContentLength } from "../content-length";
import { rememberResponse } from "../response-status";
import { isWebhookPath, tidyWebhookRequest, webhookSecretLabel } from "../webhook-request";
import { endSlowBodies, hasBody, isAnnouncedTooLarge, receiveBody } from "./body";
import {
  areTooManyConnections,
  closeSlowConnections,
  followConnection,
  followRequest,
  MAX_CONNECTIONS_WITH_RESERVE,
  setReceivingBody,
} from "./connections";
import { lingerIfUnread } from "./linger";
import { fixMalformed } from "./malformed";
import { type Refusal, refuse } from "./refuse";
import { isStopping, limitShutdown } from "./shutdown";
import { takeTurn } from "./turns";

/** Answers a delivery. Never rejects. */
type Deliver = (request: IncomingMessage, response: ServerResponse, secretLabel: string) => Promise<void>;

let deliver: Deliver | null = null;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Twice the time that any body may take (`body.ts`, and 8 s for a webhook's): for the rest of a request that is already answered. */
const MAX_REQUEST_MS = 60_000;
const CHECK_MS = 1000;

const fixed = new WeakSet<Server>();

/**
 * Fixes problems of Next's HTTP server, and limits what a stranger can occupy. Next creates the server itself, but Node publishes each of its
 * connections and requests on a diagnostics channel before the server handles it. Call once per process.
 *
 * @param answer answers authentic deliveries instead of Next; null if Next answers them
 */
export function fixHttpServer(answer: Deliver | null): void {
  deliver = answer;
  limitShutdown();
  subscribe("net.server.socket", (message) => {
    const { socket } = message as { socket: Socket & { server?: unknown } };
    if (socket.server instanceof Server) {
      fix(socket.server);
      followConnection(socket);
    }
  });
  // For connections that were accepted before this function was called.
  subscribe("http.server.request.start", (message) => {
    const { server, socket } = message as { server: Server; socket: Socket };
    fix(server);
    followConnection(socket);
  });
  setInterval(() => {
    endSlowBodies();
    closeSlowConnections();
  }, CHECK_MS).unref();
}

/** Puts `guard` in front of Next's handler. */
function fix(server: Server): void {
  if (fixed.has(server)) {
    return;
  }
  fixed.add(server);
  const handlers = server.listeners("request") as Handler[];
  const next: Handler = (request, response) => {
    for (const handler of handlers) {
      handler.call(server, request, response);
    }
  };
  server.removeAllListeners("request");
  server.on("request", (request, response) => guard(request, response, next));
  server.on("checkContinue", (request, response) => {
    guard(request, response, next, () => response.writeContinue());
  });
  server.on("connect", (_, socket: Socket) => {
    socket.write("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    socket.destroySoon();
  });
  if (env.NODE_ENV === "production") {
    // Next answers `Upgrade` by closing the connection, or never. Without a listener, Node ignores the header, as RFC 9110, 7.8 allows:
    // Java's HTTP client sends it with every request over plain http.
    server.removeAllListeners("upgrade");
  }
  server.requestTimeout = MAX_REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS_WITH_RESERVE;
}

/** Above 10 listeners of one event, Node prints a warning about a leak. A response has about six of Next and five of ours. */
const MAX_LISTENERS = 20;

/** Passes a request on to `next`, or answers it. `goOn` is called before the body is read: the client waits for it. */
function guard(request: IncomingMessage, response: ServerResponse, next: Handler, goOn: () => void = () => {}): void {
  const { socket } = request;
  if (!followRequest(socket, response)) {
    socket.destroy();
  }
  if (!socket.writable) {
    // What came after a request that ended the connection.
    return;
  }
  response.setMaxListeners(MAX_LISTENERS);
  fixMalformed(request);
  tidyWebhookRequest(request);
  rememberResponse(request, response);
  lingerIfUnread(request);
  keepContentLength(response);
  if (isStopping()) {
    // Otherwise a client that keeps its connection open could continue to send requests.
    response.shouldKeepAlive = false;
  }
  const target = request.url ?? "/";
  const isWebhook = isWebhookPath(target);
  const secretLabel = isWebhook ? webhookSecretLabel(target, env.SARJ_WEBHOOK_SECRETS) : null;
  const isDelivery = secretLabel !== null;
  if (isWebhook || isHealthPath(target)) {
    // Compression waits for one of the few threads on which passwords are hashed too.
    delete request.headers["accept-encoding"];
  }
  const refusal = isDelivery ? null : refusalOf(request, isWebhook);
  if (refusal !== null) {
    refuse(request, response, refusal);
    return;
  }
  goOn();
  if (isDelivery) {
    if (request.method === "POST" && deliver !== null) {
      void deliver(request, response, secretLabel);
    } else {
      next(request, response);
    }
  } else if (isWebhook || !hasBody(request)) {
    // The webhook's route answers without reading the body.
    takeTurn(response, () => next(request, response));
  } else {
    setReceivingBody(socket, true);
    const release = receiveBody(request, (problem) => {
      setReceivingBody(socket, false);
      if (problem === null) {
        takeTurn(response, () => next(request, response));
      } else if (problem !== "cut_off") {
        refuse(request, response, problem);
      }
    });
    response.once("close", release);
  }
}

function refusalOf(request: IncomingMessage, isWebhook: boolean): Refusal | null {
  if (areTooManyConnections()) {
    return "busy";
  }
  return !isWebhook && isAnnouncedTooLarge(request) ? "too_large" : null;
}

function isHealthPath(target: string): boolean {
  return /^\/api\/health\/?(\?|$)/.test(target);
}
