import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

import { keepContentLength } from "./content-length";
import { rememberResponse } from "./response-status";
import { isWebhookPath, tidyWebhookRequest } from "./webhook-request";

/**
 * Fixes problems of Next's HTTP server. The server cannot be wrapped, but Node publishes every request on a diagnostics
 * channel before the server handles it. Call once per process.
 */
export function fixHttpServer(): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, stop);
  }
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    fixMalformed(request);
    tidyWebhookRequest(request);
    rememberResponse(request, response);
    lingerIfUnread(request);
    keepContentLength(response);
    if (stopping.since !== null) {
      // Otherwise a client that keeps its connection open could continue to send requests.
      response.shouldKeepAlive = false;
    }
  });
}

/* ── Malformed requests, which Next answers with 500 ─────────────────────────────────────────────────────────────── */

/**
 * Replaces a path with invalid percent-encoding by a path that does not exist, and the method TRACE, for which no `Request` can be
 * constructed, by OPTIONS.
 */
function fixMalformed(request: IncomingMessage): void {
  if (!isDecodable(request.url ?? "/")) {
    request.url = isWebhookPath(request.url ?? "/") ? "/webhooks/malformed" : "/malformed";
  }
  if (request.method === "TRACE") {
    request.method = "OPTIONS";
  }
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "");
    return true;
  } catch {
    return false;
  }
}

/* ── Answers that are sent before the body is read ───────────────────────────────────────────────────────────────── */

const LINGER_MS = 2000;
const LINGER_BYTES = 8 * 1024 * 1024;
const LINGER_CHECK_MS = 50;

/** The latest request on each connection. */
const latestRequest = new WeakMap<Socket, IncomingMessage>();

/**
 * Node closes a connection without keep-alive as soon as the answer is sent. If part of the request is still unread, the
 * operating system resets the connection, and a client that is still writing never sees the answer. So the connection is
 * closed in stages (RFC 9112, 9.6): first only for writing, while the rest of the request is read and discarded, up to a limit.
 */
function lingerIfUnread(request: IncomingMessage): void {
  const { socket } = request;
  if (!latestRequest.has(socket)) {
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => (latestRequest.get(socket)?.complete === false ? linger(socket) : destroySoon());
  }
  latestRequest.set(socket, request);
}

function linger(socket: Socket): void {
  const maxBytesRead = socket.bytesRead + LINGER_BYTES;
  const deadline = performance.now() + LINGER_MS;
  const check = setInterval(() => {
    if (socket.bytesRead > maxBytesRead || performance.now() > deadline) {
      socket.destroy();
    }
  }, LINGER_CHECK_MS).unref();
  socket.once("end", () => socket.destroy());
  socket.once("close", () => clearInterval(check));
  socket.end();
}

/* ── Shutdown: Next waits for open requests without a time limit ─────────────────────────────────────────────────── */

const SHUTDOWN_LIMIT_MS = 9000;

const stopping = perProcess("stopping", () => ({ since: null as number | null }));

/** Whether the process is shutting down. Work that can wait should not start. */
export function isStopping(): boolean {
  return stopping.since !== null;
}

function stop(signal: NodeJS.Signals): void {
  stopping.since ??= performance.now();
  log("info", "stopping");
  setTimeout(() => {
    log("warn", "stopped_unfinished");
    process.exit(signal === "SIGTERM" ? 143 : 130);
  }, SHUTDOWN_LIMIT_MS).unref();
}
