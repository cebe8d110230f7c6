import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { type Browser, chromium, type Page } from "@playwright/test";

import { callHref } from "@/lib/call/link";
import { findFreePort } from "@/scripts/launcher/ports";
import { startApp } from "@/tests/fixtures/app";
import { ADMIN } from "@/tests/fixtures/environment";
import { waitForHydrationIn } from "@/tests/fixtures/hydration";
import { sendRecordedCall } from "@/tests/fixtures/recorded-call";
import { expect, test } from "@/tests/fixtures/test";
import { startTlsProxy } from "@/tests/fixtures/tls-proxy";
import { addUser } from "@/tests/fixtures/users";

/** Pages that are opened at another address than `APP_URL`, and over plain http at a name that is not this machine's. */

const PLAIN_HOST = "plain.callboard.example";
const NOTICE = "This is not Callboard’s address";

/** A browser that finds this machine under another name, so that plain http is not a secure context for it. */
async function openPlainBrowser(launchOptions: Parameters<typeof chromium.launch>[0]): Promise<Browser> {
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`],
  });
  waitForHydrationIn(browser);
  return browser;
}

async function paste(page: Page): Promise<string> {
  const box = page.getByRole("searchbox");
  await box.fill("");
  await box.press("Control+v");
  return box.inputValue();
}

test("over plain http, where browsers offer no clipboard, links and ids are copied all the same", async ({
  app,
  vendor,
  database,
  adminCookies,
  launchOptions,
}) => {
  test.slow();
  const { id } = await sendRecordedCall({ app, vendor, database });
  const browser = await openPlainBrowser(launchOptions);
  try {
    const origin = `http://${PLAIN_HOST}:${new URL(app.url).port}`;
    const context = await browser.newContext({ baseURL: origin, locale: "en-US" });
    await context.addCookies(adminCookies.map((cookie) => ({ ...cookie, domain: PLAIN_HOST })));
    const page = await context.newPage();
    await page.goto(callHref(id));
    expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
    await page.getByRole("button", { name: "Copy a link to this moment" }).click();
    await expect(page.getByText(/^Link to .* copied/)).toBeVisible();
    expect(await paste(page)).toBe(`${origin}${callHref(id)}#t=0`);

    await page.getByRole("button", { name: "More about this call" }).click();
    await page.getByRole("menuitem", { name: "Copy a link to this call" }).click();
    await expect(page.getByText("Link copied")).toBeVisible();
    expect(await paste(page)).toBe(`${origin}${callHref(id)}`);

    // A browser that refuses this too: the text is shown, so that it can be selected.
    await page.evaluate(() => {
      document.execCommand = () => false;
    });
    await page.getByRole("button", { name: "Copy a link to this moment" }).click();
    await expect(page.getByText("Could not copy. Select the text and copy it manually.")).toBeVisible();
    await expect(page.getByText(`${origin}${callHref(id)}#t=0`)).toBeVisible();
  } finally {
    await browser.close();
  }
});

test("a page says which address to open, and the address is a link to the same Callboard", async ({ app, page }) => {
  const elsewhere = app.url.replace("localhost", "127.0.0.1");
  await page.goto(`${elsewhere}/sign-in`);
  await expect(page.getByText(NOTICE)).toBeVisible();
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Callboard is not set up for this address.")).toBeVisible();
  await expect(page.getByLabel("E-mail")).toHaveValue(ADMIN.email);

  await page.getByRole("link", { name: app.url }).click();
  await expect(page).toHaveURL(`${app.url}/sign-in`);
  await expect(page.getByText(NOTICE)).toBeHidden();
});

