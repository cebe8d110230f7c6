import type { IncomingMessage, ServerResponse } from "node:http";

import type { Fault } from "./faults";

export function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, "application/json", JSON.stringify(body));
}

export function isRead(request: IncomingMessage): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

export function headerText(value: string | string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}

/** Reads a request's body as JSON; null if it is empty. Rejects if it is not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? null : JSON.parse(text);
}

/** Returns a field of an object; undefined if the value is no object or has no such field. */
export function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null && Object.hasOwn(body, name)
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined;
}

/** Simulates the faults that the API and the recordings have in common. */
export function answerWithFault(fault: Fault, request: IncomingMessage, response: ServerResponse, body: string): void {
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
