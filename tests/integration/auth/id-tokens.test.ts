import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { type APIRequestContext, request } from "@playwright/test";

import { findFreePort } from "@/scripts/launcher/ports";
import { type App, startApp } from "@/tests/fixtures/app";
import { actionsOfBuild } from "@/tests/fixtures/build";
import { createDatabase } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, type TestUser } from "@/tests/fixtures/users";

/** What Callboard accepts from an identity provider: a provider that answers with any token. */

const CLIENT = { id: "callboard", secret: "a-secret-that-only-the-two-know-0123456789" };
const SUBJECT = "the-person";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });

const base64url = (value: object | Buffer) =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString("base64url");

type Claims = Record<string, unknown>;
type Signer = (content: string) => Buffer;

const rsa =
  (key: KeyObject): Signer =>
  (content) =>
    sign("sha256", Buffer.from(content), key);
const hmac =
  (secret: string | Buffer): Signer =>
  (content) =>
    createHmac("sha256", secret).update(content).digest();

function token(claims: Claims, signer: Signer, algorithm = "RS256"): string {
  const content = `${base64url({ alg: algorithm, kid: "key", typ: "JWT" })}.${base64url(claims)}`;
  return `${content}.${signer(content).toString("base64url")}`;
}

let server: Server;
let issuer = "";
/** The parameters of the last request for tokens. */
let exchanged = new URLSearchParams();
let idToken = "";
let app: App;
let database: Awaited<ReturnType<typeof createDatabase>>;
let person: TestUser;

