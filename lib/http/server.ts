import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/**
 * What Next's HTTP server lacks. It cannot be wrapped, but Node announces every request before the server sees it.
 */
export function mendHttpServer(): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, stop);
  }
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    tame(request);
    lingerIfUnread(request);
    if (stopping.since !== null) {
      // Or a sender that keeps its connection would go on for as long as it likes.
      response.shouldKeepAlive = false;
    }
  });
}

/* ── Malformed requests, which Next answers with 500 ─────────────────────────────────────────────────────────────── */

/** A path whose percent-encoding is broken becomes one that does not exist; TRACE, which no `Request` can be made for, OPTIONS. */
function tame(request: IncomingMessage): void {
  if (!isDecodable(request.url ?? "/")) {
    request.url = request.url?.startsWith("/webhooks/") ? "/webhooks/malformed" : "/malformed";
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

/* ── A refusal that comes before the body is read ────────────────────────────────────────────────────────────────── */

const LINGER_MS = 2000;
const LINGER_BYTES = 8 * 1024 * 1024;
const LINGER_LOOK_MS = 50;

/** The request that a connection is at. */
const current = new WeakMap<Socket, IncomingMessage>();

/**
 * Node closes a connection that it does not keep as soon as the answer has left. If some of the request is unread then, the system
 * resets the connection, and a sender that is still writing never sees the answer. So it is closed in stages, as RFC 9112, 9.6 has it:
 * no more is said, and what comes is read and thrown away, for a while.
 */
function lingerIfUnread(request: IncomingMessage): void {
  const { socket } = request;
  if (!current.has(socket)) {
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => (current.get(socket)?.complete === false ? linger(socket) : destroySoon());
  }
  current.set(socket, request);
}

function linger(socket: Socket): void {
  const enough = socket.bytesRead + LINGER_BYTES;
  const deadline = performance.now() + LINGER_MS;
  const look = setInterval(() => {
    if (socket.bytesRead > enough || performance.now() > deadline) {
      socket.destroy();
    }
  }, LINGER_LOOK_MS).unref();
  socket.once("end", () => socket.destroy());
  socket.once("close", () => clearInterval(look));
  socket.end();
}

/* ── The end: Next stops accepting and waits for what is in flight, but for no limited time ──────────────────────── */

const ENDS_WITHIN_MS = 9000;

const stopping = perProcess("stopping", () => ({ since: null as number | null }));

/** Whether the process was told to end: work that can wait should. */
export function isStopping(): boolean {
  return stopping.since !== null;
}

function stop(signal: NodeJS.Signals): void {
  stopping.since ??= performance.now();
  log("info", "stopping");
  setTimeout(() => {
    log("warn", "stopped_unfinished");
    process.exit(signal === "SIGTERM" ? 143 : 130);
  }, ENDS_WITHIN_MS).unref();
}
