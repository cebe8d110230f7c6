import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

import { log } from "./log";
import { perProcess } from "./per-process";

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
