import type { IncomingMessage, ServerResponse } from "node:http";

import type { VendorCall, WebhookBody } from "./contract";
import { parseFault } from "./faults";
import { field, readJson, sendJson } from "./http";
import type { Rollout, Since, Vendor, VendorLink } from "./vendor";

/**
 * Handles the control API, with which tests and the command line control a vendor in another process. It is not part of the vendor's
 * API.
 *
 * | request                             | does                                                               |
 * |-------------------------------------|--------------------------------------------------------------------|
 * | `GET    /_control/`                 | returns the number of known calls and the faults                   |
 * | `POST   /_control/calls`            | adds `{calls}` to the known calls; returns `{webhooks}`            |
 * | `GET    /_control/calls/<id>/webhook` | returns the call's webhook with a newly signed recording URL     |
 * | `POST   /_control/bookings`         | adds `{calls}` that the vendor itself will dial; see `VendorLink`  |
 * | `PUT    /_control/webhook`          | sets where the vendor itself posts webhooks, to `{url}`            |
 * | `GET    /_control/records`          | returns `{records}`: the vendor's own books (`CallRecord`)         |
 * | `PUT    /_control/rollout`          | changes parts of the contract (`Rollout`); returns all of them     |
 * | `POST   /_control/faults`           | adds a fault (`Fault` in faults.ts)                                |
 * | `DELETE /_control/faults`           | clears the faults                                                  |
 * | `GET    /_control/requests`         | returns `{counts: {<path>: n}, requests}`                          |
 * | `DELETE /_control/requests`         | clears the log of requests                                         |
 * | `PUT    /_control/url-lifetime`     | sets the lifetime of recording URLs to `{seconds}`; null: default  |
 * | `POST   /_control/expire-signatures`| expires every URL signed so far                                    |
 * | `POST   /_control/clock`            | moves the clock forward by `{advance_seconds}`                     |
 */
export async function handleControl(
  vendor: Vendor,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const reply = (status: number, body: unknown) => sendJson(response, status, body);
  try {
    const body = request.method === "POST" || request.method === "PUT" ? await readJson(request) : null;
    const webhookOf = /^\/_control\/calls\/([^/]+)\/webhook$/.exec(url.pathname)?.[1];
    if (webhookOf !== undefined && request.method === "GET") {
      const webhook = vendor.webhookFor(webhookOf);
      return webhook === undefined ? reply(404, { error: "unknown call" }) : reply(200, webhook);
    }
    switch (`${request.method} ${url.pathname}`) {
      case "GET /_control/":
        return reply(200, { calls: vendor.callCount(), faults: vendor.faults() });
      case "POST /_control/calls":
        return reply(200, { webhooks: await vendor.register(callsOf(body)) });
      case "POST /_control/bookings":
        await vendor.book(callsOf(body));
        return reply(200, {});
      case "PUT /_control/webhook":
        await vendor.setWebhookUrl(urlOf(body));
        return reply(200, {});
      case "GET /_control/records":
        return reply(200, { records: vendor.records() });
      case "PUT /_control/rollout":
        vendor.setRollout(rolloutOf(body));
        return reply(200, vendor.rollout());
      case "POST /_control/faults": {
        const fault = parseFault(body);
        if (typeof fault === "string") return reply(400, { error: fault });
        vendor.fault(fault);
        return reply(200, { faults: vendor.faults() });
      }
      case "DELETE /_control/faults":
        vendor.clearFaults();
        return reply(200, { faults: [] });
      case "GET /_control/requests": {
        const requests = vendor.requests();
        const counts: Record<string, number> = {};
        for (const { path } of requests) counts[path] = (counts[path] ?? 0) + 1;
        return reply(200, { counts, requests });
      }
      case "DELETE /_control/requests":
        vendor.clearRequests();
        return reply(200, { counts: {}, requests: [] });
      case "PUT /_control/url-lifetime":
        vendor.setUrlLifetime(field(body, "seconds") === null ? null : numberOf(body, "seconds"));
        return reply(200, {});
      case "POST /_control/expire-signatures":
        vendor.expireSignatures();
        return reply(200, {});
      case "POST /_control/clock":
        vendor.advanceClock(numberOf(body, "advance_seconds"));
        return reply(200, {});
      default:
        return reply(404, { error: "no such control" });
    }
  } catch (error) {
    reply(400, { error: error instanceof Error ? error.message : "bad request" });
  }
}

/** Connects to a vendor in another process; `url` is its origin. */
export function connectVendor(url: string): VendorLink {
  async function ask(method: string, path: string, body: unknown): Promise<unknown> {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(new URL(`/_control/${path}`, url), { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the vendor at ${url} answered ${response.status}`);
    return response.json();
  }
  return {
    async register(calls) {
      // `handleControl` answers in this shape.
      const answer = (await ask("POST", "calls", { calls })) as { webhooks: WebhookBody[] };
      return answer.webhooks;
    },
    async book(calls) {
      await ask("POST", "bookings", { calls });
    },
    async setWebhookUrl(webhookUrl) {
      await ask("PUT", "webhook", { url: webhookUrl });
    },
  };
}

/** Only our own senders post here, so it is enough to check that each call has an id. */
function callsOf(body: unknown): VendorCall[] {
  const calls: unknown = field(body, "calls");
  if (!Array.isArray(calls) || !calls.every((call) => typeof field(call, "id") === "string")) {
    throw new Error("calls: a list of calls, each with an id");
  }
  return calls;
}

function numberOf(body: unknown, name: string): number {
  const value = field(body, name);
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${name}: a number`);
  return value;
}

function urlOf(body: unknown): string {
  const url = field(body, "url");
  if (typeof url !== "string" || !URL.canParse(url)) throw new Error("url: a URL");
  return url;
}

function rolloutOf(body: unknown): Partial<Rollout> {
  const changes: Partial<Rollout> = {};
  for (const [name, value] of Object.entries(body ?? {})) {
    if ((name === "retryFields" || name === "permanentRecordings") && isSince(value)) changes[name] = value;
    else if ((name === "tokenInUrls" || name === "scheduling") && typeof value === "boolean") changes[name] = value;
    else throw new Error(`${name}: true, false, or for retryFields and permanentRecordings an ISO date`);
  }
  return changes;
}

function isSince(value: unknown): value is Since {
  return typeof value === "boolean" || (typeof value === "string" && !Number.isNaN(Date.parse(value)));
}
