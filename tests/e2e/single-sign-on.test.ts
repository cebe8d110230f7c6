import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Page } from "@playwright/test";
import Provider from "oidc-provider";

import { findFreePort } from "@/scripts/launcher/ports";
import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

type Claims = { email: string; email_verified: boolean; name?: string };

const CLIENT = { id: "callboard", secret: "a-secret-that-only-the-two-know-0123456789" };

/** Starts an OpenID provider on this machine. It accepts any login and password; `people` maps the login to its claims. */
async function startProvider(appUrl: string, people: Map<string, Claims>) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${appUrl}/api/auth/callback/oidc`],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    cookies: { keys: ["only-for-tests"] },
  });
  server.on("request", provider.callback());
  return {
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    close: () => new Promise<void>((resolve) => void (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

test("single sign-on admits existing and invited users with a verified e-mail, and users of allowed domains if configured", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const database = await createDatabase();
  const port = await findFreePort();
  const appUrl = `http://localhost:${port}`;
  const people = new Map<string, Claims>([
    ["known", { email: "Known@Callboard.example", email_verified: true, name: "From the provider" }],
    ["invited", { email: "invited@callboard.example", email_verified: true, name: "Invited Person" }],
    ["unverified", { email: "known@callboard.example", email_verified: false }],
    ["stranger", { email: "stranger@callboard.example", email_verified: true, name: "A Stranger" }],
    ["foreigner", { email: "foreigner@callboard.example.org", email_verified: true, name: "A Foreigner" }],
    ["gone", { email: "gone@callboard.example", email_verified: true }],
  ]);
  const provider = await startProvider(appUrl, people);
  const env = {
    OIDC_DISCOVERY_URL: provider.discoveryUrl,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_NAME: "Test ID",
  };
  let app = await startApp({ databaseUrl: database.url, port, env });
  const { sql } = database;
  const signInAs = async (sub: string, run: (page: Page) => Promise<void>) => {
    const context = await browser.newContext({ baseURL: appUrl });
    const page = await context.newPage();
    await page.goto("/sign-in?next=%2Fsettings%2Faccount");
    await page.getByRole("link", { name: "Sign in with Test ID" }).click();
    await page.locator("input[name=login]").fill(sub);
    await page.locator("input[name=password]").fill("any");
    await page.locator("button[type=submit]").click();
    // The provider asks for consent to share the claims.
    await page.locator("button[type=submit]").click();
    await run(page);
    await context.close();
  };
  try {
    await expect.poll(async () => (await sql`select 1 from "user"`).length).toBe(1);
    const known = await addUser(sql, "operator", { name: "Known Already", email: "known@callboard.example" });
    await sql`insert into "user" (id, name, email, email_verified, role, activated_at) values ('i', '', 'invited@callboard.example', true, 'operator', null)`;
    await sql`insert into one_time_links (token_hash, user_id, purpose, expires_at) values ('h', 'i', 'invite', now() + interval '1 day')`;
    const deactivated = await addUser(sql, "operator", { email: "gone@callboard.example" });
    await sql`update "user" set deactivated_at = now() where id = ${deactivated.id}`;

    await signInAs("known", async (page) => {
      await expect(page).toHaveURL(`${appUrl}/settings/account`);
      await expect(page.getByText("known@callboard.example").first()).toBeVisible();
    });
    expect(await sql`select name, role from "user" where id = ${known.id}`).toEqual([
      { name: "Known Already", role: "operator" },
    ]);
    await signInAs("invited", async (page) => expect(page).toHaveURL(`${appUrl}/settings/account`));
    expect(await sql`select name, role, activated_at is not null as active from "user" where id = 'i'`).toEqual([
      { name: "Invited Person", role: "operator", active: true },
    ]);
    expect(await sql`select 1 from one_time_links`).toHaveLength(0);
    for (const [sub, message] of [
      ["unverified", "has not verified your e-mail address"],
      ["stranger", "You have no account here."],
      ["gone", "Your account is deactivated."],
    ] as const) {
      await signInAs(sub, async (page) => {
        await expect(page.getByText(message)).toBeVisible();
        expect(await (await page.request.get("/api/auth/get-session")).json(), sub).toBeNull();
      });
    }
    expect(await sql`select 1 from "user" where email like 'stranger%'`).toHaveLength(0);
    expect(
      await sql`select action, actor_email, subject, detail from audit_events where action in ('sign_in_failed', 'user_joined') and subject <> 'admin@callboard.example' order by at`,
    ).toEqual([
      {
        action: "user_joined",
        actor_email: "invited@callboard.example",
        subject: "invited@callboard.example",
        detail: { by: "single sign-on" },
      },
      {
        action: "sign_in_failed",
        actor_email: null,
        subject: "known@callboard.example",
        detail: { by: "single sign-on", error: "account_not_linked" },
      },
      {
        action: "sign_in_failed",
        actor_email: null,
        subject: "stranger@callboard.example",
        detail: { by: "single sign-on", error: "signup_disabled" },
      },
      {
        action: "sign_in_failed",
        actor_email: null,
        subject: "gone@callboard.example",
        detail: { by: "single sign-on", error: "DEACTIVATED" },
      },
    ]);
    // Only the provider's account id is stored, no tokens. The log contains no e-mails or tokens.
    expect(
      await sql`select account_id, access_token, refresh_token, id_token from account where provider_id = 'oidc' and user_id = ${known.id}`,
    ).toEqual([{ account_id: "known", access_token: null, refresh_token: null, id_token: null }]);
    expect(app.logs()).not.toMatch(/callboard\.example|eyJ[\w-]+\.eyJ/);

    await app.stop();
    const open = { ...env, OIDC_DEFAULT_ROLE: "viewer", OIDC_ALLOWED_DOMAINS: "Callboard.example, other.example" };
    app = await startApp({ databaseUrl: database.url, port, env: open });
    await signInAs("foreigner", async (page) => expect(page.getByText("You have no account here.")).toBeVisible());
    expect(await sql`select 1 from "user" where email like 'foreigner%'`).toHaveLength(0);
    await signInAs("stranger", async (page) => expect(page).toHaveURL(`${appUrl}/settings/account`));
    expect(await sql`select name, role from "user" where email = 'stranger@callboard.example'`).toEqual([
      { name: "A Stranger", role: "viewer" },
    ]);
    expect(
      await sql`select actor_name, subject from audit_events where action = 'user_joined' order by at desc limit 1`,
    ).toEqual([{ actor_name: "A Stranger", subject: "stranger@callboard.example" }]);

    await app.stop();
    await provider.close();
    app = await startApp({ databaseUrl: database.url, port, env });
    const context = await browser.newContext({ baseURL: appUrl });
    const page = await context.newPage();
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Sign in with Test ID" }).click();
    await expect(page.getByText("The identity provider cannot be reached right now.")).toBeVisible();
    await page.getByLabel("E-mail").fill("known@callboard.example");
    await page.getByLabel("Password", { exact: true }).fill(known.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(`${appUrl}/`);
    await context.close();
  } finally {
    await app.stop();
    await provider.close().catch(() => {});
    await database.close();
  }
});
