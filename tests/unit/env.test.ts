import { expect, test } from "@playwright/test";

import { readEnv } from "@/lib/env-schema";

const valid = {
  DATABASE_URL: "postgres://callboard@127.0.0.1:5432/callboard",
  SARJ_WEBHOOK_SECRETS: "k3Jx0PqWv8ZrT5nYb2Lc7HdS9fGmA4eU",
  AUTH_SECRET: "a-secret-that-signs-sessions-0123456789",
  APP_URL: "https://calls.example.com",
};

/** Returns the problems of the valid environment with this change. */
function problems(change: Record<string, string | undefined>): string[] {
  const result = readEnv({ ...valid, ...change });
  return result.ok ? [] : result.problems;
}

test("a valid environment gets the documented defaults", () => {
  const result = readEnv(valid);
  expect(result.ok && result.env).toMatchObject({
    SARJ_WEBHOOK_SECRETS: [valid.SARJ_WEBHOOK_SECRETS],
    SARJ_WEBHOOK_ALLOWED_IPS: [],
    SARJ_API_URL: "https://platform-api.sarj.ai/api/v1",
    RECORDING_HOSTS: ["storage.googleapis.com"],
  });
});

for (const [name, change, sentence] of [
  ["no database", { DATABASE_URL: undefined }, /^DATABASE_URL is not set/],
  [
    "a database that is not PostgreSQL",
    { DATABASE_URL: "mysql://root@localhost/x" },
    /^DATABASE_URL must begin with postgres/,
  ],
  ...["DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_REPLICA_URL"].map(
    (variable) =>
      [
        `a remote server without TLS in ${variable}`,
        { [variable]: "postgres://user:hunter2@db.example.com/calls" },
        new RegExp(`^${variable} leads to another network without TLS`),
      ] as const,
  ),
  ["row 3: a short secret", { SARJ_WEBHOOK_SECRETS: "short" }, /^SARJ_WEBHOOK_SECRETS .*at least 32 characters/],
  ["row 3: a secret with other characters", { SARJ_WEBHOOK_SECRETS: `${"ab/".repeat(12)}` }, /^SARJ_WEBHOOK_SECRETS/],
  [
    "row 3: a secret that repeats one character",
    { SARJ_WEBHOOK_SECRETS: "a".repeat(40) },
    /^SARJ_WEBHOOK_SECRETS .*repeats/,
  ],
  [
    "row 3: a weak secret among valid ones",
    { SARJ_WEBHOOK_SECRETS: `${valid.SARJ_WEBHOOK_SECRETS},weak` },
    /^SARJ_WEBHOOK_SECRETS/,
  ],
  [
    "the same secret twice",
    { SARJ_WEBHOOK_SECRETS: `${valid.SARJ_WEBHOOK_SECRETS},${valid.SARJ_WEBHOOK_SECRETS}` },
    /twice/,
  ],
  [
    "an invalid range",
    { SARJ_WEBHOOK_ALLOWED_IPS: "10.0.0.0/99", CLIENT_IP_HEADER: "x-real-ip" },
    /^SARJ_WEBHOOK_ALLOWED_IPS/,
  ],
  ["ranges without a trusted header", { SARJ_WEBHOOK_ALLOWED_IPS: "10.0.0.0/8" }, /needs CLIENT_IP_HEADER/],
  ["a short session secret", { AUTH_SECRET: "short" }, /^AUTH_SECRET is too short/],
  ["a mail server without a sender", { SMTP_URL: "smtps://mail.example.com" }, /^MAIL_FROM is not set/],
  ["a sender without a mail server", { MAIL_FROM: "callboard@example.com" }, /^SMTP_URL is not set/],
  [
    "a mail server of another kind",
    { SMTP_URL: "https://mail.example.com", MAIL_FROM: "callboard@example.com" },
    /^SMTP_URL must be the URL/,
  ],
  [
    "a sender with a second header",
    { SMTP_URL: "smtp://mail.example.com", MAIL_FROM: "a@example.com\nBcc: b@example.com" },
    /^MAIL_FROM must be an e-mail address/,
  ],
  ["an administrator without a password", { ADMIN_EMAIL: "a@example.com" }, /^ADMIN_PASSWORD is not set/],
  [
    "an incomplete single sign-on",
    { OIDC_DISCOVERY_URL: "https://id.example.com/.well-known/openid-configuration", OIDC_CLIENT_ID: "callboard" },
    /^OIDC_CLIENT_SECRET is not set/,
  ],
  [
    "an identity provider without TLS",
    { OIDC_DISCOVERY_URL: "http://id.example.com/x", OIDC_CLIENT_ID: "callboard", OIDC_CLIENT_SECRET: "secret" },
    /^OIDC_DISCOVERY_URL must be an https URL/,
  ],
  [
    "administrator as the default role",
    { OIDC_DEFAULT_ROLE: "administrator" },
    /^OIDC_DEFAULT_ROLE must be viewer or operator/,
  ],
  [
    "a default role without allowed domains",
    { OIDC_DEFAULT_ROLE: "viewer" },
    /^OIDC_DEFAULT_ROLE needs OIDC_ALLOWED_DOMAINS/,
  ],
  [
    "an identity provider without the path of its document",
    { OIDC_DISCOVERY_URL: "https://id.example.com", OIDC_CLIENT_ID: "callboard", OIDC_CLIENT_SECRET: "secret" },
    /^OIDC_DISCOVERY_URL must be an https URL/,
  ],
  ...["storage.example.com/recordings", "storage.example.com other.example.com", "*.example.com", "a@b.example"].map(
    (host) => [`the RECORDING_HOSTS "${host}"`, { RECORDING_HOSTS: host }, /^RECORDING_HOSTS must be names/] as const,
  ),
  ...[
    "api.example.com",
    "https://api.example.com/v1?x=1",
    "https://api.example.com/v1#x",
    "https://someone:secret@api.example.com/v1",
    "ftp://api.example.com",
  ].map((url) => [`the SARJ_API_URL "${url}"`, { SARJ_API_URL: url }, /^SARJ_API_URL must be an http/] as const),
  ...["somebody", "http://example.com/report", "mailto:", "tel:+966"].map(
    (contact) =>
      [`the SECURITY_CONTACT "${contact}"`, { SECURITY_CONTACT: contact }, /^SECURITY_CONTACT must/] as const,
  ),
  ["an invalid domain", { OIDC_ALLOWED_DOMAINS: "*" }, /^OIDC_ALLOWED_DOMAINS must be domains/],
  ...[
    "calls.example.com",
    "calls.example.com:3000",
    "//calls.example.com",
    "https:calls.example.com",
    "https:///calls.example.com",
    "https://",
    "https://calls.example.com/callboard",
    "https://calls.example.com//",
    "https://calls.example.com/%20",
    "https://calls.example.com\\callboard",
    "https://calls.example.com?x=1",
    "https://calls.example.com/#calls",
    "https://someone@calls.example.com",
    "https://:secret@calls.example.com",
    "https://calls.example.com, https://other.example.com",
    "https://calls.example.com:99999",
    "https://calls.example.com:0",
    "https://${HOST}",
    "https://*.example.com",
    "https://calls .example.com",
    "ftp://calls.example.com",
    "javascript:alert(1)",
    "",
  ].map((url) => [`the APP_URL "${url}"`, { APP_URL: url }, /^APP_URL must be only the address/] as const),
  ["a missing APP_URL", { APP_URL: undefined }, /^APP_URL is not set/],
] as const) {
  test(`${name} is refused with one sentence that names the variable`, () => {
    const found = problems(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(sentence);
  });
}

for (const [given, origin] of [
  ["https://calls.example.com", "https://calls.example.com"],
  ["https://calls.example.com/", "https://calls.example.com"],
  ["HTTPS://Calls.EXAMPLE.com:443/", "https://calls.example.com"],
  ["http://calls.example.com:80", "http://calls.example.com"],
  ["http://localhost:3000/", "http://localhost:3000"],
  ["  https://calls.example.com\n", "https://calls.example.com"],
  ["https://calls.example.com/?", "https://calls.example.com"],
  ["http://[::1]:3000", "http://[::1]:3000"],
  ["https://مكالمات.example", "https://xn--mgbaj1hgdd.example"],
] as const) {
  test(`the APP_URL ${JSON.stringify(given)} is read as the origin ${origin}`, () => {
    const result = readEnv({ ...valid, APP_URL: given });
    expect(result.ok ? result.env.APP_URL : result.problems).toBe(origin);
  });
}

for (const [given, host] of [
  ["Storage.GoogleAPIs.com", "storage.googleapis.com"],
  ["https://storage.googleapis.com/", "storage.googleapis.com"],
  ["storage.googleapis.com:443", "storage.googleapis.com"],
  ["127.0.0.1:4000", "127.0.0.1:4000"],
] as const) {
  test(`the RECORDING_HOSTS ${JSON.stringify(given)} are read as ${host}`, () => {
    const result = readEnv({ ...valid, RECORDING_HOSTS: given });
    expect(result.ok ? result.env.RECORDING_HOSTS : result.problems).toEqual([host]);
  });
}

test("the SARJ_API_URL has no slash and no question mark at its end", () => {
  const result = readEnv({ ...valid, SARJ_API_URL: " HTTPS://API.example.com/api/v1//? " });
  expect(result.ok ? result.env.SARJ_API_URL : result.problems).toBe("https://api.example.com/api/v1");
});

test("all invalid variables are listed together, without their values", () => {
  const found = problems({
    DATABASE_URL: "mysql://user:hunter2@db",
    SARJ_WEBHOOK_SECRETS: "canary-secret",
    AUTH_SECRET: "x",
  });
  expect(found.map((line) => line.split(" ")[0])).toEqual(["DATABASE_URL", "SARJ_WEBHOOK_SECRETS", "AUTH_SECRET"]);
  expect(found.join()).not.toMatch(/hunter2|canary-secret/);
});

const OLD = "an-old-key-that-signed-sessions-0123456789";
const NEW = "the-new-key-that-signs-sessions-0123456789";

for (const [text, keys] of [
  [OLD, [OLD]],
  [` ${NEW} , ${OLD} `, [NEW, OLD, `${NEW} , ${OLD}`]],
  // Read as one key, this would lock out everyone with a second factor.
  [`${NEW},${OLD},`, [NEW, OLD, `${NEW},${OLD},`]],
  [`${NEW},short`, [`${NEW},short`]],
  [`a,${OLD}`, [`a,${OLD}`]],
  [`${OLD},`, [`${OLD},`]],
] as const) {
  test(`the AUTH_SECRET "${text}" is read as ${keys.length} keys`, () => {
    const result = readEnv({ ...valid, AUTH_SECRET: text });
    expect(result.ok && result.env.AUTH_SECRET).toEqual(keys);
  });
}