test.beforeAll(async () => {
  test.setTimeout(90_000);
  server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) {
      body += String(chunk);
    }
    const answer = (value: object) => {
      outgoing.setHeader("content-type", "application/json");
      outgoing.end(JSON.stringify(value));
    };
    if (incoming.url === "/token") {
      exchanged = new URLSearchParams(body);
      answer({
        access_token: "an-access-token",
        refresh_token: "a-refresh-token",
        token_type: "Bearer",
        id_token: idToken,
      });
    } else if (incoming.url === "/keys") {
      answer({ keys: [{ ...keys.publicKey.export({ format: "jwk" }), kid: "key", use: "sig" }] });
    } else {
      answer({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        // A provider may offer more than Callboard may accept.
        id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  database = await createDatabase();
  app = await startApp({
    databaseUrl: database.url,
    port: await findFreePort(),
    env: {
      OIDC_DISCOVERY_URL: `${issuer}/.well-known/openid-configuration`,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
    },
  });
  person = await addUser(database.sql, "operator");
  await database.sql`insert into account (id, account_id, provider_id, user_id) values ('linked', ${SUBJECT}, 'oidc', ${person.id})`;
});

test.afterAll(async () => {
  await app.stop();
  await database.close();
  await new Promise((resolve) => server.close(resolve));
});

const seconds = () => Math.floor(Date.now() / 1000);

function claimsFor(nonce: string): Claims {
  return {
    iss: issuer,
    aud: CLIENT.id,
    sub: SUBJECT,
    email: person.email,
    email_verified: true,
    nonce,
    iat: seconds(),
    exp: seconds() + 300,
  };
}

/** Begins a sign-in in a browser, and returns the parameters with which it arrives at the provider. */
async function begin(browser: APIRequestContext): Promise<URLSearchParams> {
  const answer = await browser.get("/sign-in/sso", { maxRedirects: 0 });
  return new URL(answer.headers()["location"] ?? "", app.url).searchParams;
}

async function comeBack(browser: APIRequestContext, state: string): Promise<{ error: string | null; isIn: boolean }> {
  const answer = await browser.get(`/api/auth/callback/oidc?${new URLSearchParams({ code: "a-code", state })}`, {
    maxRedirects: 0,
  });
  const location = new URL(answer.headers()["location"] ?? "/", app.url);
  expect(location.pathname).toMatch(/^\/(sign-in|settings\/account)?$/);
  const isIn = (await (await browser.get("/api/auth/get-session")).json()) !== null;
  return { error: location.searchParams.get("error"), isIn };
}

/** Signs in with the ID token that is made from the claims of a right one. */
async function signInWith(make: (claims: Claims) => string): Promise<{ error: string | null; isIn: boolean }> {
  const browser = await request.newContext({ baseURL: app.url });
  const sent = await begin(browser);
  idToken = make(claimsFor(sent.get("nonce") ?? ""));
  const answer = await comeBack(browser, sent.get("state") ?? "");
  await browser.dispose();
  return answer;
}

test("a sign-in is bound to the browser that began it, by state, nonce and PKCE", async () => {
  const [browser, other] = await Promise.all([0, 1].map(() => request.newContext({ baseURL: app.url })));
  if (browser === undefined || other === undefined) {
    throw new Error("no browsers");
  }
  const [sent, othersSent] = [await begin(browser), await begin(other)];
  expect(sent.get("code_challenge_method")).toBe("S256");
  for (const name of ["state", "nonce", "code_challenge"]) {
    expect(sent.get(name)?.length, name).toBeGreaterThanOrEqual(22);
    expect(sent.get(name), name).not.toBe(othersSent.get(name));
  }
  const right = token(claimsFor(sent.get("nonce") ?? ""), rsa(keys.privateKey));
  idToken = right;
  const refused = { error: expect.any(String) as unknown, isIn: false };
  expect(await comeBack(other, sent.get("state") ?? "")).toEqual(refused);
  const [stranger, again] = await Promise.all([0, 1].map(() => request.newContext({ baseURL: app.url })));
  expect(await comeBack(stranger as APIRequestContext, sent.get("state") ?? "")).toEqual(refused);
  // A token that was made for another sign-in.
  const { nonce } = claimsFor((await begin(again as APIRequestContext)).get("nonce") ?? "");
  expect(await signInWith((claims) => token({ ...claims, nonce }, rsa(keys.privateKey)))).toEqual(refused);

  idToken = right;
  expect(await comeBack(browser, sent.get("state") ?? "")).toEqual({ error: null, isIn: true });
  expect(exchanged.get("code_verifier")?.length).toBeGreaterThanOrEqual(43);
});

for (const [what, make] of [
  ["signed with another key", (claims) => token(claims, rsa(otherKeys.privateKey))],
  ["signed with the client's secret", (claims) => token(claims, hmac(CLIENT.secret), "HS256")],
  [
    "signed with the public key as a secret",
    (claims) => token(claims, hmac(keys.publicKey.export({ type: "spki", format: "pem" })), "HS256"),
  ],
  ["without a signature", (claims) => token(claims, () => Buffer.alloc(0), "none")],
  ["for another audience", (claims) => token({ ...claims, aud: "another" }, rsa(keys.privateKey))],
  ["of another issuer", (claims) => token({ ...claims, iss: "http://localhost:1" }, rsa(keys.privateKey))],
  [
    "that has ended",
    (claims) => token({ ...claims, iat: seconds() - 600, exp: seconds() - 120 }, rsa(keys.privateKey)),
  ],
  ["that has not begun", (claims) => token({ ...claims, nbf: seconds() + 600 }, rsa(keys.privateKey))],
  ["without an end", (claims) => token({ ...claims, exp: undefined }, rsa(keys.privateKey))],
  ["without a nonce", (claims) => token({ ...claims, nonce: undefined }, rsa(keys.privateKey))],
  ["without a subject", (claims) => token({ ...claims, sub: undefined }, rsa(keys.privateKey))],
  ["that is none", () => "not a token"],
  ["that was changed", (claims) => changed(token({ ...claims, sub: "another" }, rsa(keys.privateKey)), claims)],
] as const satisfies [string, (claims: Claims) => string][]) {
  test(`an ID token ${what} is refused`, async () => {
    expect(await signInWith(make)).toEqual({ error: expect.any(String) as unknown, isIn: false });
  });
}

/** The token with other claims under the same signature. */
function changed(signed: string, claims: Claims): string {
  const [head, , signature] = signed.split(".");
  return [head, base64url(claims), signature].join(".");
}

test("an account that one identity has connected is not handed to another one to which the provider gives its e-mail", async () => {
  const { sql } = database;
  const email = "passed.on@callboard.example";
  const signInAs = (sub: string) => signInWith((claims) => token({ ...claims, sub, email }, rsa(keys.privateKey)));
  await sql`insert into "user" (id, name, email, email_verified, role) values ('passed-on', 'The first', ${email}, true, 'operator')`;
  expect(await signInAs("the-first")).toEqual({ error: null, isIn: true });
  expect(await signInAs("the-second")).toEqual({ error: "other_identity", isIn: false });
  expect(await sql`select account_id from account where user_id = 'passed-on'`).toEqual([{ account_id: "the-first" }]);
  expect(await signInAs("the-first")).toEqual({ error: null, isIn: true });
  await sql`delete from "user" where id = 'passed-on'`;
});

test("tokens of the provider are not stored, not even when single sign-on is connected again", async () => {
  const { sql } = database;
  const browser = await request.newContext({ baseURL: app.url, extraHTTPHeaders: { origin: app.url } });
  const { email, password } = person;
  expect((await browser.post("/api/auth/sign-in/email", { data: { email, password } })).status()).toBe(200);
  const action = actionsOfBuild().find(({ name }) => name.endsWith("#connectSingleSignOn"));
  const answer = await browser.post(action?.url ?? "", {
    headers: { "next-action": action?.id ?? "" },
    multipart: { "0": JSON.stringify([password]) },
  });
  const url = /"url":"([^"]+)"/.exec(await answer.text())?.[1] ?? "";
  const sent = new URL(url).searchParams;
  idToken = token(claimsFor(sent.get("nonce") ?? ""), rsa(keys.privateKey));
  expect(await comeBack(browser, sent.get("state") ?? "")).toEqual({ error: null, isIn: true });
  expect(exchanged.get("code")).toBe("a-code");
  expect(
    await sql`select user_id, access_token, refresh_token, id_token from account where provider_id = 'oidc'`,
  ).toEqual([{ user_id: person.id, access_token: null, refresh_token: null, id_token: null }]);
  expect(app.logs()).not.toMatch(/eyJ[\w-]+\.eyJ|an-access-token|a-refresh-token/);
});
