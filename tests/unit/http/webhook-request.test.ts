import type { IncomingMessage } from "node:http";

import { expect, test } from "@playwright/test";

import { tidyWebhookRequest, webhookSecretLabel } from "@/lib/http/webhook-request";
import { secretLabel } from "@/lib/sarj/secrets";

function tidied(url: string, headers: Record<string, string> = {}) {
  const request = { url, headers: { ...headers } };
  tidyWebhookRequest(request as unknown as IncomingMessage);
  return request;
}

for (const [target, path] of [
  ["/webhooks/sarj/secret", "/webhooks/sarj/secret"],
  ["/webhooks/sarj/secret/", "/webhooks/sarj/secret/"],
  ["//webhooks///sarj//secret//", "/webhooks/sarj/secret/"],
  ["\\webhooks\\sarj/secret", "/webhooks/sarj/secret"],
  ["http://calls.example.com//webhooks/sarj/secret", "/webhooks/sarj/secret"],
  ["HTTP://calls.example.com:80/webhooks", "/webhooks"],
  ["//webhooks/sarj/secret?a=//b", "/webhooks/sarj/secret"],
] as const) {
  test(`the webhook's target ${target} becomes ${path}`, () => {
    expect(tidied(target).url).toBe(path);
  });
}

for (const target of [
  "//calls",
  "/calls//x",
  "/webhooksx//y",
  "http://calls.example.com//calls",
  "/?next=/webhooks//x",
  "*",
]) {
  test(`the target ${target} is not the webhook's, so nothing changes`, () => {
    expect(tidied(target, { rsc: "1" })).toEqual({ url: target, headers: { rsc: "1" } });
  });
}

test("of the headers, only those of the framework are removed", () => {
  const kept = {
    host: "calls.example.com",
    "content-type": "application/json",
    "content-encoding": "gzip",
    "x-forwarded-for": "192.0.2.1",
    "x-vercel-forwarded-for": "192.0.2.1",
    "x-request-id": "1",
    "x-sarj-signature": "1",
  };
  expect(
    tidied("/webhooks/sarj/secret", { ...kept, rsc: "1", "next-action": "x", "x-nextjs-data": "1" }).headers,
  ).toEqual(kept);
});

const SECRET = "a-secret-of-the-webhook-0123456789";
for (const [target, expected] of [
  [`/webhooks/sarj/${SECRET}`, true],
  [`//webhooks/sarj//${SECRET}/?x=1`, true],
  [`http://calls.example.com/webhooks/sarj/${SECRET}`, true],
  [`/webhooks/sarj/${SECRET}x`, false],
  [`/webhooks/sarj/${SECRET}/more`, false],
  [`/webhooks/sarj/?${SECRET}`, false],
  [`/calls/${SECRET}`, false],
  ["/webhooks/sarj/", false],
] as const) {
  test(`${target.replace(SECRET, "<secret>")} ${expected ? "goes ahead of other requests" : "takes its turn"}`, () => {
    expect(webhookSecretLabel(target, ["another-secret-0123456789-abcdefgh", SECRET])).toBe(
      expected ? secretLabel(SECRET) : null,
    );
  });
}