test("opened over plain http although APP_URL is https, a page has its styles and says which address to open", async ({
  database,
  launchOptions,
}) => {
  test.slow();
  const port = await findFreePort();
  const app = await startApp({
    databaseUrl: database.url,
    port,
    env: { APP_URL: "https://calls.callboard.example", SARJ_API_KEY: undefined },
  });
  const browser = await openPlainBrowser(launchOptions);
  try {
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({
        baseURL: `http://${PLAIN_HOST}:${port}`,
        locale: "en-US",
        javaScriptEnabled,
      });
      const page = await context.newPage();
      const answer = await page.goto("/sign-in");
      expect(answer?.headers()["strict-transport-security"]).toBeUndefined();
      expect(answer?.headers()["content-security-policy"]).not.toContain("upgrade-insecure-requests");
      // Without scripts nobody knows for certain.
      await expect(page.getByText(javaScriptEnabled ? NOTICE : "Is this Callboard’s address?")).toBeVisible();
      await expect(page.getByRole("link", { name: "https://calls.callboard.example" })).toHaveAttribute(
        "href",
        /^https:\/\/calls\.callboard\.example\/?$/,
      );
      const submit = page.getByRole("button", { name: "Sign in" });
      // The height of the size "lg". A button without styles is 21 px high.
      expect((await submit.boundingBox())?.height).toBeGreaterThan(30);
      await page.getByLabel("E-mail").fill(ADMIN.email);
      await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
      await submit.click();
      await expect(
        page.getByText(javaScriptEnabled ? "Callboard is not set up for this address." : "Nothing was saved"),
      ).toBeVisible();
      // The browser does not say where the form comes from, so it may be the right address all the same.
      await expect(page.getByText("wait until the page has loaded completely")).toHaveCount(javaScriptEnabled ? 0 : 1);
      await context.close();
    }
  } finally {
    await browser.close();
    await app.stop();
  }
});

/** What Callboard asks an identity provider before it sends anyone there. Nobody signs in. */
async function startDiscovery() {
  const server = createServer((request, response) => {
    const issuer = `http://${request.headers.host}`;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ["ES256"],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/.well-known/openid-configuration`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

test("behind a proxy with TLS, the browser takes every cookie of a sign-in, and each is for this host and https only", async ({
  database: { url: databaseUrl, sql },
  browser,
}) => {
  test.slow();
  const [port, appPort] = [await findFreePort(), await findFreePort()];
  const [proxy, provider] = [await startTlsProxy(port, appPort), await startDiscovery()];
  const origin = `https://localhost:${port}`;
  const app = await startApp({
    databaseUrl,
    port: appPort,
    env: {
      APP_URL: origin,
      SARJ_API_KEY: undefined,
      OIDC_DISCOVERY_URL: provider.url,
      OIDC_CLIENT_ID: "callboard",
      OIDC_CLIENT_SECRET: "a-secret-that-only-the-two-know-0123456789",
    },
  });
  const careful = await addUser(sql, "viewer");
  await sql`update "user" set two_factor_enabled = true where id = ${careful.id}`;
  const context = await browser.newContext({ baseURL: origin, locale: "en-US", ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const signIn = async ({ email, password }: { email: string; password: string }) => {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  try {
    await signIn(careful);
    await expect(page).toHaveURL(`${origin}/sign-in/code`);
    await page.goto("/sign-in/sso");
    await expect(page).toHaveURL(/\/authorize\?/);
    const pending = await context.cookies(origin);
    await signIn(ADMIN);
    await expect(page).toHaveURL(`${origin}/`);
    await expect(page.getByRole("button", { name: /Account/ })).toBeVisible();
    const cookies = [...pending, ...(await context.cookies(origin))];
    expect([...new Set(cookies.map(({ name }) => name))].toSorted()).toEqual([
      "__Host-callboard.device",
      "__Host-callboard.oauth_state",
      "__Host-callboard.session_token",
      "__Host-callboard.two_factor",
    ]);
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ domain: "localhost", path: "/", secure: true, httpOnly: true, sameSite: "Lax" });
    }
  } finally {
    await context.close();
    await app.stop();
    proxy.stop();
    provider.stop();
  }
});
