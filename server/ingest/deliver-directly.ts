import type { IncomingMessage, ServerResponse } from "node:http";

import { log } from "@/lib/log";
import { errorFields } from "@/lib/quiet-console";
import { readNodeBody } from "@/lib/sarj/node-body";

import { takeDelivery } from "./take-delivery";

/**
 * Answers a delivery on Node's own request, as the webhook's route does on one of Next: half of the time of a delivery would be the framework's. Everything but
 * the request and the answer is the same. Platforms without a server of our own use the route.
 */
export async function deliverDirectly(
  request: IncomingMessage,
  response: ServerResponse,
  secretLabel: string,
): Promise<void> {
  try {
    const incoming = {
      headers: headersOf(request),
      readBody: (limits: { deadlineMs: number }) => readNodeBody(request, limits),
    };
    const { status, headers, body } = await takeDelivery(incoming, secretLabel);
    send(response, status, body, headers);
  } catch (error) {
    log("error", "delivery_failed", { secret_label: secretLabel, ...errorFields(error) });
    send(response, 500, { error: "internal_error" });
  }
}

function headersOf({ headers, socket }: IncomingMessage): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      result.append(name, Array.isArray(value) ? value.join(", ") : value);
    }
  }
  // As Next does: without a proxy, this is the sender's address.
  if (!result.has("x-forwarded-for") && socket.remoteAddress !== undefined) {
    result.append("x-forwarded-for", socket.remoteAddress);
  }
  return result;
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...headers, "Content-Type": "application/json", "Content-Length": bytes.length });
  response.end(bytes);
}
