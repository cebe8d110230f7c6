import { expect, test } from "@playwright/test";

import { keptHeaders } from "@/lib/http/kept-headers";

const SECRET = "a-webhook-secret_0123456789-ABCDEFGH";

test("credentials are never kept, in whatever case their names are", () => {
  const headers = new Headers({
    Cookie: "session=1",
    AUTHORIZATION: "Bearer x",
    "Proxy-Authorization": "Basic x",
    "X-Forwarded-Authorization": "Bearer x",
    "X-Sarj-Recording-Token": "x",
    "X-Vercel-OIDC-Token": "x",
    "X-Vercel-SC-Headers": "x",
    "X-Vercel-Proxy-Signature-Ts": "x",
    "CF-Access-Jwt-Assertion": "x",
    "X-Amz-Security-Token": "x",
    "X-Sarj-Signature": "sha256=abc",
    "User-Agent": "sarj/1.0",
  });
  expect(keptHeaders(headers, [])).toEqual({ "user-agent": "sarj/1.0", "x-sarj-signature": "sha256=abc" });
});

test("our secrets are hidden wherever they occur in a value, also percent-encoded", () => {
  const encoded = [...SECRET].map((character) => `%${character.charCodeAt(0).toString(16)}`).join("");
  const headers = new Headers({
    "x-forwarded-uri": `/webhooks/sarj/${SECRET}`,
    "x-original-url": `https://ops.example.org/webhooks/sarj/${SECRET}?a=${SECRET}`,
    referer: `https://x.example/?next=%2Fwebhooks%2Fsarj%2F${SECRET}`,
    "x-rewritten": `/webhooks/sarj/${encoded.toUpperCase()}`,
    "x-in-part": `/webhooks/sarj/${SECRET.slice(0, 5).replaceAll("-", "%2D")}${SECRET.slice(5)}`,
  });
  const kept = keptHeaders(headers, [SECRET]);
  for (const [name, value] of Object.entries(kept)) {
    expect(decodeURIComponent(value), name).not.toContain(SECRET);
    expect(value, name).toContain("[hidden]");
  }
  expect(kept["x-original-url"]).toBe("https://ops.example.org/webhooks/sarj/[hidden]?a=[hidden]");
});

test("a secret at the place where a long value is cut is not kept in part", () => {
  const kept = keptHeaders(new Headers({ "x-long": `${"a".repeat(4090)}${SECRET}` }), [SECRET]);
  expect(kept["x-long"]).not.toContain(SECRET.slice(0, 6));
  expect(kept["x-long"]?.length).toBeLessThanOrEqual(4096);
});

test("a secret that contains another one is hidden whole", () => {
  const longer = `${SECRET}-and-more`;
  const kept = keptHeaders(new Headers({ "x-uri": `/${longer}/${SECRET}` }), [longer, SECRET]);
  expect(kept).toEqual({ "x-uri": "/[hidden]/[hidden]" });
});

test("at most 100 headers are kept, without characters that Postgres refuses", () => {
  const headers = new Headers();
  for (let n = 0; n < 150; n += 1) {
    headers.set(`x-${String(n).padStart(3, "0")}`, "value");
  }
  expect(Object.keys(keptHeaders(headers, []))).toHaveLength(100);
  // `Headers` itself refuses NUL, but not every platform builds it with this check.
  const raw = new Map([["x-nul", "a\u0000b\uD800"]]) as unknown as Headers;
  expect(keptHeaders(raw, [])).toEqual({ "x-nul": "a\uFFFDb\uFFFD" });
});
