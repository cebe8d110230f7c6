import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Page } from "@playwright/test";
import Provider from "oidc-provider";

import { findFreePort } from "@/scripts/launcher/ports";
import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { isSignedIn, signIn } from "@/tests/fixtures/sign-in";
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

test("single sign-on admits invited users, users who have connected it, and users of allowed domains if configured", async ({
  browser,
}) => {
  test.setTimeout(480_000);
  const database = await createDatabase();
  const port = await findFreePort();
  const appUrl = `http://localhost:${port}`;
  const people = new Map<string, Claims>([
    ["known", { email: "Known@Callboard.example", email_verified: true, name: "From the provider" }],
    ["linked", { email: "linked@callboard.example", email_verified: true }],
    ["bare", { email: "bare@callboard.example", email_verified: true }],
    ["invited", { email: "invited@callboard.example", email_verified: true, name: "Invited Person" }],
    ["late", { email: "late@callboard.example", email_verified: true }],
    ["orphan", { email: "orphan@callboard.example", email_verified: true }],
    ["revived", { email: "revived@callboard.example", email_verified: true }],
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
  const agreeAtProvider = async (page: Page, sub: string) => {
    await page.locator("input[name=login]").fill(sub);
    await page.locator("input[name=password]").fill("any");
    await page.locator("button[type=submit]").click();
    // The provider asks for consent to share the claims.
    await page.locator("button[type=submit]").click();
  };
  const inBrowser = async (run: (page: Page) => Promise<void>) => {
    const context = await browser.newContext({ baseURL: appUrl });
    await run(await context.newPage());
    await context.close();
  };
  const signInAs = (sub: string, run: (page: Page) => Promise<void>) =>
    inBrowser(async (page) => {
      await page.goto("/sign-in?next=%2Fsettings%2Faccount");
      await page.getByRole("link", { name: "Sign in with Test ID" }).click();
      await agreeAtProvider(page, sub);
      await run(page);
    });
  try {
    await expect.poll(async () => (await sql`select 1 from "user"`).length).toBe(1);
    const known = await addUser(sql, "operator", { name: "Known Already", email: "known@callboard.example" });
    // Connected by an earlier version, with a password and a second factor.
    const linked = await addUser(sql, "viewer", { email: "linked@callboard.example" });
    await sql`update "user" set two_factor_enabled = true where id = ${linked.id}`;
    await sql`insert into account (id, account_id, provider_id, user_id) values ('before', 'linked', 'oidc', ${linked.id})`;
    await sql`insert into "user" (id, name, email, email_verified, role) values ('b', 'Bare', 'bare@callboard.example', true, 'viewer')`;
    const admin = await addUser(sql, "administrator");
    const invitee = async (name: string, expires: string, by: string) => {
      await sql`insert into "user" (id, name, email, email_verified, role, activated_at)
        values (${name}, '', ${`${name}@callboard.example`}, true, 'operator', null)`;
      await sql`insert into one_time_links (token_hash, user_id, purpose, created_by, expires_at)
        values (${name}, ${name}, 'invite', ${by}, now() + ${expires}::interval)`;
    };
    await invitee("invited", "1 day", admin.id);
    await invitee("late", "-197 days", admin.id);
    await invitee("orphan", "1 day", linked.id);
    const deactivated = await addUser(sql, "operator", { email: "gone@callboard.example" });
    await sql`update "user" set deactivated_at = now() where id = ${deactivated.id}`;
    const gone = await addUser(sql, "administrator");
    await invitee("revived", "1 day", gone.id);
    await sql`update "user" set deactivated_at = now() where id = ${gone.id}`;

    await signInAs("linked", async (page) => expect(page).toHaveURL(`${appUrl}/settings/account`));
    await signInAs("bare", async (page) => expect(page).toHaveURL(`${appUrl}/settings/account`));
    await signInAs("invited", async (page) => expect(page).toHaveURL(`${appUrl}/settings/account`));
    expect(await sql`select name, role, activated_at is not null as active from "user" where id = 'invited'`).toEqual([
      { name: "Invited Person", role: "operator", active: true },
    ]);
    expect(await sql`select 1 from one_time_links where user_id = 'invited'`).toHaveLength(0);
    for (const [sub, message] of [
      ["known", "Sign in with it, then connect single sign-on"],
      ["unverified", "has not verified your e-mail address"],
      ["stranger", "You have no account here."],
      ["gone", "Your account is deactivated."],
      ["late", "Your invitation is no longer valid."],
      ["orphan", "Your invitation is no longer valid."],
      ["revived", "Your invitation is no longer valid."],
    ] as const) {
      await signInAs(sub, async (page) => {
        await expect(page.getByText(message)).toBeVisible();
        expect(await (await page.request.get("/api/auth/get-session")).json(), sub).toBeNull();
      });
    }
    expect(
      await sql`select user_id from account where provider_id = 'oidc' and user_id <> all(${[linked.id, "b", "invited"]})`,
    ).toHaveLength(0);
    expect(await sql`select count(*)::integer as invited from "user" where activated_at is null and name = ''`).toEqual(
      [{ invited: 3 }],
    );

    // From inside the account, with the password.
    await inBrowser(async (page) => {
      const elsewhere = await signIn(appUrl, known);
      await page.context().addCookies(await signIn(appUrl, known));
      const connect = async (sub: string) => {
        await page.goto("/settings/account");
        await page.getByRole("button", { name: "Connect single sign-on…" }).click();
        await page.getByLabel("Your password").fill("not the password");
        await page.getByRole("button", { name: "Continue to Test ID" }).click();
        await expect(page.getByLabel("Your password")).toHaveAccessibleDescription("Incorrect current password.");
        await page.getByLabel("Your password").fill(known.password);
        await page.getByRole("button", { name: "Continue to Test ID" }).click();
        await agreeAtProvider(page, sub);
      };
      await connect("bare");
      await expect(page.getByText("your account at Test ID has another e-mail address")).toBeVisible();
      expect(await isSignedIn(sql, elsewhere)).toBe(true);
      await page.context().clearCookies({ domain: "localhost", name: /^_/ });
      await connect("known");
      await expect(page.getByText("You can now sign in with Test ID.")).toBeVisible();
      expect(await isSignedIn(sql, elsewhere)).toBe(false);
    });
    await signInAs("known", async (page) => {
      await expect(page).toHaveURL(`${appUrl}/settings/account`);
      await expect(page.getByText("known@callboard.example").first()).toBeVisible();
    });
    expect(await sql`select name, role from "user" where id = ${known.id}`).toEqual([
      { name: "Known Already", role: "operator" },
    ]);
    expect(await sql`select 1 from "user" where email like 'stranger%'`).toHaveLength(0);
    const failed = (subject: string, error: string) => ({
      action: "sign_in_failed",
      actor_email: null,
      subject: `${subject}@callboard.example`,
      detail: { by: "single sign-on", error },
    });
    expect(
      await sql`select action, actor_email, subject, detail from audit_events
        where action in ('sign_in_failed', 'user_joined', 'single_sign_on_changed') and subject <> 'admin@callboard.example' order by at`,
    ).toEqual([
      {
        action: "user_joined",
        actor_email: "invited@callboard.example",
        subject: "invited@callboard.example",
        detail: { by: "single sign-on" },
      },
      failed("known", "connect_first"),
      failed("known", "account_not_linked"),
      failed("stranger", "signup_disabled"),
      failed("gone", "DEACTIVATED"),
      failed("late", "UNINVITED"),
      failed("orphan", "UNINVITED"),
      failed("revived", "UNINVITED"),
      {
        action: "single_sign_on_changed",
        actor_email: "known@callboard.example",
        subject: "known@callboard.example",
        detail: { on: true },
      },
    ]);
    // Only the provider's account id is stored, no tokens. The log contains no e-mails or tokens.
    expect(
      await sql`select account_id, access_token, refresh_token, id_token from account where provider_id = 'oidc' and user_id = ${known.id}`,
    ).toEqual([{ account_id: "known", access_token: null, refresh_token: null, id_token: null }]);
    expect(app.logs()).not.toMatch(/callboard\.example|eyJ[\w-]+\.eyJ/);

    // Anyone who starts a sign-in can come back with any code. The log grows no further than for invented e-mails.
    await inBrowser(async (page) => {
      const eventsOf = async (code: string) => {
        const start = await page.request.get("/sign-in/sso", { maxRedirects: 0 });
        const state = new URL(start.headers()["location"] ?? "").searchParams.get("state") ?? "";
        await page.request.get(`/api/auth/callback/oidc?${new URLSearchParams({ state, error: code })}`, {
          maxRedirects: 0,
        });
        return (await sql`select 1 from audit_events where detail ->> 'error' = ${code}`).length;
      };
      expect(await eventsOf("made_up_1")).toBe(1);
      await sql`update rate_limit set count = 500 where key like 'sign-in:recorded:address:%'`;
      expect(await eventsOf("made_up_2")).toBe(0);
    });

    // Only single sign-on, which an administrator turns on who has connected it.
    await inBrowser(async (page) => {
      await page.context().addCookies(await signIn(appUrl, admin));
      const theirs = await signIn(appUrl, known);
      await page.goto("/settings/security");
      await expect(page.getByText("Connect Test ID to your own account first")).toBeVisible();
      await sql`insert into account (id, account_id, provider_id, user_id) values ('own', 'own', 'oidc', ${admin.id})`;
      await page.reload();
      await page.getByRole("button", { name: "Turn on…" }).click();
      await expect(page.getByRole("alertdialog")).toContainText("Everyone except administrators is signed out now");
      await page.getByRole("alertdialog").getByRole("button", { name: "Turn on" }).click();
      await expect(page.getByRole("button", { name: "Allow passwords again" })).toBeVisible();
      expect(await isSignedIn(sql, theirs)).toBe(false);
    });
    await inBrowser(async (page) => {
      const typePassword = async (person: { email: string; password: string }) => {
        await page.goto("/sign-in");
        await page.getByLabel("E-mail").fill(person.email);
        await page.getByLabel("Password", { exact: true }).fill(person.password);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
      };
      await typePassword(known);
      await expect(page.getByText("Your organization signs in with single sign-on only.")).toBeVisible();
      expect(await (await page.request.get("/api/auth/get-session")).json()).toBeNull();
      await typePassword(admin);
      await expect(page).toHaveURL(`${appUrl}/`);
    });
    await signInAs("known", async (page) => {
      await expect(page).toHaveURL(`${appUrl}/settings/account`);
      await expect(page.getByText("It is your only way to sign in")).toBeVisible();
    });
    await inBrowser(async (page) => {
      await page.context().addCookies(await signIn(appUrl, admin));
      await page.goto("/settings/security");
      await page.getByRole("button", { name: "Allow passwords again" }).click();
      await expect(page.getByRole("button", { name: "Turn on…" })).toBeVisible();
    });

    // Disconnected again, with the password.
    await inBrowser(async (page) => {
      await page.context().addCookies(await signIn(appUrl, known));
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Disconnect…" }).click();
      await page.getByLabel("Your password").fill(known.password);
      await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
      await expect(page.getByRole("button", { name: "Connect single sign-on…" })).toBeVisible();
    });
    expect(await sql`select 1 from account where user_id = ${known.id} and provider_id = 'oidc'`).toHaveLength(0);

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
